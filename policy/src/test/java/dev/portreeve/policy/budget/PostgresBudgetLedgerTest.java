package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.LlmCall;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresBudgetLedgerTest extends BudgetLedgerContract {
    /** Every balance, made again from the holds and postings alone (I3, I4); and no hold without at most one posting (I2). */
    private static final String DIFFERENCES = """
        SELECT w.budget_id, w.starts_at, w.held_nanos, w.settled_nanos, w.overrun_nanos, r.held, r.settled, r.overrun
        FROM policy.budget_window w
        JOIN LATERAL (
            SELECT coalesce(sum(coalesce(l.amount, h.amount_nanos)) FILTER (WHERE p.call_id IS NULL), 0) AS held,
                coalesce(sum(coalesce(p.amounts[l.n], p.amount_nanos)) FILTER (WHERE t.call_id IS NULL), 0) AS settled,
                coalesce(sum(coalesce(p.overruns[l.n], p.overrun_nanos)
                    + coalesce(b.overruns[l.n], b.overrun_nanos, 0)) FILTER (WHERE t.call_id IS NULL), 0) AS overrun
            FROM policy.held_call h
            CROSS JOIN LATERAL unnest(h.budget_ids, h.window_starts, h.amounts) WITH ORDINALITY
                AS l (budget_id, starts_at, amount, n)
            LEFT JOIN policy.posting p ON p.tenant = h.tenant AND p.call_id = h.call_id
            LEFT JOIN policy.late_bill b ON b.tenant = h.tenant AND b.call_id = h.call_id
            LEFT JOIN policy.posting_taken_over t ON t.tenant = p.tenant AND t.call_id = p.call_id
            WHERE h.tenant = w.tenant AND l.budget_id = w.budget_id AND l.starts_at = w.starts_at) r ON true
        WHERE (w.held_nanos, w.settled_nanos, w.overrun_nanos) IS DISTINCT FROM (r.held, r.settled, r.overrun)
            OR w.held_nanos + w.settled_nanos > w.limit_nanos\
        """;

    private PostgresPurse postgres() {
        return (PostgresPurse) purse;
    }

    @Override
    PurseFixture open() {
        return PostgresPurse.open(NOON);
    }

    static void assertReplayEqualsBalances(PostgresPurse purse) {
        assertEquals(
                List.of(),
                purse.query(DIFFERENCES, row -> row.getString(1) + " " + row.getString(2)),
                "balances that holds and postings do not explain");
    }

    @AfterEach
    @Override
    void closePurse() {
        assertReplayEqualsBalances(postgres());
        super.closePurse();
    }

    @Test
    void twoReplicasShareALimitExactly() throws Exception {
        purse.organise(organisation(1000L, 100L, 1000L));
        try (PostgresPurse other = postgres().replica()) {
            assertEquals(100, successes(List.of(purse, other), 1000));
        }
        assertEquals(new Balance(100, 0, 100, 0), purse.today(Kind.TEAM, "support"));
        assertEquals(new Balance(1000, 0, 100, 0), purse.today(Kind.TENANT, "acme"));
    }

    @Test
    void replicasThatMeetOnNewWindowsDoNotDeadlock() throws Exception {
        purse.organise(organisation(1_000_000L, 1_000_000L, 1_000_000L));
        long seed = 11;
        try (PostgresPurse other = postgres().replica();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<PostgresPurse> replicas = List.of(postgres(), other);
            for (int day = 0; day < 20; day++) {
                purse.clock().advance(Duration.ofDays(1));
                List<Future<?>> calls = IntStream.range(0, 40)
                        .<Future<?>>mapToObj(i -> threads.submit(() -> {
                            Random random = new Random(seed + i);
                            replicas.get(i % 2)
                                    .run(
                                            call(i % 3 == 0 ? PurseFixture.OTHER : BOT, random.nextLong(50)),
                                            new Ending.Reports(random.nextLong(60)));
                        }))
                        .toList();
                for (Future<?> call : calls) {
                    call.get();
                }
            }
        }
    }

    /** Each writes on the condition that the rows are as it left them, finds that they are not, and must read them. */
    @Test
    void whatAnotherReplicaWroteInBetweenIsNotWrittenOver() {
        purse.organise(organisation(1_000_000L, null, 1_000_000L));
        try (PostgresPurse other = postgres().replica()) {
            for (int round = 1; round <= 5; round++) {
                for (PurseFixture replica : List.of(purse, other)) {
                    // The second and third find a lease, and rows that memory knows.
                    for (int call = 0; call < 3; call++) {
                        replica.run(call(BOT, 10, 60), new Ending.Reports(20));
                    }
                }
                assertEquals(round * 180L, purse.today(Kind.MEMBER, "bot").settled());
                assertEquals(round * 180L, purse.today(Kind.TENANT, "acme").settled());
            }
        }
        assertEquals(List.of(), postgres().query(DIFFERENCES, row -> row.getString(1)));
    }

    @Test
    void theRecordsSayWhatWasHeldAndCharged() {
        purse.organise(organisation(1000L, null, 100L));
        LlmCall call = call(BOT, 10, 60);
        purse.run(call, new Ending.Reports(90));
        List<String> leaves = postgres().leaves(call.id().value());
        assertEquals(2, leaves.size());
        String opened = leaves.getFirst();
        assertTrue(opened.contains("\"worst_case_usd\":\"0.00000007\""), opened);
        assertTrue(
                opened.contains("{\"budget\":\"member:bot:daily\",\"limit_usd\":\"0.0000001\","
                        + "\"remaining_usd\":\"0.00000003\",\"window_start\":\"2026-05-14T00:00:00Z\"}"),
                opened);
        String closed = leaves.getLast();
        assertTrue(closed.contains("\"cost_usd\":\"0.0000001\""), closed);
        assertTrue(closed.contains("\"overrun_usd\":\"0.00000003\""), closed);
        assertTrue(closed.contains("\"settlement\":\"settled\""), closed);
        assertTrue(
                closed.contains("\"usage\":{\"basis\":\"reported\",\"cached_input_tokens\":0,"
                        + "\"input_tokens\":10,\"output_tokens\":90}"),
                closed);
    }

    @Test
    void theDatabaseItselfRefusesToGoPastTheLimit() {
        purse.organise(organisation(null, null, 100L));
        purse.run(call(BOT, 60), new Ending.Reports(60));
        AssertionError refused = assertThrows(
                AssertionError.class,
                () -> postgres().execute("UPDATE policy.budget_window SET held_nanos = held_nanos + 41"));
        assertTrue(
                refused.getCause().getMessage().contains("never_past_the_limit"),
                refused.getCause().getMessage());
    }
}
