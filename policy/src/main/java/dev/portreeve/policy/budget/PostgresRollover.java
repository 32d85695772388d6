package dev.portreeve.policy.budget;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Moves what is left of windows that have ended to those that follow, inside the journal's transaction: from the limit of the one
 * row to that of the other, both locked, so that it is there once, whoever opens a window first and however often. What running
 * calls hold, and what replicas have set aside, is moved when it comes back. The journal's thread only.
 */
final class PostgresRollover {
    private static final int MAX_KNOWN = 100_000;

    private static final String BEFORE = """
            SELECT n.tenant, n.budget_id, b.starts_at, n.starts_at
            FROM unnest(?::text[], ?::text[], ?::timestamptz[]) AS n (tenant, budget_id, starts_at)
            CROSS JOIN LATERAL (
                SELECT b.starts_at FROM policy.budget_window b
                WHERE b.tenant = n.tenant AND b.budget_id = n.budget_id AND b.starts_at < n.starts_at
                ORDER BY b.starts_at DESC LIMIT 1) b""";
    /** Everything the batch will lock, in the order everybody locks in. */
    private static final String LOCK = """
            SELECT w.*
            FROM (
                SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[]) AS u (tenant, budget_id, starts_at)
                ORDER BY tenant, budget_id, starts_at) n
            CROSS JOIN LATERAL (
                SELECT w.tenant, w.budget_id, w.starts_at, w.ends_at, w.carried_nanos, w.carried_from IS NULL,
                    w.limit_nanos - w.raised_nanos, w.held_nanos, w.settled_nanos, w.overrun_nanos, w.leased_nanos,
                    g.limit_nanos, coalesce(g.rollover_nanos, 0)
                FROM policy.budget_window w JOIN policy.budget g ON g.tenant = w.tenant AND g.id = w.of_budget
                WHERE w.tenant = n.tenant AND w.budget_id = n.budget_id AND w.starts_at = n.starts_at
                FOR UPDATE OF w) w""";

    private static final String MOVE = """
            UPDATE policy.budget_window w
            SET limit_nanos = w.limit_nanos + n.nanos, carried_nanos = w.carried_nanos + n.nanos,
                carried_from = coalesce(n.source, w.carried_from)
            FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::timestamptz[])
                AS n (tenant, budget_id, starts_at, nanos, source)
            WHERE w.tenant = n.tenant AND w.budget_id = n.budget_id AND w.starts_at = n.starts_at""";

    /** Windows to which nothing more can come: a hint that saves looking. */
    private final Set<WindowKey> done = ConcurrentHashMap.newKeySet();

    private record Row(
            @Nullable Instant ends,
            long carried,
            boolean first,
            long limit,
            long held,
            long spent,
            long leased,
            long own,
            long most) {
        long left() {
            return new Balance(limit, Math.addExact(held, leased), 0, spent).remaining();
        }
    }

    /**
     * Carries to every window of these that runs now and whose budget wants it. Locks all the batch speaks of if there is one.
     *
     * @param opened by what they hold or will hold
     * @param spoken all windows of the batch
     */
    void carry(Connection connection, Collection<Level> opened, Collection<WindowKey> spoken, Instant now)
            throws SQLException {
        Map<WindowKey, Level> wanting = new HashMap<>();
        for (Level level : opened) {
            if (level.budget().rollover() > 0 && level.span().holds(now) && !done.contains(level.key())) {
                wanting.put(level.key(), level);
            }
        }
        if (wanting.isEmpty()) {
            return;
        }
        Map<WindowKey, WindowKey> before = before(connection, wanting.keySet());
        Set<WindowKey> all = new LinkedHashSet<>(spoken);
        all.addAll(before.values());
        Map<WindowKey, Row> rows = lock(connection, all);
        PostgresColumns moves = new PostgresColumns(connection, 5);
        Set<WindowKey> finished = new HashSet<>(wanting.keySet());
        before.forEach((window, source) -> {
            Row to = rows.get(window);
            Row from = rows.get(source);
            Level level = wanting.get(window);
            if (to != null && from != null && level != null) {
                move(moves, level, to, source, from);
                if (from.held() + from.leased() > 0) {
                    finished.remove(window);
                }
            }
        });
        if (moves.isEmpty()) {
            // Only what was seen without a change is known to stay: this transaction may be rolled back.
            remember(finished);
        } else {
            write(connection, moves);
        }
    }

    private static void move(PostgresColumns moves, Level level, Row to, WindowKey source, Row from) {
        WindowKey window = level.key();
        Rollover rollover = new Rollover(level.budget().turn(), to.most(), to.own());
        long left = Math.max(0, from.left());
        long more = rollover.into(window.start(), to.carried(), to.first(), left, from.ends());
        if (more > 0) {
            move(moves, window, more, source.start());
            move(moves, source, -Math.min(left, more), null);
        }
    }

    private static void write(Connection connection, PostgresColumns moves) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MOVE)) {
            int unused = moves.set(statement, 1, "text", "text", "timestamptz", "bigint", "timestamptz");
            int ignored = statement.executeUpdate();
        }
    }

    private static void move(PostgresColumns moves, WindowKey window, long nanos, @Nullable Instant source) {
        moves.row(window.tenant(), window.budgetId(), window.start(), nanos, source);
    }

    private void remember(Set<WindowKey> finished) {
        if (done.size() > MAX_KNOWN) {
            done.clear();
        }
        done.addAll(finished);
    }

    private static Map<WindowKey, WindowKey> before(Connection connection, Collection<WindowKey> windows)
            throws SQLException {
        Map<WindowKey, WindowKey> before = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(BEFORE)) {
            int unused = PostgresColumns.of(connection, windows).set(statement, 1, "text", "text", "timestamptz");
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    WindowKey source = PostgresWindowRows.window(rows);
                    Instant start = rows.getObject(4, OffsetDateTime.class).toInstant();
                    before.put(new WindowKey(source.tenant(), source.budgetId(), start), source);
                }
            }
        }
        return before;
    }

    private static Map<WindowKey, Row> lock(Connection connection, Collection<WindowKey> windows) throws SQLException {
        Map<WindowKey, Row> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            int unused = PostgresColumns.of(connection, windows).set(statement, 1, "text", "text", "timestamptz");
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    OffsetDateTime ends = rows.getObject(4, OffsetDateTime.class);
                    found.put(
                            PostgresWindowRows.window(rows),
                            new Row(
                                    ends == null ? null : ends.toInstant(),
                                    rows.getLong(5),
                                    rows.getBoolean(6),
                                    rows.getLong(7),
                                    rows.getLong(8),
                                    Balance.saturated(rows.getLong(9), rows.getLong(10)),
                                    rows.getLong(11),
                                    rows.getLong(12),
                                    rows.getLong(13)));
                }
            }
        }
        return found;
    }
}
