package dev.portreeve.policy.call;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a governed call ended. Each protocol edge renders every case in one exhaustive switch. */
public sealed interface CallOutcome {
    /**
     * The upstream answered and all of it was released.
     *
     * @param usage what is paid for: reported by the upstream, or counted by the gateway
     * @param budget the budget with the least left, or {@code null} if none applies
     */
    record Completed(Usage usage, NanoUsd cost, @Nullable BudgetState budget) implements CallOutcome {
        public Completed(Usage usage, NanoUsd cost) {
            this(usage, cost, null);
        }
    }

    /**
     * The upstream works on it, and its end is not known yet: a later round, at whichever gateway, settles and records that. What it holds stays
     * held until then. Of calls that {@link GovernedCall#endsLater} only.
     */
    record Pending() implements Incomplete {
        /** For whoever draws answers of calls that have one round. */
        public static IllegalStateException elsewhere() {
            return new IllegalStateException("a call that is no item of a batch was left for a later round");
        }
    }

    /** Every other ending. */
    sealed interface Incomplete extends CallOutcome {}

    /**
     * A step of the recipe said no.
     *
     * @param budget the budget that was exhausted, if that is why
     * @param allowance what rate limits allow, if one of them is why
     */
    record Denied(
            Denial denial,
            @Nullable BudgetState budget,
            @Nullable Allowance allowance) implements Incomplete {
        public Denied(Denial denial) {
            this(denial, null, null);
        }

        public Denied(Denial denial, @Nullable BudgetState budget) {
            this(denial, budget, null);
        }
    }

    /**
     * A person has not decided yet; repeating the very same call finds the decision.
     *
     * @param expiresAt when the ticket becomes a no
     * @param note what else the caller has to know, such as that an earlier yes counts no longer; {@code null} if nothing
     * @param asked whether people were asked because of this very call, and not by one before it
     */
    record AwaitingApproval(
            UUID ticket, Instant expiresAt, @Nullable String note, boolean asked) implements Incomplete {
        public AwaitingApproval(UUID ticket, Instant expiresAt) {
            this(ticket, expiresAt, null, true);
        }
    }

    /** The upstream could not be reached, refused, or broke. */
    record Failed(UpstreamFault fault) implements Incomplete {}

    /** The client went away. */
    record Abandoned() implements Incomplete {}
}
