package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The wish to hold an amount on every level, all or nothing. Written by the journal's thread, read by the call's thread
 * once the receipt is there.
 */
final class Hold implements CallPosting {
    private final String tenant;
    private final UUID callId;
    private final NanoUsd amount;
    private final List<Level> levels;
    private final List<WindowKey> windows;
    private final Duration lifetime;
    private volatile boolean drawn;
    private volatile boolean ending;
    private boolean tried;
    private volatile @Nullable Decision decision;

    /** @param lifetime how long nobody but the call itself may resolve it, from its commit on */
    Hold(String tenant, UUID callId, NanoUsd amount, List<Level> levels, Duration lifetime) {
        this.tenant = tenant;
        this.callId = callId;
        this.amount = amount;
        this.levels = levels;
        this.windows = levels.stream().map(Level::key).toList();
        this.lifetime = lifetime;
    }

    /** What the book said. */
    sealed interface Decision {
        /** @param after the balance of each level, this hold included */
        record Admitted(List<Balance> after) implements Decision {}

        /**
         * @param before the balance of the first level that has not enough left
         * @param setAside whether it would have enough if no other replica had leased of it
         */
        record Exhausted(Level level, Balance before, boolean setAside) implements Decision {}
    }

    @Override
    public String tenant() {
        return tenant;
    }

    @Override
    public UUID callId() {
        return callId;
    }

    @Override
    public List<WindowKey> windows() {
        return windows;
    }

    NanoUsd amount() {
        return amount;
    }

    List<Level> levels() {
        return levels;
    }

    Duration lifetime() {
        return lifetime;
    }

    /**
     * Says that memory holds it already, on a lease.
     *
     * @param after the balance of each level as far as this replica knows, this hold included
     */
    void draw(List<Balance> after) {
        drawn = true;
        decision = new Decision.Admitted(after);
    }

    /** What the book or the lease said, of a hold that was not refused. */
    Decision.Admitted admitted() {
        return switch (decision()) {
            case Decision.Admitted admitted -> admitted;
            case Decision.Exhausted refused -> throw new IllegalStateException("call " + callId + " holds nothing");
        };
    }

    /** Its end is on its way to the book, and brings it along. */
    void ending() {
        ending = true;
    }

    boolean isEnding() {
        return ending;
    }

    /** Whether its call runs already, on money that was leased. */
    boolean drawn() {
        return drawn;
    }

    /**
     * Whether it may be stored already: a book was asked before and perhaps committed although nobody heard of it, or the
     * call's end brought it along.
     */
    boolean tried() {
        return tried || drawn;
    }

    void decide(Decision made) {
        tried = true;
        decision = made;
    }

    Decision decision() {
        Decision made = decision;
        if (made == null) {
            throw new IllegalStateException("hold of call " + callId + " is not decided");
        }
        return made;
    }

    /** Resolves this hold with {@code cost} spent; zero releases it. */
    Settlement settlement(NanoUsd cost) {
        ending();
        return Settlement.of(this, cost);
    }
}
