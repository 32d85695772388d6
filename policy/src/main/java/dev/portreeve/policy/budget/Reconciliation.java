package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.BudgetReport.Amount;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether the ledger, its postings and the audit records say the same of a tenant's money, at one moment.
 *
 * @param calls that were charged to a budget in dollars, or were found in only one of the two places
 * @param ledger what the postings of these calls charge
 * @param records what their records charge
 * @param unbudgeted what other calls cost, that no budget in dollars bounds: it stands in records only
 * @param repeated what records say of ends that came after another one had charged the call
 * @param differences calls of which ledger and records say different things; at most {@link #MAX_DIFFERENCES}
 * @param windows each window of a budget with something in it, and what its postings come to
 */
public record Reconciliation(
        String tenant,
        Instant from,
        Instant to,
        Instant at,
        long calls,
        NanoUsd ledger,
        NanoUsd records,
        NanoUsd unbudgeted,
        NanoUsd repeated,
        List<Difference> differences,
        List<Window> windows) {
    /** How many differences are listed. */
    public static final int MAX_DIFFERENCES = 100;

    public Reconciliation {
        differences = List.copyOf(differences);
        windows = List.copyOf(windows);
    }

    /** Whether everything adds up. */
    public boolean agrees() {
        return ledger.equals(records)
                && differences.isEmpty()
                && windows.stream().allMatch(Window::agrees);
    }

    /**
     * A call of which two places say different things.
     *
     * @param ledger {@code null} if no posting charges it
     * @param records {@code null} if no record does
     */
    public record Difference(
            UUID call, @Nullable NanoUsd ledger, @Nullable NanoUsd records) {}

    /**
     * One window of a budget, in what the budget counts.
     *
     * @param spent as its row says, overruns included
     * @param posted what the postings come to
     * @param held as its row says
     * @param open what holds without a posting come to
     * @param leased as its row says
     * @param shares what the replicas' leases come to
     * @param sliding whether what was spent long ago no longer counts in its row, so that only the rest can be compared
     */
    public record Window(
            String budget,
            Instant starts,
            Amount spent,
            Amount posted,
            Amount held,
            Amount open,
            Amount leased,
            Amount shares,
            boolean sliding) {
        /** Whether its row says what its parts come to. */
        public boolean agrees() {
            boolean charged = sliding ? spent.count() <= posted.count() : spent.equals(posted);
            return charged && held.equals(open) && leased.equals(shares);
        }
    }
}
