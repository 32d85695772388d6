package dev.portreeve.policy.budget;

import java.util.List;
import java.util.UUID;

/** What a replica's housekeeping asks of the book about leases. */
sealed interface LeasePosting extends BudgetPosting {

    /** Shares nobody draws from any more: to be sized anew, which gives them back. */
    record Unused(List<WindowKey> windows) implements LeasePosting {
        public Unused {
            windows = List.copyOf(windows);
        }
    }

    /**
     * A lease whose replica is gone. What it drew at last and did not come to write may have been spent, and nobody knows;
     * so all that is left of it is charged.
     */
    final class Forfeit implements LeasePosting {
        private final LeaseTurn.LeaseKey lease;
        private final UUID callId;
        private final BudgetUnit unit;
        private long charged;

        /**
         * @param callId names the hold and the posting that explain the charge; there is no such call
         * @param unit what the lease's budget counts
         */
        Forfeit(LeaseTurn.LeaseKey lease, UUID callId, BudgetUnit unit) {
            this.lease = lease;
            this.callId = callId;
            this.unit = unit;
        }

        @Override
        public List<WindowKey> windows() {
            return List.of(lease.window());
        }

        LeaseTurn.LeaseKey lease() {
            return lease;
        }

        UUID callId() {
            return callId;
        }

        void charge(long left) {
            charged = left;
        }

        BudgetUnit unit() {
            return unit;
        }

        /** What was charged, as a hold on its one level. */
        Amounts amounts() {
            return unit.isDollars() ? Amounts.same(charged) : Amounts.of(0, new long[] {charged});
        }

        /** Zero if its replica lives after all, or another one was first. */
        long charged() {
            return charged;
        }
    }
}
