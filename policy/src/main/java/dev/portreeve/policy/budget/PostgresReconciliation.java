package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.BudgetReport.Amount;
import dev.portreeve.policy.call.NanoUsd;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what the ledger holds against its own postings, and these against the audit records, in one snapshot of the
 * database. It only reads. A raise of a hold has the id of its call but for the version, so {@code overlay} finds the call.
 */
final class PostgresReconciliation {
    /** Long enough for millions of calls; whoever waits longer asks for a shorter period. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String CALLS = """
            WITH charged AS (
                SELECT overlay(h.call_id::text PLACING '7' FROM 15 FOR 1)::uuid AS call,
                    sum(CASE WHEN b.i IS NOT NULL THEN
                        coalesce(p.amounts[b.i], p.amount_nanos) + coalesce(p.overruns[b.i], p.overrun_nanos)
                            + coalesce(l.overruns[b.i], l.overrun_nanos, 0) END) AS nanos
                FROM policy.held_call h
                LEFT JOIN LATERAL (
                    SELECT u.i FROM unnest(h.budget_ids) WITH ORDINALITY AS u (id, i)
                    JOIN policy.budget g ON g.tenant = h.tenant AND g.id = split_part(u.id, '~', 1) AND g.unit = 'usd'
                    ORDER BY u.i LIMIT 1) b ON true
                JOIN policy.posting p ON p.tenant = h.tenant AND p.call_id = h.call_id
                LEFT JOIN policy.late_bill l ON l.tenant = h.tenant AND l.call_id = h.call_id
                WHERE h.tenant = ? AND h.call_id >= ? AND h.call_id < ? AND NOT EXISTS (
                    SELECT FROM policy.posting_taken_over t WHERE t.tenant = h.tenant AND t.call_id = h.call_id)
                GROUP BY 1
            ), said AS (
                SELECT overlay(r.call_id::text PLACING '7' FROM 15 FOR 1)::uuid AS call, r.leaf ->> 'settlement' AS settlement,
                    coalesce((r.leaf ->> 'cost_usd')::numeric * 1000000000, 0) AS cost,
                    coalesce((r.leaf ->> 'charged_usd')::numeric, (r.leaf ->> 'cost_usd')::numeric, 0) * 1000000000 AS nanos
                FROM (
                    SELECT tenant, call_id, convert_from(leaf, 'UTF8')::json AS leaf FROM audit.record
                    WHERE tenant = ? AND call_id >= ? AND call_id < ?
                        AND kind IN ('call.closed', 'call.refused', 'lease.forfeited')) r
                WHERE NOT EXISTS (
                    SELECT FROM policy.posting_taken_over t WHERE t.tenant = r.tenant AND t.call_id = r.call_id)
            ), recorded AS (
                SELECT call,
                    sum(nanos) FILTER (WHERE settlement IN ('settled', 'released', 'assumed', 'parked', 'late')) AS nanos,
                    coalesce(bool_or(settlement = 'parked'), false) AS parked,
                    coalesce(sum(nanos) FILTER (WHERE settlement IS NULL), 0) AS free,
                    coalesce(sum(CASE WHEN settlement IN ('resolved_before', 'no_hold') THEN cost ELSE cost - nanos END), 0)
                        AS again
                FROM said GROUP BY 1
            )
            SELECT coalesce(c.call, r.call), c.nanos,
                CASE WHEN c.nanos IS NOT NULL OR (c.call IS NULL AND NOT r.parked) THEN r.nanos END,
                coalesce(r.free, 0) + CASE WHEN c.call IS NOT NULL AND c.nanos IS NULL THEN coalesce(r.nanos, 0) ELSE 0 END,
                coalesce(r.again, 0)
            FROM charged c FULL JOIN recorded r ON r.call = c.call""";

    private static final String SUMS = """
            SELECT count(*) FILTER (WHERE ledger IS NOT NULL OR records IS NOT NULL), coalesce(sum(ledger), 0),
                coalesce(sum(records), 0), coalesce(sum(free), 0), coalesce(sum(again), 0)
            FROM (""" + CALLS + ") AS each (call, ledger, records, free, again)";

    private static final String DIFFERENCES =
            "SELECT call, ledger, records FROM (" + CALLS + """
            ) AS each (call, ledger, records, free, again)
            WHERE ledger IS DISTINCT FROM records
            ORDER BY call LIMIT\s""" + Reconciliation.MAX_DIFFERENCES;

    private static final String WINDOWS = """
            WITH part AS (
                SELECT b.budget_id, b.starts_at, coalesce(h.amounts[b.i], h.amount_nanos) AS held, p.kind,
                    coalesce(p.amounts[b.i], p.amount_nanos) + coalesce(p.overruns[b.i], p.overrun_nanos)
                        + coalesce(l.overruns[b.i], l.overrun_nanos, 0) AS charged,
                    EXISTS (SELECT FROM policy.posting_taken_over t
                        WHERE t.tenant = h.tenant AND t.call_id = h.call_id) AS undone
                FROM policy.held_call h
                CROSS JOIN LATERAL unnest(h.budget_ids, h.window_starts) WITH ORDINALITY AS b (budget_id, starts_at, i)
                LEFT JOIN policy.posting p ON p.tenant = h.tenant AND p.call_id = h.call_id
                LEFT JOIN policy.late_bill l ON l.tenant = h.tenant AND l.call_id = h.call_id
                WHERE h.tenant = ?
            ), parts AS (
                SELECT budget_id, starts_at, sum(charged) FILTER (WHERE NOT undone) AS charged,
                    sum(held) FILTER (WHERE kind IS NULL) AS open
                FROM part GROUP BY 1, 2
            )
            SELECT w.budget_id, w.starts_at, w.settled_nanos + w.overrun_nanos, coalesce(parts.charged, 0),
                w.held_nanos, coalesce(parts.open, 0), w.leased_nanos,
                coalesce((SELECT sum(l.nanos) FROM policy.lease l WHERE l.tenant = w.tenant
                    AND l.budget_id = w.budget_id AND l.starts_at = w.starts_at), 0), g.time_window = 'rolling', g.unit
            FROM policy.budget_window w
            JOIN policy.budget g ON g.tenant = w.tenant AND g.id = w.of_budget
            LEFT JOIN parts ON parts.budget_id = w.budget_id AND parts.starts_at = w.starts_at
            WHERE w.tenant = ? AND w.starts_at < ? AND (w.ends_at IS NULL OR w.ends_at > ?)
            ORDER BY w.budget_id, w.starts_at""";

    private final DataSource database;

    PostgresReconciliation(DataSource database) {
        this.database = database;
    }

    /** As {@link Accounts#reconcile}. */
    Reconciliation of(String tenant, Instant from, Instant to) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                return read(connection, tenant, from, to);
            } finally {
                connection.rollback();
            }
        } catch (SQLException failed) {
            throw new DataAccessException("the ledger cannot be read", failed);
        }
    }

    private static Reconciliation read(Connection connection, String tenant, Instant from, Instant to)
            throws SQLException {
        List<Reconciliation.Difference> differences = differences(connection, tenant, from, to);
        List<Reconciliation.Window> windows = windows(connection, tenant, from, to);
        try (PreparedStatement sums = calls(connection, SUMS, tenant, from, to);
                ResultSet row = sums.executeQuery()) {
            row.next();
            return new Reconciliation(
                    tenant,
                    from,
                    to,
                    now(connection),
                    row.getLong(1),
                    amount(row, 2),
                    amount(row, 3),
                    amount(row, 4),
                    amount(row, 5),
                    differences,
                    windows);
        }
    }

    private static Instant now(Connection connection) throws SQLException {
        try (PreparedStatement now = connection.prepareStatement("SELECT now()");
                ResultSet row = now.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    private static List<Reconciliation.Difference> differences(
            Connection connection, String tenant, Instant from, Instant to) throws SQLException {
        List<Reconciliation.Difference> found = new ArrayList<>();
        try (PreparedStatement statement = calls(connection, DIFFERENCES, tenant, from, to);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(new Reconciliation.Difference(
                        rows.getObject(1, UUID.class), amountOrNone(rows, 2), amountOrNone(rows, 3)));
            }
        }
        return found;
    }

    private static PreparedStatement calls(Connection connection, String sql, String tenant, Instant from, Instant to)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout((int) PATIENCE.toSeconds());
        for (int i = 0; i < 2; i++) {
            statement.setString(i * 3 + 1, tenant);
            statement.setObject(i * 3 + 2, firstId(from));
            statement.setObject(i * 3 + 3, firstId(to));
        }
        return statement;
    }

    /** Ids of calls begin with the millisecond in which the call began (RFC 9562, version 7). */
    private static UUID firstId(Instant at) {
        long millis = Math.max(0, at.toEpochMilli());
        return new UUID(millis << 16, 0);
    }

    private static List<Reconciliation.Window> windows(Connection connection, String tenant, Instant from, Instant to)
            throws SQLException {
        List<Reconciliation.Window> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(WINDOWS)) {
            statement.setQueryTimeout((int) PATIENCE.toSeconds());
            statement.setString(1, tenant);
            statement.setString(2, tenant);
            statement.setObject(3, to.atOffset(ZoneOffset.UTC));
            statement.setObject(4, from.atOffset(ZoneOffset.UTC));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(window(rows));
                }
            }
        }
        return found;
    }

    private static Reconciliation.Window window(ResultSet row) throws SQLException {
        String unit = row.getString(10);
        return new Reconciliation.Window(
                row.getString(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                Amount.of(unit, row.getLong(3)),
                Amount.of(unit, row.getLong(4)),
                Amount.of(unit, row.getLong(5)),
                Amount.of(unit, row.getLong(6)),
                Amount.of(unit, row.getLong(7)),
                Amount.of(unit, row.getLong(8)),
                row.getBoolean(9));
    }

    private static NanoUsd amount(ResultSet row, int column) throws SQLException {
        return new NanoUsd(row.getBigDecimal(column).longValueExact());
    }

    private static @Nullable NanoUsd amountOrNone(ResultSet row, int column) throws SQLException {
        return row.getBigDecimal(column) == null ? null : amount(row, column);
    }
}
