package dev.portreeve.policy.call;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * That a call is to be made once under a key its caller chose: what the ledger claims with the call's hold, and gives an end
 * with its settlement. Made by the edge for one call; used by that call's thread, and by the journal's while that waits.
 */
public final class IdempotentRun implements Repeatable {
    private final Key key;
    private final byte[] body;
    private final @Nullable UUID earlier;
    private final Duration keep;
    private final Supplier<End> keeper;
    private volatile boolean claimed;
    private volatile boolean lost;
    private volatile End end = End.RELEASED;

    /**
     * Whose key it is and for what, as a keyed hash: {@link #HASH_BYTES} bytes in hexadecimal digits.
     *
     * @param hash of the owner, the operation and the caller's own words
     */
    public record Key(String tenant, String hash) {}

    /** How a run can end. */
    public enum End {
        /** Its answer is durable and stands for every repeat. */
        ANSWERED,
        /** It was made and charged, but its answer is too large to be kept. */
        UNKEPT,
        /** There is no answer to repeat; the next call under the key runs anew. */
        RELEASED,
        /** Its answer could not be stored: as if it had died, its place is taken by the next call. */
        LEFT
    }

    public static final int HASH_BYTES = 32;

    /**
     * @param body a keyed hash of the request's bytes, {@link #HASH_BYTES} long
     * @param earlier the call whose run died, and whose place and money this one takes; {@code null} for the first
     * @param keep how long its answer stands
     * @param keeper makes the answer durable, on the call's thread, once the call completed and before that is recorded
     */
    public IdempotentRun(Key key, byte[] body, @Nullable UUID earlier, Duration keep, Supplier<End> keeper) {
        this.key = key;
        this.body = body.clone();
        this.earlier = earlier;
        this.keep = keep;
        this.keeper = keeper;
    }

    public Key key() {
        return key;
    }

    public byte[] body() {
        return body.clone();
    }

    public @Nullable UUID earlier() {
        return earlier;
    }

    public Duration keep() {
        return keep;
    }

    /** Whether the key is this call's; said anew by every transaction that tries. */
    public void claimed(boolean isClaimed) {
        claimed = isClaimed;
    }

    public boolean isClaimed() {
        return claimed;
    }

    /** The call completed: makes its answer durable. */
    public void complete() {
        end = keeper.get();
    }

    public End end() {
        return end;
    }

    /** Somebody else took its place meanwhile, having found it dead. */
    public void lost(boolean isLost) {
        lost = isLost;
    }

    /** Whether the end of the answer may leave: it is durable that the call was made, and that it was this one. */
    public boolean mayEnd() {
        return !lost && (end == End.ANSWERED || end == End.UNKEPT);
    }
}
