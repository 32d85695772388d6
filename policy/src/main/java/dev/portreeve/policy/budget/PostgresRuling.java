package dev.portreeve.policy.budget;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.budget.Ruling.CallKey;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Writes what a batch came to, with the journal's last round trip. Plain JDBC, because jOOQ has no arrays to unnest. */
final class PostgresRuling {
    // Statements of their own, each sent only where it has rows: as parts of one statement they cost half as much
    // again.
    private static final String WRITE_BALANCES = """
            UPDATE policy.budget_window w
            SET held_nanos = n.held, settled_nanos = n.settled, overrun_nanos = n.overrun, leased_nanos = n.leased,
                limit_nanos = greatest(n.most, w.held_nanos + w.settled_nanos + w.leased_nanos),
                raised_nanos = coalesce(n.raised, w.raised_nanos), used_at = now(),
                recalled_until = CASE WHEN n.recalls THEN now() + interval '2 seconds' ELSE w.recalled_until END
            FROM unnest(?::text[], ?::text[], ?::timestamptz[],
                ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bool[], ?::bool[])
                AS n (tenant, budget_id, starts_at, held, settled, overrun, leased, most, raised, recalls, returns)
            WHERE w.tenant = n.tenant AND w.budget_id = n.budget_id AND w.starts_at = n.starts_at
            RETURNING CASE WHEN n.recalls OR n.returns THEN pg_notify(
                CASE WHEN n.recalls THEN 'lease_recalled' ELSE 'lease_returned' END,
                concat_ws(chr(10), n.tenant, n.budget_id, (extract(epoch FROM n.starts_at))::bigint)) END""";

    /**
     * The same of rows that were not read first: on the condition that each is as it was remembered, else the transaction fails. In the order
     * in which everybody locks; whoever waited for a row looks at what it has become.
     */
    private static final String WRITE_REMEMBERED = """
            WITH written AS (
                UPDATE policy.budget_window w
                SET held_nanos = n.held, settled_nanos = n.settled, overrun_nanos = n.overrun, leased_nanos = n.leased,
                    used_at = now()
                FROM (
                    SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                        AS u (tenant, budget_id, starts_at, held, settled, overrun, leased,
                            was_held, was_settled, was_overrun, was_leased)
                    ORDER BY tenant, budget_id, starts_at) n
                WHERE w.tenant = n.tenant AND w.budget_id = n.budget_id AND w.starts_at = n.starts_at
                    AND w.held_nanos = n.was_held AND w.settled_nanos = n.was_settled
                    AND w.overrun_nanos = n.was_overrun AND w.leased_nanos = n.was_leased
                    AND (w.recalled_until IS NULL OR w.recalled_until <= now())
                RETURNING 1
            )
            SELECT 1 / (count(*) = ?)::int FROM written""";

    private static final String WRITE_LEASES = """
            INSERT INTO policy.lease (tenant, budget_id, starts_at, replica, nanos)
            SELECT * FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::uuid[], ?::bigint[])
            ON CONFLICT (tenant, budget_id, starts_at, replica)
            DO UPDATE SET nanos = excluded.nanos, touched_at = now()""";
    /** The expiry counts from this transaction by the database's clock, the one clock all replicas share. */
    private static final String WRITE_HOLDS = """
            INSERT INTO policy.hold (tenant, call_id, amount_nanos, chain, expires_at, amounts,
                resolved, charged_nanos, overrun_nanos, charged_amounts, overruns)
            SELECT tenant, call_id, amount, chain, now() + lifetime * interval '1 millisecond', own::bigint[],
                resolved, charged, overrun, charged_own::bigint[], overruns::bigint[]
            FROM unnest(?::text[], ?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::text[],
                ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[])
                AS n (tenant, call_id, amount, chain, lifetime, own, resolved, charged, overrun, charged_own, overruns)""";

    private static final String WRITE_POSTINGS = """
            INSERT INTO policy.later_posting (tenant, call_id, kind, amount_nanos, overrun_nanos, amounts, overruns)
            SELECT tenant, call_id, kind, amount, overrun, amounts::bigint[], overruns::bigint[]
            FROM unnest(?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[])
                AS n (tenant, call_id, kind, amount, overrun, amounts, overruns)""";

    private static final String WRITE_LATE_BILLS = """
            INSERT INTO policy.late_bill (tenant, call_id, overrun_nanos, overruns)
            SELECT tenant, call_id, overrun, overruns::bigint[]
            FROM unnest(?::text[], ?::uuid[], ?::bigint[], ?::text[]) AS n (tenant, call_id, overrun, overruns)""";

    private final Transaction transaction;
    private final Connection connection;
    private final PostgresChains chains;

    PostgresRuling(Transaction transaction, PostgresChains chains) {
        this.transaction = transaction;
        this.connection = transaction.connection();
        this.chains = chains;
    }

    /** Leaves what changed to be written with the batch, if these rows are still as they were. */
    void write(Ruling ruling, RememberedRows.Taken still) {
        PostgresColumns columns = new PostgresColumns(connection, 11);
        still.rows().forEach((window, row) -> {
            Balance was = row.balance();
            Balance now = ruling.left(window);
            columns.row(
                    window.tenant(),
                    window.budgetId(),
                    window.start(),
                    now.held(),
                    now.settled(),
                    now.overrun(),
                    ruling.leases().outstanding(window),
                    was.held(),
                    was.settled(),
                    was.overrun(),
                    row.standing().all());
        });
        transaction.atLast(WRITE_REMEMBERED, (statement, first) -> {
            int next = columns.set(
                    statement,
                    first,
                    "text",
                    "text",
                    "timestamptz",
                    "bigint",
                    "bigint",
                    "bigint",
                    "bigint",
                    "bigint",
                    "bigint",
                    "bigint",
                    "bigint");
            statement.setLong(next, still.rows().size());
            return next + 1;
        });
        writeRest(ruling);
    }

    /** Leaves what changed to be written with the batch. */
    void write(Ruling ruling, Map<WindowKey, Long> raised) {
        atLast(
                WRITE_BALANCES,
                balances(ruling, raised),
                "text",
                "text",
                "timestamptz",
                "bigint",
                "bigint",
                "bigint",
                "bigint",
                "bigint",
                "bigint",
                "bool",
                "bool");
        writeRest(ruling);
    }

    private void writeRest(Ruling ruling) {
        atLast(WRITE_LEASES, leases(ruling.leases()), "text", "text", "timestamptz", "uuid", "bigint");
        atLast(
                WRITE_HOLDS,
                holds(ruling, chains.named(transaction, chains(ruling))),
                "text",
                "uuid",
                "bigint",
                "uuid",
                "bigint",
                "text",
                "text",
                "bigint",
                "bigint",
                "text",
                "text");
        atLast(WRITE_POSTINGS, postings(ruling), "text", "uuid", "text", "bigint", "bigint", "text", "text");
        atLast(WRITE_LATE_BILLS, lateBills(ruling), "text", "uuid", "bigint", "text");
    }

    private PostgresColumns lateBills(Ruling ruling) {
        PostgresColumns columns = new PostgresColumns(connection, 4);
        ruling.late()
                .forEach((call, beyond) ->
                        columns.row(call.tenant(), call.callId(), beyond.money(), PostgresColumns.text(beyond.each())));
        return columns;
    }

    private void atLast(String sql, PostgresColumns rows, String... types) {
        if (!rows.isEmpty()) {
            transaction.atLast(sql, (statement, first) -> rows.set(statement, first, types));
        }
    }

    private PostgresColumns balances(Ruling ruling, Map<WindowKey, Long> raised) {
        PostgresColumns columns = new PostgresColumns(connection, 11);
        ruling.changed()
                .forEach((window, balance) -> columns.row(
                        window.tenant(),
                        window.budgetId(),
                        window.start(),
                        balance.held(),
                        balance.settled(),
                        balance.overrun(),
                        ruling.leases().outstanding(window),
                        balance.limit(),
                        raised.get(window),
                        ruling.leases().recalls(window),
                        ruling.leases().returns(window)));
        return columns;
    }

    private PostgresColumns leases(LeaseTurn turn) {
        PostgresColumns columns = new PostgresColumns(connection, 5);
        turn.changed()
                .forEach((lease, nanos) -> columns.row(
                        lease.window().tenant(),
                        lease.window().budgetId(),
                        lease.window().start(),
                        lease.replica(),
                        nanos));
        return columns;
    }

    /** What resolves a hold in the batch that brings it goes with it. */
    private PostgresColumns holds(Ruling ruling, Map<List<WindowKey>, UUID> names) {
        PostgresColumns columns = new PostgresColumns(connection, 11);
        for (Ruling.HoldRow hold : ruling.holds()) {
            if (hold.windows().isEmpty() && !hold.later()) {
                // Under no budget: nothing is held, and nothing is to be found again.
                continue;
            }
            Settlement.Posted posted = ruling.postings().get(hold.call());
            columns.row(
                    hold.call().tenant(),
                    hold.call().callId(),
                    hold.amounts().money(),
                    hold.windows().isEmpty() ? PostgresChains.EMPTY : names.get(hold.windows()),
                    hold.lifetimeMillis(),
                    PostgresColumns.text(hold.amounts().each()),
                    posted == null ? null : posted.kind().code(),
                    posted == null ? null : posted.amount().money(),
                    posted == null ? null : posted.overrun().money(),
                    posted == null ? null : PostgresColumns.text(posted.amount().each()),
                    posted == null
                            ? null
                            : PostgresColumns.text(posted.overrun().each()));
        }
        return columns;
    }

    /** What resolves holds that were there before this batch. */
    private PostgresColumns postings(Ruling ruling) {
        PostgresColumns columns = new PostgresColumns(connection, 7);
        later(ruling)
                .forEach((call, posted) -> columns.row(
                        call.tenant(),
                        call.callId(),
                        posted.kind().code(),
                        posted.amount().money(),
                        posted.overrun().money(),
                        PostgresColumns.text(posted.amount().each()),
                        PostgresColumns.text(posted.overrun().each())));
        return columns;
    }

    /** The windows of the holds to write, each list of them once. */
    private static Set<List<WindowKey>> chains(Ruling ruling) {
        Set<List<WindowKey>> chains = new LinkedHashSet<>();
        List<WindowKey> before = List.of();
        for (Ruling.HoldRow hold : ruling.holds()) {
            // The next is nearly always under the same.
            if (!hold.windows().equals(before)) {
                before = hold.windows();
                chains.add(before);
            }
        }
        return chains;
    }

    /** Those of holds that were there before this batch. */
    private static Map<CallKey, Settlement.Posted> later(Ruling ruling) {
        Map<CallKey, Settlement.Posted> later = new LinkedHashMap<>(ruling.postings());
        ruling.holds().forEach(hold -> later.remove(hold.call()));
        return later;
    }
}
