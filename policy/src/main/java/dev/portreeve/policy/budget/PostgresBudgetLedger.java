package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds and settles in PostgreSQL, exactly, many calls to a commit: the journal's batch locks the rows of all windows it
 * speaks of, decides every admission in Java in order, and writes balances, holds and postings in one statement. As long as
 * the transaction runs no other replica can change these rows, so the limit holds for any number of them.
 *
 * <p>{@link #reserve} may be called from any thread; {@link #apply} belongs to the journal's writer.
 */
public final class PostgresBudgetLedger implements BudgetLedger, PostingBook<BudgetPosting> {
    private static final int MAX_KNOWN_WINDOWS = 100_000;

    private final HoldDesk desk;
    /** Windows whose row was made before, perhaps by a transaction that was rolled back: a hint, not a fact. */
    private final Set<WindowKey> made = ConcurrentHashMap.newKeySet();

    /** @param budgets whose snapshot holds at each call */
    public PostgresBudgetLedger(PostgresBudgets budgets, InstantSource clock) {
        this.desk = new HoldDesk(budgets, this, clock);
    }

    @Override
    public Reservation reserve(GovernedCall call, AuditTrail trail) throws CallEnded {
        return desk.reserve(call, trail);
    }

    @Override
    public void apply(Transaction transaction, List<BudgetPosting> postings) throws SQLException {
        PostgresHolds rows = new PostgresHolds(transaction.connection());
        Map<WindowKey, Level> opened = new LinkedHashMap<>();
        Set<WindowKey> spoken = new LinkedHashSet<>();
        boolean resolves = false;
        for (BudgetPosting posting : postings) {
            spoken.addAll(posting.windows());
            switch (posting) {
                case Hold hold -> {
                    hold.levels().forEach(level -> opened.put(level.key(), level));
                    resolves |= hold.tried();
                }
                case Settlement ignored -> resolves = true;
            }
        }
        make(rows, opened);
        // Found after the locks: whoever resolves the same hold elsewhere has committed by now, or waits for us.
        PostgresHolds.Known known = resolves ? rows.lockAndFind(spoken, postings) : rows.lock(spoken);
        if (!known.balances().keySet().containsAll(opened.keySet())) {
            // The transaction that made them was rolled back. The journal comes again, and then they are made.
            made.clear();
            throw new SQLException("a budget's window was rolled back before it was used");
        }
        Ruling ruling = new Ruling(known.balances(), known.holds());
        ruling.decide(postings);
        rows.write(ruling);
    }

    private void make(PostgresHolds rows, Map<WindowKey, Level> opened) throws SQLException {
        List<Level> unmade = opened.entrySet().stream()
                .filter(window -> !made.contains(window.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        if (!unmade.isEmpty()) {
            // Before any lock, so that two replicas that make the same rows wait for each other in one order only.
            rows.make(unmade);
            remember(unmade);
        }
    }

    private void remember(List<Level> levels) {
        if (made.size() > MAX_KNOWN_WINDOWS) {
            made.clear();
        }
        levels.forEach(level -> made.add(level.key()));
    }
}
