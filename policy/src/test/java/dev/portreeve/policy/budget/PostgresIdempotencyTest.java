package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.idempotency.FoundRun;
import dev.portreeve.policy.idempotency.IdempotentRuns.Living;
import dev.portreeve.policy.idempotency.PostgresIdempotentRuns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresIdempotencyTest extends IdempotencyContract {
    private FaultyJournal journal;

    @Override
    PurseFixture open() {
        return PostgresPurse.open(NOON, real -> {
            journal = new FaultyJournal(real);
            return journal;
        });
    }

    private PostgresPurse postgres() {
        return (PostgresPurse) purse;
    }

    @AfterEach
    @Override
    void closePurse() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(postgres());
        assertReconciles();
        super.closePurse();
    }

    /** Each charge of the ledger is in the records, also of calls whose place was taken. */
    private void assertReconciles() {
        // Ids of these calls are random, and so are the moments that they say.
        Reconciliation all = new PostgresReconciliation(
                        postgres().database.app().dataSource())
                .of("acme", Instant.EPOCH, Instant.ofEpochMilli((1L << 47) - 1));
        assertTrue(all.agrees(), all::toString);
    }

    @Override
    void assertPieces(long settled) {
        assertEquals(
                List.of(settled),
                postgres().query("SELECT sum(settled_nanos) FROM policy.budget_bucket", row -> row.getLong(1)));
    }

    @Test
    void ofReplicasThatRaceForAKeyOneGetsIt() throws Exception {
        try (PostgresPurse other = postgres().replica();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<CallOutcome>> racers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                PurseFixture replica = i % 2 == 0 ? purse : other;
                racers.add(threads.submit(() -> replica.run(keyed(2), new Ending.Reports(1))));
            }
            int completed = 0;
            for (Future<CallOutcome> racer : racers) {
                completed += racer.get() instanceof CallOutcome.Completed ? 1 : 0;
            }
            assertEquals(1, completed);
        }
        assertEquals(new Balance(100, 0, 1, 0), bot());
    }

    @Test
    void ofReplicasThatRaceForADeadCallsPlaceOneGetsIt() throws Exception {
        UUID dead = crashed(70, null).id().value();
        try (PostgresPurse other = postgres().replica();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<CallOutcome>> racers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                PurseFixture replica = i % 2 == 0 ? purse : other;
                racers.add(threads.submit(() -> replica.run(keyed(70, dead), new Ending.Reports(30))));
            }
            int completed = 0;
            for (Future<CallOutcome> racer : racers) {
                completed += racer.get() instanceof CallOutcome.Completed ? 1 : 0;
            }
            assertEquals(1, completed);
        }
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }

    /**
     * Each write of a call under a key goes wrong in each way; then its caller tries again, as often as it takes. Whatever
     * happened, one call is paid.
     */
    @ParameterizedTest
    @CsvSource({
        "0, REFUSED",
        "0, FAILS",
        "0, FAILS_BUT_PERSISTED",
        "1, REFUSED",
        "1, FAILS",
        "1, FAILS_BUT_PERSISTED",
    })
    void whateverWriteFailsOneCallIsPaid(int write, Fault fault) {
        LlmCall broken = keyed(70);
        journal.breakEntry(write, fault);
        assertThrows(EvidenceUnavailable.class, () -> purse.run(broken, new Ending.Reports(30)));
        // Entries are stored in order: when this one is, the last of the broken call is.
        purse.run(call(PurseFixture.OTHER, 0), new Ending.Reports(0));
        purse.presumeDead();
        Optional<FoundRun> found = purse.runs().find(key);
        if (found.isEmpty() || found.get().state() == FoundRun.State.DEAD) {
            UUID earlier = found.map(FoundRun::call).orElse(null);
            assertTrue(purse.run(keyed(70, earlier), new Ending.Reports(30)) instanceof CallOutcome.Completed);
        }
        assertEquals(
                FoundRun.State.ANSWERED, purse.runs().find(key).orElseThrow().state());
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }

    @Test
    void theRecordsSayWhoseMoneyWasTakenOver() {
        LlmCall dead = crashed(70, null);
        LlmCall call = keyed(70, dead.id().value());
        purse.run(call, new Ending.Reports(30));
        String opened = postgres().leaves(call.id().value()).getFirst();
        assertTrue(
                opened.contains("\"takes_over\":{\"amount_usd\":\"0.00000007\",\"call\":\"" + dead.id()
                        + "\",\"was\":\"held\"}"),
                opened);
        String closed = postgres().leaves(dead.id().value()).getLast();
        assertTrue(closed.contains("\"taken_over_by\":\"" + call.id() + "\""), closed);
        assertTrue(closed.contains("\"outcome\":\"unknown\""), closed);
        assertTrue(closed.contains("\"settlement\":\"released\""), closed);
    }

    @Test
    void aRunThatSaysSoLivesUntilItEnds() {
        LlmCall call = crashed(10, null);
        PostgresIdempotentRuns runs = (PostgresIdempotentRuns) purse.runs();
        Living living = runs.living(key, call.id().value());
        runs.touch();
        assertEquals(FoundRun.State.RUNNING, runs.find(key).orElseThrow().state());
        living.close();
        purse.presumeDead();
        runs.touch();
        assertEquals(FoundRun.State.DEAD, runs.find(key).orElseThrow().state());
    }

    @Test
    void whatHasExpiredIsForgottenAndItsKeyIsFree() {
        purse.run(keyed(10), new Ending.Reports(10));
        PostgresIdempotentRuns runs = (PostgresIdempotentRuns) purse.runs();
        runs.sweep();
        assertEquals(FoundRun.State.ANSWERED, runs.find(key).orElseThrow().state());
        postgres().execute("UPDATE policy.idempotent_run SET expires_at = now() - interval '1 second'");
        assertTrue(runs.find(key).isEmpty());
        LlmCall again = keyed(10);
        purse.run(again, new Ending.Reports(10));
        assertEquals(again.id().value(), runs.find(key).orElseThrow().call());
        postgres().execute("UPDATE policy.idempotent_run SET expires_at = now() - interval '1 second'");
        runs.sweep();
        assertEquals(
                List.of("0"),
                postgres().query("SELECT count(*)::text FROM policy.idempotent_run", row -> row.getString(1)));
    }
}
