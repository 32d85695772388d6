package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back what this replica leased and does not use, and charges what is left of leases whose replica is gone: its last
 * calls may have run on it without a record. One thread; every replica may run one.
 */
public final class LeaseSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseSweeper.class);
    /** How long a share may lie idle while another replica might miss it. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    /** How long a hold may stand in memory alone. */
    static final Duration LONG_CALL = Duration.ofSeconds(1);

    private static final int AT_ONCE = 500;

    private final PostgresExpiredLeases expired;
    private final AuditLog audit;
    private final PostgresBudgetLedger ledger;
    private final Supplier<UUID> ids;

    /** @param ids names the postings of what is charged */
    public LeaseSweeper(DataSource database, AuditLog audit, PostgresBudgetLedger ledger, Supplier<UUID> ids) {
        this.expired = new PostgresExpiredLeases(database);
        this.audit = audit;
        this.ledger = ledger;
        this.ids = ids;
    }

    /** Writes the holds of calls that take their time, and gives back what lay idle; does not wait for the database. */
    public void giveBackUnused() {
        // Whether they are stored shows at their next batch; nobody waits here.
        List<Receipt> ignored = Stream.concat(write(LONG_CALL).stream(), giveBack(IDLE).stream())
                .toList();
    }

    /** Gives everything back that no call drew, and waits until it is; at the end of this process. */
    public void giveBackAll() {
        write(Duration.ZERO).forEach(Receipt::await);
        giveBack(Duration.ZERO).forEach(Receipt::await);
    }

    /** A call that runs on is held for by itself: if this process dies, it is that hold that is charged, not the lease. */
    private List<Receipt> write(Duration age) {
        List<Receipt> receipts = new ArrayList<>();
        for (Hold hold : ledger.leases().unwritten(age)) {
            // A journal that takes no more ends this run; what is left is tried again with the next one.
            receipts.add(audit.append(JournalEntry.of(ledger, hold, List::of)));
            ledger.leases().queued(hold);
        }
        return receipts;
    }

    /**
     * Gives a window's share back, because another replica was short of it; does not wait for the database.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if the journal takes no more; what lies idle goes back a second later anyway
     */
    void giveBack(WindowKey recalled) {
        if (ledger.leases().recalled(recalled)) {
            Receipt ignored =
                    audit.append(JournalEntry.of(ledger, new LeasePosting.Unused(List.of(recalled)), List::of));
        }
    }

    /** Gives back what is set aside of budgets that are not open any more; does not wait for the database. */
    void giveBackBarred() {
        ledger.leases().windows().stream().filter(ledger::isBarred).forEach(this::giveBack);
    }

    private List<Receipt> giveBack(Duration idle) {
        List<WindowKey> unused = ledger.leases().unused(idle);
        List<Receipt> receipts = new ArrayList<>();
        for (int from = 0; from < unused.size(); from += AT_ONCE) {
            List<WindowKey> some = unused.subList(from, Math.min(unused.size(), from + AT_ONCE));
            receipts.add(audit.append(JournalEntry.of(ledger, new LeasePosting.Unused(some), List::of)));
        }
        return receipts;
    }

    /**
     * Charges what dead replicas left.
     *
     * @return how many leases it ended
     * @throws dev.portreeve.audit.EvidenceUnavailable if the postings cannot be stored; the next run tries again
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public int forfeitDead() {
        List<LeasePosting.Forfeit> dead = expired.find(ledger.leases().replica(), AT_ONCE).stream()
                .map(lease -> new LeasePosting.Forfeit(lease.lease(), ids.get(), lease.unit()))
                .toList();
        List<Receipt> receipts = dead.stream()
                .map(forfeit -> audit.append(JournalEntry.of(ledger, forfeit, () -> events(forfeit))))
                .toList();
        receipts.forEach(Receipt::await);
        expired.clear();
        return (int) dead.stream().filter(forfeit -> forfeit.charged() > 0).count();
    }

    /** Charges what calls of this replica drew and the database then refused to store, with their end. */
    public void chargeLost() {
        chargeLost(PostgresExpiredLeases.DEAD_AFTER);
    }

    void chargeLost(Duration age) {
        for (Hold hold : ledger.leases().lost(age)) {
            Settlement whole = Settlement.assumed(hold);
            // One after the other: while the database is away the first one ends this run.
            audit.append(JournalEntry.of(ledger, whole, () -> ReservationSweeper.events(whole)))
                    .await();
            LOG.warn(
                    "the records of call {} of tenant \"{}\" were refused: its whole hold of {} is charged",
                    hold.callId(),
                    hold.tenant(),
                    hold.amount());
        }
    }

    private static List<AuditEvent> events(LeasePosting.Forfeit forfeit) {
        if (forfeit.charged() == 0) {
            return List.of();
        }
        WindowKey window = forfeit.lease().window();
        BudgetUnit unit = forfeit.unit();
        LOG.warn(
                "a gateway ended without giving back {} of budget \"{}\" of tenant \"{}\": it may be spent, so it is charged",
                unit.text(forfeit.charged()),
                window.budgetId(),
                window.tenant());
        return List.of(new AuditEvent(
                window.tenant(),
                EventKind.LEASE_FORFEITED,
                forfeit.callId(),
                new Facts()
                        .put("budget", window.budgetId())
                        .put("window_start", window.start().toString())
                        .put("replica", forfeit.lease().replica().toString())
                        .put(unit.isDollars() ? "cost_usd" : "cost_" + unit.code(), unit.decimal(forfeit.charged()))
                        .put("settlement", Settlement.Kind.ASSUMED.code())));
    }
}
