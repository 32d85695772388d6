package dev.portreeve.policy.budget;

import dev.portreeve.audit.Transaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What rolling budgets have spent, and until when it counts: the statements of that, inside the journal's transaction. */
final class PostgresBuckets {
    /** After the locks, like the leases. */
    private static final String FORGET = """
            WITH gone AS (
                DELETE FROM policy.budget_bucket b
                USING unnest(?::text[], ?::text[], ?::timestamptz[]) AS n (tenant, budget_id, starts_at)
                WHERE b.tenant = n.tenant AND b.budget_id = n.budget_id AND b.starts_at = n.starts_at
                    AND b.counts_until <= now()
                RETURNING b.*)
            SELECT tenant, budget_id, starts_at, sum(settled_nanos)::bigint,
                least(sum(overrun_nanos), 9223372036854775807)::bigint
            FROM gone GROUP BY tenant, budget_id, starts_at""";
    /** {@link BudgetTurn#countsUntil}, by the database's clock. */
    private static final String COUNT_FOR_A_WHILE = """
            INSERT INTO policy.budget_bucket (tenant, budget_id, starts_at, counts_until, settled_nanos, overrun_nanos)
            SELECT n.tenant, n.budget_id, n.starts_at,
                to_timestamp((floor(extract(epoch FROM now()) / s.step) + 1) * s.step + s.length), n.settled, n.overrun
            FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::bigint[])
                AS n (tenant, budget_id, starts_at, settled, overrun)
            JOIN policy.budget g ON g.tenant = n.tenant AND g.id = split_part(n.budget_id, '~', 1)
            CROSS JOIN LATERAL (
                SELECT coalesce(g.rolling_seconds, 0) AS length,
                    greatest(1, coalesce(g.rolling_seconds, 0) / 60) AS step) s
            ON CONFLICT (tenant, budget_id, starts_at, counts_until) DO UPDATE
            SET settled_nanos = budget_bucket.settled_nanos + excluded.settled_nanos,
                overrun_nanos = least(
                    budget_bucket.overrun_nanos::numeric + excluded.overrun_nanos, 9223372036854775807)::bigint""";

    /** A posting and its piece are of one transaction, so that they have one time. */
    private static final String COUNTING = """
            SELECT n.tenant, n.budget_id, n.starts_at, n.call_id, b.counts_until
            FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::uuid[])
                AS n (tenant, budget_id, starts_at, call_id)
            JOIN policy.posting p ON p.tenant = n.tenant AND p.call_id = n.call_id
            JOIN policy.budget g ON g.tenant = n.tenant AND g.id = split_part(n.budget_id, '~', 1)
            CROSS JOIN LATERAL (
                SELECT coalesce(g.rolling_seconds, 0) AS length,
                    greatest(1, coalesce(g.rolling_seconds, 0) / 60) AS step) s
            JOIN policy.budget_bucket b ON b.tenant = n.tenant AND b.budget_id = n.budget_id AND b.starts_at = n.starts_at
                AND b.counts_until = to_timestamp((floor(extract(epoch FROM p.at) / s.step) + 1) * s.step + s.length)""";

    private static final String TAKE_BACK = """
            UPDATE policy.budget_bucket b
            SET settled_nanos = b.settled_nanos - n.settled, overrun_nanos = greatest(0, b.overrun_nanos - n.overrun)
            FROM (SELECT tenant, budget_id, starts_at, counts_until, sum(settled)::bigint AS settled,
                    least(sum(overrun), 9223372036854775807)::bigint AS overrun
                FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::bigint[], ?::bigint[])
                    AS u (tenant, budget_id, starts_at, counts_until, settled, overrun)
                GROUP BY 1, 2, 3, 4) n
            WHERE b.tenant = n.tenant AND b.budget_id = n.budget_id AND b.starts_at = n.starts_at
                AND b.counts_until = n.counts_until""";

    private final Transaction transaction;

    PostgresBuckets(Transaction transaction) {
        this.transaction = transaction;
    }

    /** Takes what counts no longer from the list of what rolling budgets have spent. Their windows must be locked. */
    Map<WindowKey, Ruling.Spent> forget(Collection<WindowKey> rolling) throws SQLException {
        Map<WindowKey, Ruling.Spent> gone = new HashMap<>();
        if (!rolling.isEmpty()) {
            Connection connection = transaction.connection();
            try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
                int unused = PostgresColumns.of(connection, rolling).set(statement, 1, "text", "text", "timestamptz");
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        gone.put(PostgresWindowRows.window(rows), new Ruling.Spent(rows.getLong(4), rows.getLong(5)));
                    }
                }
            }
        }
        return gone;
    }

    /** What of these calls' postings counts still, on rolling budgets; what is forgotten counts no longer. */
    List<Ruling.Counting> counting(List<BudgetPosting> postings) throws SQLException {
        Connection connection = transaction.connection();
        PostgresColumns asked = new PostgresColumns(connection, 4);
        for (BudgetPosting posting : postings) {
            Hold.Earlier earlier = posting instanceof Hold hold ? hold.earlier() : null;
            if (earlier != null) {
                earlier.holds()
                        .forEach(held -> held.windows().stream()
                                .filter(WindowKey::isRolling)
                                .forEach(window ->
                                        asked.row(window.tenant(), window.budgetId(), window.start(), held.id())));
            }
        }
        List<Ruling.Counting> counting = new ArrayList<>();
        if (!asked.isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement(COUNTING)) {
                int unused = asked.set(statement, 1, "text", "text", "timestamptz", "uuid");
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        WindowKey window = PostgresWindowRows.window(rows);
                        counting.add(new Ruling.Counting(
                                new Ruling.CallKey(window.tenant(), rows.getObject(4, UUID.class)),
                                window,
                                rows.getObject(5, OffsetDateTime.class).toInstant()));
                    }
                }
            }
        }
        return counting;
    }

    /** Takes off what calls have spent whose place others took. */
    void takeBack(Ruling ruling) throws SQLException {
        PostgresColumns columns = new PostgresColumns(transaction.connection(), 6);
        ruling.takenBack()
                .forEach((piece, spent) -> columns.row(
                        piece.window().tenant(),
                        piece.window().budgetId(),
                        piece.window().start(),
                        piece.until(),
                        spent.settled(),
                        spent.overrun()));
        if (!columns.isEmpty()) {
            try (PreparedStatement statement = transaction.connection().prepareStatement(TAKE_BACK)) {
                int unused =
                        columns.set(statement, 1, "text", "text", "timestamptz", "timestamptz", "bigint", "bigint");
                int ignored = statement.executeUpdate();
            }
        }
    }

    /** Leaves what was spent to be written with the batch. */
    void countForAWhile(Ruling ruling) {
        PostgresColumns columns = new PostgresColumns(transaction.connection(), 5);
        ruling.rolling()
                .forEach((window, spent) -> columns.row(
                        window.tenant(), window.budgetId(), window.start(), spent.settled(), spent.overrun()));
        if (!columns.isEmpty()) {
            transaction.atLast(
                    COUNT_FOR_A_WHILE,
                    (statement, first) ->
                            columns.set(statement, first, "text", "text", "timestamptz", "bigint", "bigint"));
        }
    }
}
