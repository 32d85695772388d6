package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.Ruling.CallKey;
import dev.portreeve.policy.budget.Ruling.HoldState;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements of the ledger, inside the journal's transaction. Plain JDBC, because jOOQ has no arrays to unnest. */
final class PostgresHolds {
    private static final String MAKE = """
            INSERT INTO policy.budget_window (tenant, budget_id, starts_at, ends_at, limit_nanos)
            SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::bigint[])
                AS n (tenant, budget_id, starts_at, ends_at, limit_nanos)
            ORDER BY tenant, budget_id, starts_at
            ON CONFLICT DO NOTHING""";
    /**
     * In ascending order, as everybody does who locks windows: so nobody waits in a circle. Row by row through the index
     * (LATERAL), because a plan made while the tables were small would go on reading them whole.
     */
    private static final String LOCK = """
            SELECT w.*
            FROM (
                SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[]) AS u (tenant, budget_id, starts_at)
                ORDER BY tenant, budget_id, starts_at) n
            CROSS JOIN LATERAL (
                SELECT w.tenant, w.budget_id, w.starts_at,
                    w.limit_nanos, w.held_nanos, w.settled_nanos, w.overrun_nanos
                FROM policy.budget_window w
                WHERE w.tenant = n.tenant AND w.budget_id = n.budget_id AND w.starts_at = n.starts_at
                FOR UPDATE) w""";

    private static final String FIND = """
            SELECT h.tenant, h.call_id, p.kind, p.amount_nanos, p.overrun_nanos
            FROM unnest(?::text[], ?::uuid[]) AS n (tenant, call_id)
            CROSS JOIN LATERAL (
                SELECT h.tenant, h.call_id FROM policy.hold h
                WHERE h.tenant = n.tenant AND h.call_id = n.call_id LIMIT 1) h
            LEFT JOIN LATERAL (
                SELECT p.kind, p.amount_nanos, p.overrun_nanos FROM policy.posting p
                WHERE p.tenant = n.tenant AND p.call_id = n.call_id LIMIT 1) p ON true""";
    private static final String LOCK_AND_FIND = LOCK + ";\n" + FIND;
    /** The expiry counts from this transaction by the database's clock, the one clock all replicas share. */
    private static final String WRITE = """
            WITH balance AS (
                UPDATE policy.budget_window w
                SET held_nanos = n.held, settled_nanos = n.settled, overrun_nanos = n.overrun
                FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[])
                    AS n (tenant, budget_id, starts_at, held, settled, overrun)
                WHERE w.tenant = n.tenant AND w.budget_id = n.budget_id AND w.starts_at = n.starts_at
            ), hold AS (
                INSERT INTO policy.hold (tenant, call_id, amount_nanos, budget_ids, window_starts, expires_at)
                SELECT tenant, call_id, amount, array_agg(budget_id ORDER BY level),
                    array_agg(starts_at ORDER BY level), now() + lifetime * interval '1 millisecond'
                FROM unnest(?::text[], ?::uuid[], ?::bigint[], ?::bigint[], ?::text[], ?::timestamptz[])
                    WITH ORDINALITY AS n (tenant, call_id, amount, lifetime, budget_id, starts_at, level)
                GROUP BY tenant, call_id, amount, lifetime
            )
            INSERT INTO policy.posting (tenant, call_id, kind, amount_nanos, overrun_nanos)
            SELECT * FROM unnest(?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[])""";

    private final Connection connection;

    PostgresHolds(Connection connection) {
        this.connection = connection;
    }

    /** Makes the rows of windows nobody used yet. */
    void make(Collection<Level> levels) throws SQLException {
        Columns columns = new Columns(5);
        for (Level level : levels) {
            columns.row(
                    level.budget().owner().tenant(),
                    level.budget().id(),
                    level.span().start(),
                    level.span().end(),
                    level.budget().limit().nanos());
        }
        try (PreparedStatement statement = connection.prepareStatement(MAKE)) {
            columns.set(statement, 1, "text", "text", "timestamptz", "timestamptz", "bigint");
            statement.executeUpdate();
        }
    }

    /** What the windows' rows hold while they are locked, and what is known of the calls the postings speak of. */
    record Known(Map<WindowKey, Balance> balances, Map<CallKey, HoldState> holds) {}

    /** Locks the windows' rows until the transaction ends; a window without a row is not in the result. */
    Known lock(Collection<WindowKey> windows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            set(statement, windows);
            return new Known(balances(statement.executeQuery()), Map.of());
        }
    }

    /**
     * Locks as {@link #lock} does, then finds which of these calls have a hold, and what resolved it. Two statements on one
     * round trip: the second sees what was committed by whoever held the locks before.
     */
    Known lockAndFind(Collection<WindowKey> windows, Collection<BudgetPosting> postings) throws SQLException {
        Columns calls = new Columns(2);
        postings.stream().map(CallKey::of).distinct().forEach(call -> calls.row(call.tenant(), call.callId()));
        try (PreparedStatement statement = connection.prepareStatement(LOCK_AND_FIND)) {
            calls.set(statement, set(statement, windows), "text", "uuid");
            statement.execute();
            Map<WindowKey, Balance> balances = balances(statement.getResultSet());
            statement.getMoreResults();
            return new Known(balances, holds(statement.getResultSet()));
        }
    }

    private int set(PreparedStatement statement, Collection<WindowKey> windows) throws SQLException {
        Columns columns = new Columns(3);
        windows.forEach(window -> columns.row(window.tenant(), window.budgetId(), window.start()));
        return columns.set(statement, 1, "text", "text", "timestamptz");
    }

    private static Map<WindowKey, Balance> balances(ResultSet result) throws SQLException {
        Map<WindowKey, Balance> balances = new HashMap<>();
        try (ResultSet rows = result) {
            while (rows.next()) {
                Instant start = rows.getObject(3, OffsetDateTime.class).toInstant();
                balances.put(
                        new WindowKey(rows.getString(1), rows.getString(2), start),
                        new Balance(rows.getLong(4), rows.getLong(5), rows.getLong(6), rows.getLong(7)));
            }
        }
        return balances;
    }

    private static Map<CallKey, HoldState> holds(ResultSet result) throws SQLException {
        Map<CallKey, HoldState> found = new HashMap<>();
        try (ResultSet rows = result) {
            while (rows.next()) {
                String kind = rows.getString(3);
                Settlement.Posted posted = kind == null
                        ? null
                        : new Settlement.Posted(
                                Settlement.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                                rows.getLong(4),
                                rows.getLong(5));
                found.put(new CallKey(rows.getString(1), rows.getObject(2, UUID.class)), new HoldState(posted));
            }
        }
        return found;
    }

    /** Writes what changed, in one statement. */
    void write(Ruling ruling) throws SQLException {
        Columns balances = balances(ruling);
        if (balances.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
            int next = balances.set(statement, 1, "text", "text", "timestamptz", "bigint", "bigint", "bigint");
            next = holds(ruling).set(statement, next, "text", "uuid", "bigint", "bigint", "text", "timestamptz");
            postings(ruling).set(statement, next, "text", "uuid", "text", "bigint", "bigint");
            statement.executeUpdate();
        }
    }

    private Columns balances(Ruling ruling) {
        Columns columns = new Columns(6);
        ruling.changed()
                .forEach((window, balance) -> columns.row(
                        window.tenant(),
                        window.budgetId(),
                        window.start(),
                        balance.held(),
                        balance.settled(),
                        balance.overrun()));
        return columns;
    }

    /** A row for each level; the statement gathers those of a call. */
    private Columns holds(Ruling ruling) {
        Columns columns = new Columns(6);
        for (Hold hold : ruling.admitted()) {
            for (WindowKey window : hold.windows()) {
                columns.row(
                        hold.tenant(),
                        hold.callId(),
                        hold.amount().nanos(),
                        hold.lifetime().toMillis(),
                        window.budgetId(),
                        window.start());
            }
        }
        return columns;
    }

    private Columns postings(Ruling ruling) {
        Columns columns = new Columns(5);
        for (Settlement settlement : ruling.resolved()) {
            Settlement.Posted posted = settlement.posted();
            columns.row(
                    settlement.tenant(), settlement.callId(), posted.kind().code(), posted.amount(), posted.overrun());
        }
        return columns;
    }

    /** Rows on their way into a statement, column by column. */
    private final class Columns {
        private final List<List<@Nullable Object>> columns = new ArrayList<>();

        Columns(int width) {
            for (int i = 0; i < width; i++) {
                columns.add(new ArrayList<>());
            }
        }

        boolean isEmpty() {
            return columns.getFirst().isEmpty();
        }

        void row(@Nullable Object... values) {
            for (int i = 0; i < values.length; i++) {
                @Nullable Object value = values[i];
                columns.get(i).add(value instanceof Instant instant ? instant.toString() : value);
            }
        }

        /** Sets one array for each column, and says which parameter comes next. */
        int set(PreparedStatement statement, int first, String... types) throws SQLException {
            for (int i = 0; i < types.length; i++) {
                Array array = connection.createArrayOf(types[i], columns.get(i).toArray());
                statement.setArray(first + i, array);
            }
            return first + types.length;
        }
    }
}
