package dev.portreeve.hub.task;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A tool call as a task of the gateway's own, as it was read: a snapshot.
 *
 * @param member whose it is, together with {@code keyId}
 * @param tool with the definition it was called with
 * @param begunBy the call that began it
 * @param ticket the approval it waits or waited for; {@code null} if nobody had to be asked
 * @param runCall the call that runs, or ran, what was approved; {@code null} if none did
 * @param silent whether it should have ended by now, had its gateway not died
 * @param outcome what its caller is told at its end; there if and only if it is over
 */
public record KeptTask(
        String tenant,
        UUID id,
        String member,
        String keyId,
        Resource.Tool tool,
        CallId begunBy,
        @Nullable UUID ticket,
        State state,
        @Nullable UUID runCall,
        boolean silent,
        Instant createdAt,
        Instant changedAt,
        Instant expiresAt,
        @Nullable RawJson outcome) {
    /** Where it stands. */
    public enum State {
        /** Nobody has run it yet. */
        WAITING,
        /** It was approved, and runs. */
        RUNNING,
        /** Its server answered. */
        COMPLETED,
        /** It did not run, or broke. */
        REFUSED,
        /** Its caller, or whoever asked for the approval, took it back. */
        CANCELLED;

        /** Whether it stays so. */
        public boolean isOver() {
            return this != WAITING && this != RUNNING;
        }
    }

    /** Whether it is this very subject's: the member and the key that began it. */
    public boolean isOf(Subject subject) {
        return tenant.equals(subject.tenant()) && member.equals(subject.member()) && keyId.equals(subject.keyId());
    }

    /** The same while a call runs what it waited for. */
    public KeptTask running(CallId run) {
        return new KeptTask(
                tenant,
                id,
                member,
                keyId,
                tool,
                begunBy,
                ticket,
                State.RUNNING,
                run.value(),
                false,
                createdAt,
                changedAt,
                expiresAt,
                null);
    }

    /**
     * A task to be kept.
     *
     * @param ticket {@code null} for a call for which nobody had to be asked
     * @param end how it ended already; {@code null} for one that waits
     */
    public record Begun(
            UUID id,
            Subject owner,
            Resource.Tool tool,
            CallId begunBy,
            @Nullable UUID ticket,
            Instant expiresAt,
            @Nullable End end) {}

    /**
     * How a task ended.
     *
     * @param state one that is over
     * @param outcome what its caller is told
     */
    public record End(State state, RawJson outcome) {
        public End {
            if (!state.isOver()) {
                throw new IllegalArgumentException("a task that is " + state + " has not ended");
            }
        }
    }
}
