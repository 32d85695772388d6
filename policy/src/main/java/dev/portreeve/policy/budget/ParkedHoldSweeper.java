package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import java.util.List;
import javax.sql.DataSource;

/**
 * Gives back what calls left held for tickets that cannot lead to a call any more, whichever gateway left it. No record of its own: the
 * call's says that it was kept, and the ticket's what became of that. One thread; every replica may run one, since a hold resolves once.
 */
public final class ParkedHoldSweeper {
    private static final int AT_ONCE = 500;

    private final DataSource database;
    private final AuditLog audit;
    private final PostgresBudgetLedger ledger;

    public ParkedHoldSweeper(DataSource database, AuditLog audit, PostgresBudgetLedger ledger) {
        this.database = database;
        this.audit = audit;
        this.ledger = ledger;
    }

    /**
     * Gives back what is of no use now, a bounded number in one run.
     *
     * @return how many holds it found
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be stored; the next run tries again
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public int runOnce() {
        List<Settlement> found = PostgresParkedHolds.ofNoUse(database, AT_ONCE);
        List<Receipt> receipts = found.stream()
                .map(unparked -> audit.append(JournalEntry.of(ledger, unparked, List::of)))
                .toList();
        receipts.forEach(Receipt::await);
        return found.size();
    }
}
