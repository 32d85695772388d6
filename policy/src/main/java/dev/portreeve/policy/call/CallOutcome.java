package dev.portreeve.policy.call;

import java.time.Instant;
import java.util.UUID;

/** How a governed call ended. Each protocol edge renders every case in one exhaustive switch. */
public sealed interface CallOutcome {
    /** The upstream answered and all of it was released. */
    record Completed(Usage usage, NanoUsd cost) implements CallOutcome {}

    /** Every other ending. */
    sealed interface Incomplete extends CallOutcome {}

    /** A step of the recipe said no. */
    record Denied(Denial denial) implements Incomplete {}

    /**
     * A person has not decided yet; repeating the very same call finds the decision.
     *
     * @param expiresAt when the ticket becomes a no
     */
    record AwaitingApproval(UUID ticket, Instant expiresAt) implements Incomplete {}

    /** The upstream could not be reached, refused, or broke. */
    record Failed(UpstreamFault fault) implements Incomplete {}

    /** The client went away. */
    record Abandoned() implements Incomplete {}
}
