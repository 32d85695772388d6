package dev.portreeve.policy.stop;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A change of who is stopped, that must commit together with its record, and where the book leaves what it found and did. */
final class StopPosting {
    private final StopOwner owner;
    private final Stop.@Nullable Cause cause;
    private final String reason;
    private final String actor;
    private final @Nullable Stop expected;
    private boolean known;
    private @Nullable Stop before;
    private @Nullable Stop after;

    private StopPosting(
            StopOwner owner, Stop.@Nullable Cause cause, String reason, String actor, @Nullable Stop expected) {
        this.owner = owner;
        this.cause = cause;
        this.reason = reason;
        this.actor = actor;
        this.expected = expected;
    }

    static StopPosting stop(StopOwner owner, Stop.Cause cause, String reason, String actor) {
        return new StopPosting(owner, cause, reason, actor, null);
    }

    static StopPosting resume(StopOwner owner, String reason, String actor) {
        return new StopPosting(owner, null, reason, actor, null);
    }

    /** Only while exactly this stop is in force. */
    static StopPosting resume(Stop expected, String reason, String actor) {
        return new StopPosting(expected.owner(), null, reason, actor, expected);
    }

    /** Whether it speaks of another stop than the one in force. */
    boolean isOutdated(@Nullable Stop inForce) {
        return expected != null && !expected.equals(inForce);
    }

    StopOwner owner() {
        return owner;
    }

    /** {@code null} for one who is resumed. */
    Stop.@Nullable Cause cause() {
        return cause;
    }

    String reason() {
        return reason;
    }

    String actor() {
        return actor;
    }

    /** @param there whether there is such an owner at all */
    void decide(boolean there, @Nullable Stop was, @Nullable Stop is) {
        known = there;
        before = was;
        after = is;
    }

    boolean isKnown() {
        return known;
    }

    boolean isChange() {
        return known && !Objects.equals(before, after);
    }

    @Nullable
    Stop before() {
        return before;
    }

    @Nullable
    Stop after() {
        return after;
    }
}
