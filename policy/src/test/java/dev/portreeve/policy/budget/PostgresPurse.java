package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Journal;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import dev.portreeve.policy.idempotency.PostgresIdempotentRuns;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** A replica on a real database: its own journal, ledger and snapshot. */
final class PostgresPurse implements PurseFixture {
    final TestDatabase database;
    final PostgresJournal journal;
    final PostgresBudgetLedger ledger;
    private final PostgresBudgets budgets;
    private final AuditLog audit;
    private final TestClock clock;
    private final boolean owner;
    private Connection connection;

    private PostgresPurse(
            TestDatabase database,
            TestClock clock,
            boolean owner,
            UnaryOperator<Journal> decoration,
            DataSource journals) {
        this.database = database;
        this.clock = clock;
        this.owner = owner;
        this.budgets = new PostgresBudgets(database.app().dataSource(), clock);
        this.budgets.refresh();
        this.journal =
                PostgresJournal.start(journals, JournalSettings.defaults(), InstantSource.system(), new Random());
        this.audit = new AuditLog(decoration.apply(journal));
        this.ledger = new PostgresBudgetLedger(budgets, UUID.randomUUID(), clock);
    }

    private static Connection connect(TestDatabase database) {
        try {
            return database.owner().dataSource().getConnection();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** With a database of its own. */
    static PostgresPurse open(String now) {
        return open(now, journal -> journal);
    }

    static PostgresPurse open(String now, UnaryOperator<Journal> decoration) {
        TestDatabase database = TestDatabase.fresh();
        return new PostgresPurse(
                database, new TestClock(now), true, decoration, database.app().dataSource());
    }

    /** Another replica on the same database. */
    PostgresPurse replica() {
        return replica(journal -> journal, database.app().dataSource());
    }

    /** @param journals what its journal takes for the database */
    PostgresPurse replica(UnaryOperator<Journal> decoration, DataSource journals) {
        return new PostgresPurse(database, clock, false, decoration, journals);
    }

    /** The budgets that bound this call if it begins now. */
    List<Level> above(GovernedCall call) {
        return budgets.get().above(call, clock.instant());
    }

    @Override
    public BudgetLedger ledger() {
        return ledger;
    }

    @Override
    public PostingBook<BudgetPosting> book() {
        return ledger;
    }

    @Override
    public AuditLog audit() {
        return audit;
    }

    @Override
    public TestClock clock() {
        return clock;
    }

    @Override
    public void organise(OrganisationConfig organisation) {
        new PostgresOrganisation(database.app().dataSource(), clock).sync(organisation);
        budgets.refresh();
    }

    /** Writes the holds that stand in memory alone, as housekeeping does after a while. */
    void writeHolds() {
        ledger.leases()
                .unwritten(Duration.ZERO)
                .forEach(hold ->
                        journal.append(JournalEntry.of(ledger, hold, List::of)).await());
    }

    @Override
    public void rest() {
        journal.append(JournalEntry.of(
                        ledger, new LeasePosting.Unused(ledger.leases().unused(Duration.ZERO)), List::of))
                .await();
    }

    /** With the holds of calls that run. */
    @Override
    public Balance balance(WindowKey window) {
        writeHolds();
        List<Balance> found = query(
                """
                SELECT limit_nanos, held_nanos, settled_nanos, overrun_nanos FROM policy.budget_window
                WHERE tenant = ? AND budget_id = ? AND starts_at = ?::timestamptz\
                """,
                row -> new Balance(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                window.tenant(),
                window.budgetId(),
                window.start().toString());
        return found.isEmpty() ? new Balance(0, 0, 0, 0) : found.getFirst();
    }

    BudgetOrders orders() {
        return new BudgetOrders(audit, UUID::randomUUID, budgets::refresh);
    }

    PostgresBudgets budgets() {
        return budgets;
    }

    @Override
    public void become(String budgetId, BudgetStatus.State state, String reason) {
        BudgetOrders.Result result = orders().become("acme", budgetId, state, reason, "ops");
        if (!(result instanceof BudgetOrders.Result.Done)) {
            throw new AssertionError(budgetId + ": " + result);
        }
    }

    @Override
    public void raise(String budgetId, String by, Duration time) {
        BudgetOrders.Result result = orders().raise(
                        "acme", budgetId, new BigDecimal(by), Instant.now().plus(time), "a launch", "ops");
        if (!(result instanceof BudgetOrders.Result.Done)) {
            throw new AssertionError(budgetId + ": " + result);
        }
    }

    @Override
    public IdempotentRuns runs() {
        return new PostgresIdempotentRuns(database.app().dataSource());
    }

    @Override
    public void presumeDead() {
        execute("UPDATE policy.idempotent_run SET touched_at = now() - interval '31 seconds' WHERE state = 'running'");
    }

    @Override
    public void age(Duration time) {
        writeHolds();
        clock.advance(time);
        // The database's own clock cannot be moved, so what it measures is.
        // By way of another century: row by row a piece would meet the one before it.
        execute("UPDATE policy.budget_bucket SET counts_until = counts_until - interval '36500 days " + time.toSeconds()
                + " seconds'");
        execute("UPDATE policy.budget_bucket SET counts_until = counts_until + interval '36500 days'");
        execute("UPDATE policy.budget_raise SET ends_at = ends_at - interval '" + time.toSeconds() + " seconds'");
        execute("UPDATE policy.revision SET number = number + 1 WHERE subject = 'budget'");
        budgets.refresh();
    }

    @Override
    public List<String> records(UUID callId) {
        return query(
                "SELECT kind FROM audit.record WHERE call_id = ?::uuid ORDER BY txid, position",
                row -> row.getString(1),
                callId.toString());
    }

    /** The records of a call as JSON text. */
    List<String> leaves(UUID callId) {
        return query(
                "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE call_id = ?::uuid ORDER BY txid, position",
                row -> row.getString(1),
                callId.toString());
    }

    /** Most replicas are never asked. */
    private synchronized Connection connection() {
        if (connection == null) {
            connection = connect(database);
        }
        return connection;
    }

    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> query(String sql, Reader<T> reader, String... parameters) {
        try (PreparedStatement statement = connection().prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<T> result = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    result.add(reader.read(rows));
                }
            }
            return result;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    void execute(String sql) {
        try (PreparedStatement statement = connection().prepareStatement(sql)) {
            statement.execute();
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Override
    public void close() {
        journal.close();
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        if (owner) {
            database.close();
        }
    }
}
