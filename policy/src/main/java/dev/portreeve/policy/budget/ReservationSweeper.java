package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what a crash left open: a hold past its expiry is charged in full, the safe direction, and its call gets a closing
 * record that says so. Both in one commit. Replicas take turns; one thread each.
 */
public final class ReservationSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(ReservationSweeper.class);
    private static final int AT_ONCE = 500;
    /** At the first run of a process, also for holds that were committed long after they were made. */
    private static final Duration FIRST_LOOK_BACK = Duration.ofDays(1);

    private final PostgresExpiredHolds holds;
    private final AuditLog audit;
    private final PostingBook<BudgetPosting> book;
    private boolean ranBefore;

    public ReservationSweeper(DataSource database, AuditLog audit, PostgresBudgetLedger ledger) {
        this.holds = new PostgresExpiredHolds(database);
        this.audit = audit;
        this.book = ledger;
    }

    /**
     * Resolves what is expired now.
     *
     * @return how many holds it found
     * @throws dev.portreeve.audit.EvidenceUnavailable if the postings cannot be stored; the next run tries again
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public int runOnce() {
        Duration lookBack = ranBefore ? Duration.ZERO : FIRST_LOOK_BACK;
        int total = 0;
        int found;
        do {
            found = holds.sweep(AT_ONCE, lookBack, this::resolve);
            total += found;
        } while (found == AT_ONCE);
        ranBefore = true;
        return total;
    }

    private void resolve(List<Settlement> expired) {
        List<Receipt> receipts = new ArrayList<>();
        for (Settlement settlement : expired) {
            LOG.warn(
                    "call {} of tenant \"{}\" never ended: its whole hold of {} is charged",
                    settlement.callId(),
                    settlement.tenant(),
                    settlement.held());
            receipts.add(audit.append(JournalEntry.of(book, settlement, () -> events(settlement))));
        }
        receipts.forEach(Receipt::await);
    }

    /** None if the call itself was quicker. */
    static List<AuditEvent> events(Settlement settlement) {
        if (settlement.result() != Settlement.Result.APPLIED) {
            return List.of();
        }
        Facts usage = new Facts().put("basis", Usage.Basis.ASSUMED.name().toLowerCase(Locale.ROOT));
        Facts facts = new Facts()
                .put("outcome", "unknown")
                .put("usage", usage)
                .put("cost_usd", settlement.held().toDecimal())
                .include(BudgetFacts.settled(settlement));
        UUID raised = Hold.raised(settlement.callId());
        if (raised != null) {
            // What a later attempt of that call held beside its first hold.
            facts.put("raised_for", raised.toString());
        }
        return List.of(new AuditEvent(settlement.tenant(), EventKind.CALL_CLOSED, settlement.callId(), facts));
    }
}
