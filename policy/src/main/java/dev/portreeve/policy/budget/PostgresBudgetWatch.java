package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.notice.Event;
import dev.portreeve.policy.notice.PostgresOutbox;
import dev.portreeve.policy.notice.Receivers;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what is settled, after the fact, and makes due what people are told of it: that a budget passed a threshold, and that
 * providers billed more than was held. Whoever inserts the row that stands for a threshold or a call, of all replicas, makes the
 * messages with it, in one transaction; so each is made once. No call waits for it. One thread; blocks on the database.
 */
public final class PostgresBudgetWatch {
    /** Longer than any transaction that settles can be open: what it wrote may be seen so much later. */
    private static final Duration LAG = Duration.ofMinutes(2);
    /** What was spent while no gateway looked. */
    private static final Duration EVER = Duration.ofDays(3650);

    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_IDS = 20;

    /**
     * Windows that nobody used since the last look are left out, and so are those that ended more than an hour ago. A raise counts
     * as long as it lasts; what a rolling budget counts no longer is taken off.
     */
    private static final String CROSSED = """
            WITH used AS (
                SELECT b.tenant, b.owner_kind, b.owner_id, b.unit, b.soft, b.time_window, b.warn_at,
                    w.budget_id, w.starts_at, w.ends_at,
                    now() + b.rolling_seconds * interval '1 second' AS again_at,
                    b.limit_nanos::numeric + w.carried_nanos + coalesce((
                        SELECT sum(r.nanos) FROM policy.budget_raise r
                        WHERE r.tenant = b.tenant AND r.budget_id = b.id AND r.ends_at > now()), 0) AS whole,
                    w.settled_nanos::numeric + w.overrun_nanos - CASE WHEN b.rolling_seconds IS NULL THEN 0 ELSE coalesce((
                        SELECT sum(p.settled_nanos + p.overrun_nanos) FROM policy.budget_bucket p
                        WHERE p.tenant = w.tenant AND p.budget_id = w.budget_id AND p.starts_at = w.starts_at
                            AND p.counts_until <= now()), 0) END AS spent
                FROM policy.budget b
                JOIN policy.budget_window w ON w.tenant = b.tenant AND w.of_budget = b.id AND w.starts_at > CASE b.time_window
                    WHEN 'hourly' THEN now() - interval '3 hours'
                    WHEN 'daily' THEN now() - interval '2 days'
                    WHEN 'weekly' THEN now() - interval '9 days'
                    WHEN 'monthly' THEN now() - interval '33 days'
                    WHEN 'quarterly' THEN now() - interval '94 days'
                    ELSE '-infinity' END
                WHERE b.retired_at IS NULL AND b.warn_at <> '{}'
                    AND w.used_at > now() - {0} * interval '1 second'
                    AND (w.ends_at IS NULL OR w.ends_at > now() - interval '1 hour')
            ), crossed AS (
                SELECT u.*, p.percent, least(u.whole, 9223372036854775807)::bigint AS limit_nanos
                FROM used u CROSS JOIN unnest(u.warn_at) AS p (percent)
                WHERE u.spent > 0 AND u.spent * 100 >= u.whole * p.percent AND NOT EXISTS (
                    SELECT FROM policy.budget_warning t
                    WHERE t.tenant = u.tenant AND t.budget_id = u.budget_id AND t.starts_at = u.starts_at
                        AND t.percent = p.percent AND t.limit_nanos = least(u.whole, 9223372036854775807)::bigint
                        AND (t.again_at IS NULL OR t.again_at > now()))
                ORDER BY u.tenant, u.budget_id, u.starts_at, p.percent LIMIT {1}
            ), told AS (
                INSERT INTO policy.budget_warning AS t (tenant, budget_id, starts_at, percent, limit_nanos, again_at)
                SELECT tenant, budget_id, starts_at, percent, limit_nanos, again_at FROM crossed
                ON CONFLICT (tenant, budget_id, starts_at, percent, limit_nanos)
                DO UPDATE SET again_at = excluded.again_at WHERE t.again_at <= now()
                RETURNING tenant, budget_id, starts_at, percent, limit_nanos
            )
            SELECT c.*, now() AS at FROM told JOIN crossed c USING (tenant, budget_id, starts_at, percent, limit_nanos)
            ORDER BY tenant, budget_id, starts_at, percent""";

    /** Said of what was found, and not looked up once more: a join back to the postings would read all there ever were. */
    static final String OVERRUNS = """
            WITH found AS (
                SELECT p.tenant, p.call_id, p.amount_nanos, p.overrun_nanos, p.overruns, p.at FROM policy.overrun p
                LEFT JOIN LATERAL (
                    SELECT t.call_id FROM policy.overrun_warning t
                    WHERE t.tenant = p.tenant AND t.call_id = p.call_id LIMIT 1) t ON true
                WHERE p.at > now() - interval '1 day' AND t.call_id IS NULL
                ORDER BY p.at LIMIT {0}
            ), told AS (
                INSERT INTO policy.overrun_warning (tenant, call_id)
                SELECT tenant, call_id FROM found ORDER BY at
                ON CONFLICT DO NOTHING
                RETURNING tenant, call_id
            )
            SELECT f.tenant, f.call_id, f.amount_nanos, f.overrun_nanos, coalesce(u.tokens, 0) AS tokens,
                coalesce(u.requests, 0) AS requests, now() AS at
            FROM told JOIN found f USING (tenant, call_id)
            CROSS JOIN LATERAL (
                SELECT max(f.overruns[b.i]) FILTER (WHERE g.unit = 'tokens') AS tokens,
                    max(f.overruns[b.i]) FILTER (WHERE g.unit = 'requests') AS requests
                FROM policy.held_call h
                CROSS JOIN LATERAL unnest(h.budget_ids) WITH ORDINALITY AS b (id, i)
                JOIN policy.budget g ON g.tenant = h.tenant AND g.id = split_part(b.id, '~', 1)
                WHERE f.overruns IS NOT NULL AND h.tenant = f.tenant AND h.call_id = f.call_id) u
            ORDER BY f.tenant, f.at""";

    /** They are looked for among the postings of a day. */
    private static final String FORGET = "DELETE FROM policy.overrun_warning WHERE at < now() - interval '2 days'";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresBudgetWatch.class);

    private final DSLContext database;
    private final Receivers receivers;
    private @Nullable Long lookedAt;

    public PostgresBudgetWatch(DataSource database, Receivers receivers) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.receivers = receivers;
    }

    /**
     * Tells of thresholds that were passed since the last look; the first look finds what was passed before.
     *
     * @return how many
     * @throws org.jooq.exception.DataAccessException if the database does not answer; the next look finds them
     */
    public int thresholds() {
        long now = System.nanoTime();
        Long last = lookedAt;
        Duration since = last == null ? EVER : Duration.ofNanos(now - last).plus(LAG);
        List<Event> events = tell(
                transaction -> transaction.fetch(CROSSED, DSL.val(since.toSeconds()), DSL.inline(MOST_AT_ONCE)).stream()
                        .map(PostgresBudgetWatch::threshold)
                        .toList());
        if (events.size() < MOST_AT_ONCE) {
            lookedAt = now;
        }
        return events.size();
    }

    /** Reads inside the transaction what is to be told. */
    private interface Finding {
        List<Event> in(DSLContext transaction);
    }

    private List<Event> tell(Finding finding) {
        List<Event> told = database.transactionResult(scope -> {
            List<Event> events = finding.in(scope.dsl());
            events.forEach(event -> PostgresOutbox.owe(scope.dsl(), event.tenant(), receivers.of(event)));
            return events;
        });
        told.forEach(event -> LOG.warn("tenant {}: {}", event.tenant(), event.subject()));
        return told;
    }

    private static Event threshold(Record row) {
        String id = text(row, "budget_id");
        int mark = id.indexOf(Budget.SESSION_MARK);
        String budget = mark < 0 ? id : id.substring(0, mark);
        BudgetUnit unit = BudgetUnit.read(text(row, "unit"));
        long limit = row.get("limit_nanos", Long.class);
        long spent = row.get("spent", BigDecimal.class)
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValue();
        int percent = row.get("percent", Integer.class);
        boolean soft = row.get("soft", Boolean.class);
        String subject = (soft ? "soft budget " : "budget ") + budget + " has passed " + percent + " %: "
                + unit.text(spent) + " of " + unit.text(limit) + " spent";
        OffsetDateTime end = row.get("ends_at", OffsetDateTime.class);
        return new Event("budget.threshold", text(row, "tenant"), at(row), subject)
                .with("budget", budget)
                .with("session", mark < 0 ? null : id.substring(mark + 1))
                .with("owner_kind", text(row, "owner_kind"))
                .with("owner", text(row, "owner_id"))
                .with("percent", percent)
                .with("unit", unit.code())
                .with("limit", unit.decimal(limit))
                .with("spent", unit.decimal(spent))
                .with("soft", soft)
                .with("window", text(row, "time_window"))
                .with("window_end", end == null ? null : end.toInstant().toString());
    }

    /**
     * Tells of calls that cost more than was held for them: of all of a tenant since the last look in one message.
     *
     * @return how many calls
     * @throws org.jooq.exception.DataAccessException if the database does not answer; the next look finds them
     */
    public int overruns() {
        List<Record> found = new ArrayList<>();
        tell(transaction -> {
            int forgotten = transaction.execute(FORGET);
            LOG.debug("{} calls that cost more than was held are forgotten", forgotten);
            found.addAll(transaction.fetch(OVERRUNS, DSL.inline(MOST_AT_ONCE)));
            Map<String, List<Record>> byTenant = new LinkedHashMap<>();
            found.forEach(row -> byTenant.computeIfAbsent(text(row, "tenant"), tenant -> new ArrayList<>())
                    .add(row));
            return byTenant.entrySet().stream()
                    .map(each -> overrun(each.getKey(), each.getValue()))
                    .toList();
        });
        return found.size();
    }

    private static Event overrun(String tenant, List<Record> rows) {
        List<String> calls = rows.stream()
                .map(row -> row.get("call_id", UUID.class))
                .map(id -> Objects.requireNonNullElse(Hold.raised(id), id).toString())
                .distinct()
                .toList();
        NanoUsd money = new NanoUsd(sum(rows, "overrun_nanos"));
        long tokens = sum(rows, "tokens");
        long requests = sum(rows, "requests");
        List<String> beyond = new ArrayList<>();
        if (!money.isZero() || (tokens == 0 && requests == 0)) {
            beyond.add("$" + money.toDecimal());
        }
        if (tokens > 0) {
            beyond.add(tokens + " tokens");
        }
        if (requests > 0) {
            beyond.add(requests + " requests");
        }
        String subject = (calls.size() == 1 ? "a call was" : calls.size() + " calls were") + " billed "
                + String.join(", ", beyond) + " above what was held";
        Event event = new Event("budget.overrun", tenant, at(rows.getLast()), subject)
                .with("calls", calls.size())
                .with("overrun_usd", money.toDecimal());
        if (tokens > 0) {
            event = event.with("overrun_tokens", tokens);
        }
        if (requests > 0) {
            event = event.with("overrun_requests", requests);
        }
        return event.with("within_hold_usd", new NanoUsd(sum(rows, "amount_nanos")).toDecimal())
                .with("call_ids", calls.subList(0, Math.min(MOST_IDS, calls.size())));
    }

    private static long sum(List<Record> rows, String column) {
        return rows.stream().map(row -> row.get(column, Long.class)).reduce(0L, Balance::saturated);
    }

    private static String text(Record row, String column) {
        return row.get(column, String.class);
    }

    private static Instant at(Record row) {
        return row.get("at", OffsetDateTime.class).toInstant();
    }
}
