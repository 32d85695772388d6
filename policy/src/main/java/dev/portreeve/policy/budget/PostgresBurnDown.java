package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.BudgetReport.Amount;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads how budgets were spent out of the postings. */
final class PostgresBurnDown {
    /** The row's own limit is what the last call found; since then a budget may have been raised, or configured anew. */
    private static final String WINDOW = """
            SELECT w.starts_at, w.ends_at, w.settled_nanos + w.overrun_nanos AS spent, w.held_nanos, w.leased_nanos, g.unit,
                least(g.limit_nanos::numeric + w.carried_nanos + coalesce((
                    SELECT sum(r.nanos) FROM policy.budget_raise r
                    WHERE r.tenant = g.tenant AND r.budget_id = g.id AND r.ends_at > now()), 0), 9223372036854775807)::bigint
                    AS limit_nanos
            FROM policy.budget_window w JOIN policy.budget g ON g.tenant = w.tenant AND g.id = w.of_budget
            WHERE w.tenant = {0} AND w.budget_id = {1} AND w.starts_at <= now()
                AND (w.ends_at IS NULL OR w.ends_at > now())
            ORDER BY w.starts_at DESC LIMIT 1""";

    /** A point at the end of each part of the time until now. */
    private static final String POINTS = """
            WITH charged AS (
                SELECT p.at, p.nanos
                FROM policy.held_call h
                CROSS JOIN LATERAL unnest(h.budget_ids, h.window_starts) WITH ORDINALITY AS b (budget_id, starts_at, i)
                CROSS JOIN LATERAL (
                    SELECT q.at, coalesce(q.amounts[b.i], q.amount_nanos) + coalesce(q.overruns[b.i], q.overrun_nanos) AS nanos
                    FROM policy.posting q WHERE q.tenant = h.tenant AND q.call_id = h.call_id
                    UNION ALL
                    SELECT l.at, coalesce(l.overruns[b.i], l.overrun_nanos)
                    FROM policy.late_bill l WHERE l.tenant = h.tenant AND l.call_id = h.call_id) p
                WHERE h.tenant = {0} AND h.budget_ids @> ARRAY[{1}]::text[] AND b.budget_id = {1} AND b.starts_at = {2}
                    AND NOT EXISTS (SELECT FROM policy.posting_taken_over t
                        WHERE t.tenant = h.tenant AND t.call_id = h.call_id)
            ), part AS (
                SELECT greatest((now() - min(at)) / {3}, interval '1 microsecond') AS length, min(at) AS first FROM charged
            )
            SELECT least(date_bin(part.length, at, part.first) + part.length, now()) AS until, sum(nanos) AS nanos
            FROM charged, part GROUP BY 1 ORDER BY 1""";

    private final DSLContext database;

    PostgresBurnDown(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    /** As {@link Accounts#burnDown}. */
    @Nullable
    BurnDown of(String tenant, String budget) {
        Record window = database.fetchOne(WINDOW, DSL.val(tenant), DSL.val(budget));
        if (window == null) {
            return null;
        }
        String unit = window.get("unit", String.class);
        OffsetDateTime starts = window.get("starts_at", OffsetDateTime.class);
        OffsetDateTime ends = window.get("ends_at", OffsetDateTime.class);
        return new BurnDown(
                budget,
                unit,
                starts.toInstant(),
                ends == null ? null : ends.toInstant(),
                Amount.of(unit, window.get("limit_nanos", Long.class)),
                Amount.of(unit, window.get("spent", Long.class)),
                Amount.of(unit, window.get("held_nanos", Long.class)),
                Amount.of(unit, window.get("leased_nanos", Long.class)),
                points(tenant, budget, unit, starts));
    }

    private List<BurnDown.Point> points(String tenant, String budget, String unit, OffsetDateTime starts) {
        List<BurnDown.Point> points = new ArrayList<>();
        long spent = 0;
        for (Record row : database.fetch(
                POINTS, DSL.val(tenant), DSL.val(budget), DSL.val(starts), DSL.inline(BurnDown.MAX_POINTS - 1))) {
            spent = Math.addExact(spent, row.get("nanos", Long.class));
            Instant until = row.get("until", OffsetDateTime.class).toInstant();
            points.add(new BurnDown.Point(until, Amount.of(unit, spent)));
        }
        return points;
    }
}
