package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads statements out of the audit records, in the order in which these were made. */
final class PostgresStatement {
    /** A record's id has the time at which its journal made it, which clocks and waiting set apart from the time it says. */
    private static final Duration SPREAD = Duration.ofMinutes(10);

    private static final String ROWS = """
            SELECT c.id, c.call_id, c.at, c.kind, e.leaf AS ended, o.leaf AS opened, EXISTS (
                SELECT FROM policy.posting_taken_over t WHERE t.tenant = c.tenant AND t.call_id = c.call_id) AS undone
            FROM audit.record c
            CROSS JOIN LATERAL (SELECT convert_from(c.leaf, 'UTF8')::json AS leaf) e
            LEFT JOIN LATERAL (
                SELECT convert_from(r.leaf, 'UTF8')::json AS leaf FROM audit.record r
                WHERE r.tenant = c.tenant AND r.kind = 'call.opened'
                    AND r.call_id = overlay(c.call_id::text PLACING '7' FROM 15 FOR 1)::uuid LIMIT 1) o ON true
            WHERE c.tenant = {0} AND c.kind IN ('call.closed', 'lease.forfeited')
                AND c.id > {1} AND c.id < {2} AND c.at >= {3} AND c.at < {4}
                AND CASE WHEN c.kind = 'lease.forfeited' THEN e.leaf ->> 'budget' LIKE {5} ELSE {6} END
            ORDER BY c.id LIMIT {7}""";

    private static final String FIELDS = """
            SELECT id, call_id, at,
                coalesce(opened #>> '{subject,team}', '') AS team,
                coalesce(opened #>> '{subject,member}', '') AS member,
                coalesce(opened #>> '{subject,key}', '') AS key,
                CASE WHEN kind = 'call.closed' THEN coalesce(opened ->> 'type', '') ELSE 'lease' END AS type,
                coalesce(opened ->> 'resource', ended ->> 'budget', '') AS resource,
                coalesce(opened ->> 'provider', opened ->> 'server', '') AS provider,
                coalesce(opened ->> 'upstream_model', '') AS upstream_model,
                coalesce(ended ->> 'outcome', '') AS outcome,
                coalesce(ended ->> 'settlement', '') AS settlement,
                CASE WHEN undone OR coalesce(ended ->> 'settlement', '') IN ('resolved_before', 'no_hold') THEN 0
                    ELSE coalesce((ended ->> 'charged_usd')::numeric, (ended ->> 'cost_usd')::numeric, 0) END AS charged,
                coalesce(ended #>> '{usage,basis}', '') AS basis,
                coalesce((ended #>> '{usage,input_tokens}')::bigint, 0) AS input_tokens,
                coalesce((ended #>> '{usage,output_tokens}')::bigint, 0) AS output_tokens,
                coalesce(opened ->> 'price_version', '') AS price_version,
                coalesce(opened ->> 'trace_id', '') AS trace_id,
                coalesce(opened ->> 'client_request_id', '') AS client_request_id
            FROM ({0}) AS row""";

    private final DSLContext database;

    PostgresStatement(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    /** As {@link Accounts#statement}. */
    Statement of(String tenant, @Nullable BudgetOwner owner, Instant from, Instant to, @Nullable UUID after) {
        UUID first = firstId(from.minus(SPREAD));
        List<Statement.Row> rows = database.fetch(
                        FIELDS,
                        DSL.sql(
                                ROWS,
                                DSL.val(tenant),
                                DSL.val(after == null ? first : after),
                                DSL.val(firstId(to.plus(SPREAD))),
                                DSL.val(from.atOffset(ZoneOffset.UTC)),
                                DSL.val(to.atOffset(ZoneOffset.UTC)),
                                DSL.val(budgets(tenant, owner)),
                                of(owner),
                                DSL.inline(Statement.PAGE + 1)))
                .map(PostgresStatement::row);
        boolean more = rows.size() > Statement.PAGE;
        List<Statement.Row> page = more ? rows.subList(0, Statement.PAGE) : rows;
        return new Statement(page, more ? page.getLast().record() : null);
    }

    /** A lease is set aside from each budget above a call, so that only those of one level say what was lost. */
    private static String budgets(String tenant, @Nullable BudgetOwner owner) {
        String whose = owner == null
                ? BudgetOwner.Kind.TENANT.code() + ":" + tenant
                : owner.kind().code() + ":" + owner.id();
        return whose.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + ":%";
    }

    private static Condition of(@Nullable BudgetOwner owner) {
        if (owner == null) {
            return DSL.trueCondition();
        }
        return switch (owner.kind()) {
            case TENANT -> DSL.trueCondition();
            case TEAM -> DSL.condition("o.leaf #>> '{subject,team}' = {0}", DSL.val(owner.id()));
            case MEMBER -> DSL.condition("o.leaf #>> '{subject,member}' = {0}", DSL.val(owner.id()));
            // And of the keys that it made.
            case KEY ->
                DSL.condition(
                        "(o.leaf #>> '{subject,key}' = {0} OR jsonb_exists((o.leaf #> '{subject,delegated_by}')::jsonb, {0}))",
                        DSL.val(owner.id()));
        };
    }

    /** Ids begin with the millisecond in which they were made (RFC 9562, version 7). */
    private static UUID firstId(Instant at) {
        return new UUID(Math.max(0, at.toEpochMilli()) << 16, 0);
    }

    private static Statement.Row row(Record row) {
        return new Statement.Row(
                row.get("id", UUID.class),
                row.get("call_id", UUID.class),
                row.get("at", OffsetDateTime.class).toInstant(),
                row.get("team", String.class),
                row.get("member", String.class),
                row.get("key", String.class),
                row.get("type", String.class),
                row.get("resource", String.class),
                row.get("provider", String.class),
                row.get("upstream_model", String.class),
                row.get("outcome", String.class),
                row.get("settlement", String.class),
                NanoUsd.ofUsd(row.get("charged", String.class)),
                row.get("basis", String.class),
                row.get("input_tokens", Long.class),
                row.get("output_tokens", Long.class),
                row.get("price_version", String.class),
                row.get("trace_id", String.class),
                row.get("client_request_id", String.class));
    }
}
