package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.budget.Ruling.CallKey;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds and settles in PostgreSQL, exactly, many calls to a commit: the journal's batch locks the rows of all windows it
 * speaks of, decides every admission in Java in order, and writes balances, holds and postings in one statement. As long as
 * the transaction runs no other replica can change these rows, so the limit holds for any number of them. What a call needs is
 * taken from this replica's {@link Leases} where they have it: the call then goes on at once, and its hold follows.
 *
 * <p>{@link #reserve} may be called from any thread; {@link #apply} belongs to the journal's writer.
 */
public final class PostgresBudgetLedger implements BudgetLedger, PostingBook<BudgetPosting> {
    private static final int MAX_KNOWN_WINDOWS = 100_000;

    private final PostgresBudgets budgets;
    private final PostgresRollover rollover = new PostgresRollover();
    private final HoldDesk desk;
    private final InstantSource clock;
    private final Leases leases;
    private final PostgresChains chains = new PostgresChains();
    private final RememberedRows remembered = new RememberedRows();
    private final LeaseReturns returns = new LeaseReturns();
    /** Windows whose row was made before: a hint, not a fact, since somebody may have deleted it. */
    private final Set<WindowKey> made = ConcurrentHashMap.newKeySet();

    /**
     * @param budgets whose snapshot holds at each call
     * @param replica names this run of this process among all that ever lease on this database
     */
    public PostgresBudgetLedger(PostgresBudgets budgets, UUID replica, InstantSource clock) {
        this.budgets = budgets;
        this.clock = clock;
        this.leases = new Leases(replica);
        this.desk = new HoldDesk(budgets, this, leases, returns, clock);
    }

    /** Whether nothing may be held in this window any more: its budget is not open, or not in force. */
    boolean isBarred(WindowKey window) {
        Budget budget = budgets.get().of(window);
        return budget == null || !budget.status().isOpen();
    }

    /** What this replica may hold from memory. */
    Leases leases() {
        return leases;
    }

    /** To be told what other replicas gave back; without it calls that wait for that find it a little later. */
    public LeaseReturns returns() {
        return returns;
    }

    @Override
    public Reservation reserve(GovernedCall call, AuditTrail trail) throws CallEnded {
        return desk.reserve(call, trail);
    }

    @Override
    public Reservation reserve(GovernedCall call, @Nullable UUID ticket, AuditTrail trail) throws CallEnded {
        return desk.reserve(call, ticket, trail);
    }

    @Override
    public Reservation resume(GovernedCall call, AuditTrail trail) {
        LaterHold hold = new PostgresLaterHolds(budgets.database())
                .of(call.subject().tenant(), call.id().value());
        Load worst = new Load(hold.money(), 0, Load.worst(call).requests());
        return new LateReservation(trail, new Meter(call.estimate(), worst), this, hold, budgets.get());
    }

    @Override
    public void apply(Transaction transaction, List<BudgetPosting> postings) throws SQLException {
        PostgresClaims claims = new PostgresClaims(transaction.connection());
        // Before any window is locked, as everybody does who claims.
        claims.decide(postings);
        PostgresParkedHolds parked = new PostgresParkedHolds(transaction.connection());
        parked.decide(postings);
        Batch batch = new Batch(postings);
        if (!guessed(transaction, batch)) {
            Ruling ruling = read(transaction, batch);
            claims.giveBackRefused(postings);
            claims.takeOver(ruling);
            parked.forget(postings, ruling);
        }
    }

    /** Writes calls that ran on leases, if their windows' rows are as memory knows them: nothing is asked of the database before. */
    private boolean guessed(Transaction transaction, Batch batch) throws SQLException {
        batch.under = budgets.get();
        batch.taken = remembered.take(batch.spoken, batch.under);
        if (!batch.isOnLeases() || !batch.taken.suffice()) {
            return false;
        }
        remembered.guess();
        PostgresHolds rows = new PostgresHolds(transaction, clock.instant());
        PostgresHolds.Known known = rows.remembered(batch.taken, leases);
        Ruling ruling = new Ruling(known.balances(), known.holds(), known.leases());
        ruling.decide(batch.postings);
        new PostgresRuling(transaction, chains).write(ruling, batch.taken);
        transaction.afterCommit(known.leases().afterCommit(batch.calls));
        transaction.afterCommit(() -> remembered.committed(batch.taken.after(ruling)));
        return true;
    }

    private Ruling read(Transaction transaction, Batch batch) throws SQLException {
        PostgresHolds rows = new PostgresHolds(transaction, clock.instant());
        Set<WindowKey> attempted = make(rows, batch.opened);
        rollover.carry(transaction.connection(), batch.opened.values(), batch.spoken, clock.instant());
        long readAt = System.nanoTime();
        // Found after the locks: whoever resolves the same hold elsewhere has committed by now, or waits for us.
        PostgresHolds.Known known = rows.lock(batch.spoken, batch.forfeits, leases, batch.sought);
        check(batch.opened.keySet(), known.balances().keySet(), attempted);
        remembered.compare(batch.taken, known);
        Ruling ruling = new Ruling(known.balances(), known.holds(), known.leases());
        PostgresBuckets buckets = new PostgresBuckets(transaction);
        Set<WindowKey> windows = known.balances().keySet();
        ruling.forget(
                buckets.forget(windows.stream().filter(WindowKey::isRolling).toList()));
        ruling.counting(buckets.counting(batch.postings));
        ruling.decide(batch.postings);
        buckets.takeBack(ruling);
        new PostgresRuling(transaction, chains).write(ruling, known.raised());
        buckets.countForAWhile(ruling);
        transaction.afterCommit(known.leases().afterCommit(batch.calls));
        attempted.retainAll(windows);
        // Not before: what is rolled back with its connection comes again, and must be made again.
        transaction.afterCommit(() -> remember(attempted));
        transaction.afterCommit(() -> remembered.committed(RememberedRows.left(windows, ruling, readAt, batch.under)));
        return ruling;
    }

    /** What a batch speaks of. */
    private static final class Batch {
        private final List<BudgetPosting> postings;
        private final Map<WindowKey, Level> opened = new LinkedHashMap<>();
        private final Set<WindowKey> spoken = new LinkedHashSet<>();
        private final Set<CallKey> calls = new LinkedHashSet<>();
        /** Those of the calls that may have a row already. */
        private final Set<CallKey> sought = new LinkedHashSet<>();

        private final List<LeaseTurn.LeaseKey> forfeits = new ArrayList<>();
        /** Those of the call before: the next is nearly always under the same. */
        private List<WindowKey> before = List.of();

        private List<WindowKey> openedBefore = List.of();

        private boolean plain = true;
        private Budgets under = Budgets.NONE;
        private RememberedRows.Taken taken = RememberedRows.Taken.NOTHING;

        Batch(List<BudgetPosting> postings) {
            this.postings = postings;
            postings.forEach(this::add);
        }

        /** Whether it has but calls that leases admitted, none of which can have a row yet and nobody takes the place of another. */
        boolean isOnLeases() {
            return plain && sought.isEmpty();
        }

        private static boolean isPlain(BudgetPosting posting) {
            return switch (posting) {
                case Hold hold -> hold.drawn() && hold.run() == null && hold.ticket() == null && hold.earlier() == null;
                case Settlement settlement ->
                    settlement.drawn() != null
                            && settlement.run() == null
                            && settlement.ticket() == null
                            && settlement.raises().isEmpty();
                case LeasePosting ignored -> false;
            };
        }

        private void add(BudgetPosting posting) {
            plain &= isPlain(posting);
            if (!posting.windows().equals(before)) {
                before = posting.windows();
                spoken.addAll(before);
            }
            switch (posting) {
                case Hold hold -> add(hold);
                case Settlement settlement -> {
                    add(settlement);
                    settlement.raises().forEach(this::add);
                }
                case LeasePosting.Unused ignored -> {}
                case LeasePosting.Forfeit forfeit -> forfeits.add(forfeit.lease());
            }
        }

        private void add(Hold hold) {
            if (!hold.windows().equals(openedBefore)) {
                openedBefore = hold.windows();
                hold.levels().forEach(level -> opened.put(level.key(), level));
            }
            calls.add(CallKey.of(hold));
            if (hold.offer()) {
                sought.add(CallKey.of(hold));
            }
            Hold.Earlier earlier = hold.earlier();
            if (earlier != null) {
                spoken.addAll(earlier.windows());
                earlier.holds().forEach(held -> seek(new CallKey(hold.tenant(), held.id())));
            }
        }

        private void add(Settlement settlement) {
            Hold drawn = settlement.drawn();
            if (drawn == null || drawn.offer()) {
                seek(CallKey.of(settlement));
            } else {
                // Nobody was ever given this hold to write, so nobody can have written it.
                calls.add(CallKey.of(settlement));
            }
        }

        private void seek(CallKey call) {
            calls.add(call);
            sought.add(call);
        }
    }

    /** @return those that were not known to be made */
    private Set<WindowKey> make(PostgresHolds rows, Map<WindowKey, Level> opened) throws SQLException {
        Map<WindowKey, Level> unmade = new LinkedHashMap<>(opened);
        unmade.keySet().removeAll(made);
        if (!unmade.isEmpty()) {
            // Before any lock, so that two replicas that make the same rows wait for each other in one order only.
            rows.make(unmade.values());
        }
        return unmade.keySet();
    }

    private void remember(Set<WindowKey> windows) {
        if (made.size() > MAX_KNOWN_WINDOWS) {
            made.clear();
        }
        made.addAll(windows);
    }

    private void check(Set<WindowKey> opened, Set<WindowKey> there, Set<WindowKey> attempted) throws SQLException {
        for (WindowKey window : opened) {
            if (!there.contains(window)) {
                made.remove(window);
                // A session's count that was not made now is one too many.
                if (!window.isOfSession() || !attempted.contains(window)) {
                    // Its row is gone. Whoever comes next makes all again.
                    made.clear();
                    throw new SQLException("a budget's window is gone");
                }
            }
        }
    }
}
