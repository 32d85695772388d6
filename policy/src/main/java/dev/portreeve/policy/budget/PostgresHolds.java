package dev.portreeve.policy.budget;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.budget.LeaseTurn.LeaseKey;
import dev.portreeve.policy.budget.Ruling.CallKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements of the ledger, inside the journal's transaction. Plain JDBC, because jOOQ has no arrays to unnest. */
final class PostgresHolds {
    /** Counts of sessions that a budget has at once; callers name sessions, and could name any number. */
    static final int MAX_SESSIONS = 10_000;

    private static final String MAKE = """
            INSERT INTO policy.budget_window (tenant, budget_id, starts_at, ends_at, limit_nanos)
            SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::bigint[])
                AS n (tenant, budget_id, starts_at, ends_at, limit_nanos)
            WHERE strpos(budget_id, '~') = 0 OR 10000 > (
                SELECT count(*) FROM (
                    SELECT FROM policy.budget_window w
                    WHERE w.tenant = n.tenant AND w.of_budget = split_part(n.budget_id, '~', 1)
                        AND (w.ends_at IS NULL OR w.ends_at > now()) LIMIT 10000) counted)
            ORDER BY tenant, budget_id, starts_at
            ON CONFLICT DO NOTHING""";
    /**
     * In ascending order, as everybody does who locks windows: so nobody waits in a circle. Row by row through the index
     * (LATERAL), because a plan made while the tables were small would go on reading them whole.
     */
    private static final String LOCK = """
            SELECT w.*, pg_current_xact_id()::text
            FROM (
                SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[]) AS u (tenant, budget_id, starts_at)
                ORDER BY tenant, budget_id, starts_at) n
            CROSS JOIN LATERAL (
                SELECT w.tenant, w.budget_id, w.starts_at,
                    w.limit_nanos, w.held_nanos, w.settled_nanos, w.overrun_nanos,
                    w.leased_nanos,
                    coalesce(w.recalled_until > now(), false) OR g.state <> 'open' OR g.retired_at IS NOT NULL AS recalled,
                    CASE WHEN g.soft THEN 9223372036854775807 ELSE g.limit_nanos + w.carried_nanos END AS base,
                    r.nanos AS raised, coalesce(w.ends_at <= ?, false) AS over
                FROM policy.budget_window w JOIN policy.budget g ON g.tenant = w.tenant AND g.id = w.of_budget
                CROSS JOIN LATERAL (
                    SELECT least(coalesce(sum(nanos), 0), 9223372036854775807)::bigint AS nanos FROM policy.budget_raise r
                    WHERE r.tenant = g.tenant AND r.budget_id = g.id AND r.ends_at > now()) r
                WHERE w.tenant = n.tenant AND w.budget_id = n.budget_id AND w.starts_at = n.starts_at
                FOR UPDATE OF w) w""";

    /**
     * The intervals are {@link PostgresExpiredLeases#TOUCH_EVERY} and {@link PostgresExpiredLeases#DEAD_AFTER}.
     *
     * <p>After the locks and on the same round trip: whoever ends a lease holds the lock of its window, so a statement that begins
     * after the lock was given sees what became of it.
     */
    private static final String LEASES = """
            SELECT l.tenant, l.budget_id, l.starts_at, l.replica, l.nanos,
                l.touched_at > now() - interval '10 seconds', l.touched_at < now() - interval '60 seconds'
            FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::uuid[]) AS n (tenant, budget_id, starts_at, replica)
            CROSS JOIN LATERAL (
                SELECT l.* FROM policy.lease l
                WHERE l.tenant = n.tenant AND l.budget_id = n.budget_id AND l.starts_at = n.starts_at
                    AND l.replica = n.replica LIMIT 1) l""";

    private static final String FIND = """
            SELECT h.tenant, h.call_id, h.amount_nanos, p.kind, p.amount_nanos, p.overrun_nanos,
                h.amounts, p.amounts, p.overruns,
                EXISTS (SELECT FROM policy.parked_hold k WHERE k.tenant = n.tenant AND k.call_id = n.call_id),
                l.overrun_nanos, l.overruns, p.kind = 'assumed' AND EXISTS (
                    SELECT FROM policy.posting_taken_over t WHERE t.tenant = n.tenant AND t.call_id = n.call_id)
            FROM unnest(?::text[], ?::uuid[]) AS n (tenant, call_id)
            CROSS JOIN LATERAL (
                SELECT h.tenant, h.call_id, h.amount_nanos, h.amounts FROM policy.hold h
                WHERE h.tenant = n.tenant AND h.call_id = n.call_id LIMIT 1) h
            LEFT JOIN LATERAL (
                SELECT p.kind, p.amount_nanos, p.overrun_nanos, p.amounts, p.overruns FROM policy.posting p
                WHERE p.tenant = n.tenant AND p.call_id = n.call_id LIMIT 1) p ON true
            LEFT JOIN policy.late_bill l ON p.kind = 'assumed' AND l.tenant = n.tenant AND l.call_id = n.call_id""";
    private static final String LOCK_AND_READ = LOCK + ";\n" + LEASES;
    private static final String LOCK_READ_AND_FIND = LOCK_AND_READ + ";\n" + FIND;

    private final Transaction transaction;
    private final Connection connection;
    private final Instant now;

    /** @param now by the database's clock: what has ended keeps the limit it had */
    PostgresHolds(Transaction transaction, Instant now) {
        this.transaction = transaction;
        this.connection = transaction.connection();
        this.now = now;
    }

    /** Makes the rows of windows nobody used yet. */
    void make(Collection<Level> levels) throws SQLException {
        PostgresColumns columns = new PostgresColumns(connection, 5);
        for (Level level : levels) {
            columns.row(
                    level.key().tenant(),
                    level.key().budgetId(),
                    level.key().start(),
                    level.span().end(),
                    level.budget().ceiling());
        }
        try (PreparedStatement statement = connection.prepareStatement(MAKE)) {
            columns.set(statement, 1, "text", "text", "timestamptz", "timestamptz", "bigint");
            statement.executeUpdate();
        }
    }

    /** What the windows' rows hold while they are locked, and what is known of the calls the postings speak of. */
    record Known(
            Map<WindowKey, Balance> balances,
            Map<CallKey, HoldState> holds,
            LeaseTurn leases,
            Map<WindowKey, Long> raised) {}

    /**
     * Locks the windows' rows until the transaction ends, then reads the leases and, where asked, which of these calls have a
     * hold, and what resolved it. All on one round trip; each statement sees what was committed by whoever held the locks
     * before. A window without a row is not in the result.
     *
     * @param others leases of other replicas to read as well
     * @param calls whose holds to look for
     */
    Known lock(Collection<WindowKey> windows, Collection<LeaseKey> others, Leases memory, Collection<CallKey> calls)
            throws SQLException {
        PostgresColumns leases = new PostgresColumns(connection, 4);
        windows.forEach(window -> row(leases, new LeaseKey(window, memory.replica())));
        others.forEach(lease -> row(leases, lease));
        String sql = calls.isEmpty() ? LOCK_AND_READ : LOCK_READ_AND_FIND;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int over = set(statement, windows);
            statement.setObject(over, now.atOffset(ZoneOffset.UTC));
            int next = leases.set(statement, over + 1, "text", "text", "timestamptz", "uuid");
            if (!calls.isEmpty()) {
                PostgresColumns keys = new PostgresColumns(connection, 2);
                calls.forEach(call -> keys.row(call.tenant(), call.callId()));
                keys.set(statement, next, "text", "uuid");
            }
            statement.execute();
            PostgresWindowRows rows = new PostgresWindowRows(memory);
            rows.windows(statement.getResultSet());
            String xid = rows.xid();
            if (xid != null) {
                transaction.identify(xid);
            }
            statement.getMoreResults();
            rows.leases(statement.getResultSet());
            return new Known(
                    rows.balances(), calls.isEmpty() ? Map.of() : holds(statement), rows.turn(), rows.raised());
        }
    }

    /** What memory knows of these windows, which are not read; no call of the batch can have a hold yet. */
    Known remembered(RememberedRows.Taken taken, Leases memory) {
        transaction.guess();
        return new Known(taken.balances(), Map.of(), new LeaseTurn(memory, taken.standings(), Map.of()), Map.of());
    }

    private static void row(PostgresColumns columns, LeaseKey lease) {
        WindowKey window = lease.window();
        columns.row(window.tenant(), window.budgetId(), window.start(), lease.replica());
    }

    private int set(PreparedStatement statement, Collection<WindowKey> windows) throws SQLException {
        return PostgresColumns.of(connection, windows).set(statement, 1, "text", "text", "timestamptz");
    }

    private static Map<CallKey, HoldState> holds(PreparedStatement statement) throws SQLException {
        statement.getMoreResults();
        Map<CallKey, HoldState> found = new HashMap<>();
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                String kind = rows.getString(4);
                Settlement.Posted posted = kind == null
                        ? null
                        : new Settlement.Posted(
                                Settlement.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                                Amounts.of(rows.getLong(5), PostgresColumns.longs(rows, 8)),
                                Amounts.of(rows.getLong(6), PostgresColumns.longs(rows, 9)));
                found.put(
                        new CallKey(rows.getString(1), rows.getObject(2, UUID.class)),
                        new HoldState(
                                Amounts.of(rows.getLong(3), PostgresColumns.longs(rows, 7)),
                                posted,
                                rows.getBoolean(10),
                                late(rows)));
            }
        }
        return found;
    }

    /** What another call took over is charged there; nothing comes to it any more. */
    private static @Nullable Amounts late(ResultSet rows) throws SQLException {
        if (rows.getBoolean(13)) {
            return Amounts.NOTHING;
        }
        long money = rows.getLong(11);
        return rows.wasNull() ? null : Amounts.of(money, PostgresColumns.longs(rows, 12));
    }
}
