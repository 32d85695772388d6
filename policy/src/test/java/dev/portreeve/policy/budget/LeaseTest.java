package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.OTHER;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.signal.PostgresNotifications;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holding from memory adds to {@link BudgetLedgerContract}. */
class LeaseTest {
    private static final String LEASED = """
            SELECT coalesce(sum(l.nanos), 0) FROM policy.lease l WHERE l.budget_id = ?""";
    /** Every window's sum of leases, and the limit with everything counted. */
    private static final String DIFFERENCES = """
            SELECT w.budget_id || ': ' || w.leased_nanos || ' but ' || coalesce(sum(l.nanos), 0)
            FROM policy.budget_window w
            LEFT JOIN policy.lease l ON (l.tenant, l.budget_id, l.starts_at) = (w.tenant, w.budget_id, w.starts_at)
            GROUP BY w.tenant, w.budget_id, w.starts_at
            HAVING w.leased_nanos <> coalesce(sum(l.nanos), 0)
                OR w.held_nanos + w.settled_nanos + w.leased_nanos > w.limit_nanos""";

    private FaultyJournal journal;
    private PostgresPurse purse;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open(BudgetLedgerContract.NOON, real -> {
            journal = new FaultyJournal(real);
            return journal;
        });
        purse.organise(organisation(1_000_000L, 100_000L, 10_000L));
    }

    @AfterEach
    void close() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(purse);
        assertLeasesAddUp();
        purse.close();
    }

    private void assertLeasesAddUp() {
        assertEquals(List.of(), purse.query(DIFFERENCES, row -> row.getString(1)));
    }

    private static LeaseSweeper sweeper(PostgresPurse replica) {
        return new LeaseSweeper(replica.database.app().dataSource(), replica.audit(), replica.ledger, UUID::randomUUID);
    }

    private long held(String budget) {
        return purse.query(
                        "SELECT held_nanos FROM policy.budget_window WHERE budget_id = ?",
                        row -> row.getLong(1),
                        budget)
                .getFirst();
    }

    private long leased(String budget) {
        return purse.query(LEASED, row -> row.getLong(1), budget).getFirst();
    }

    private static CallOutcome run(PurseFixture replica, long worst, long used) {
        return replica.run(call(BOT, worst), new Ending.Reports(used));
    }

    private record Running(AuditTrail trail, Reservation reservation) {
        static Running begin(PurseFixture replica, long worst) throws CallEnded {
            LlmCall call = call(BOT, worst);
            AuditTrail trail = replica.trail(call);
            return new Running(trail, replica.ledger().reserve(call, trail));
        }

        void end(long used) throws CallEnded {
            finish(used).await();
        }

        void endUnhurried(long used) throws CallEnded {
            try (trail) {
                use(used);
                Receipt ignored = trail.concludeUnhurried(new Facts().put("outcome", "test"));
            }
        }

        private Receipt finish(long used) throws CallEnded {
            try (trail) {
                use(used);
                return trail.conclude(new Facts().put("outcome", "test"));
            }
        }

        private void use(long used) throws CallEnded {
            try (reservation) {
                reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, used, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
        }
    }

    @Test
    void theSecondCallWaitsForNobody() throws CallEnded {
        run(purse, 100, 60);
        assertTrue(leased("member:bot:daily") >= 100);
        journal.breakEntry(0, Fault.FAILS);
        Running second = Running.begin(purse, 100);
        Receipt opening = second.trail().opened();
        assertThrows(EvidenceUnavailable.class, opening::await, "the hold came back before the journal was heard");
        second.end(30);
        assertEquals(new Balance(10_000, 0, 90, 0), purse.today(Kind.MEMBER, "bot"), "the end brought its hold along");
    }

    @Test
    void aHoldFromMemoryIsInTheOpeningRecordAndIsWrittenWithTheEnd() throws CallEnded {
        run(purse, 100, 60);
        Running second = Running.begin(purse, 100);
        second.trail().opened().await();
        assertEquals(0, held("member:bot:daily"));
        assertTrue(leased("member:bot:daily") >= 100, "until then the lease stands for it");
        String opened = purse.leaves(second.trail().callId()).getFirst();
        assertTrue(opened.contains("\"held_usd\":\"0.0000001\""), opened);
        assertTrue(opened.contains("\"remaining_usd\":\"0.00000984\""), opened);
        second.end(10);
        assertEquals(0, held("member:bot:daily"));
        assertEquals(new Balance(10_000, 0, 70, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(
                List.of("call.opened", "call.closed"),
                purse.records(second.trail().callId()));
    }

    /** Else all that is leased would be charged for it if this process died. */
    @Test
    void aCallThatRunsOnIsHeldForByItself() throws CallEnded {
        run(purse, 100, 60);
        Running second = Running.begin(purse, 100);
        LeaseSweeper sweeper = sweeper(purse);
        sweeper.giveBackUnused();
        assertEquals(0, held("member:bot:daily"), "it has just begun");
        while (held("member:bot:daily") == 0) {
            sweeper.giveBackUnused();
        }
        assertEquals(100, held("member:bot:daily"));
        run(purse, 100, 0);
        second.end(10);
        assertEquals(new Balance(10_000, 0, 70, 0), purse.today(Kind.MEMBER, "bot"));
    }

    /** Else it would be charged whole, as lost, while it still runs. */
    @Test
    void aHoldTheJournalDidNotTakeIsWrittenTheNextTime() throws CallEnded {
        run(purse, 100, 60);
        Running second = Running.begin(purse, 100);
        LeaseSweeper sweeper = sweeper(purse);
        journal.breakEntry(0, Fault.REFUSED);
        assertThrows(EvidenceUnavailable.class, sweeper::giveBackAll);
        assertEquals(0, held("member:bot:daily"));
        sweeper.giveBackAll();
        assertEquals(100, held("member:bot:daily"));
        second.end(10);
        assertEquals(new Balance(10_000, 0, 70, 0), purse.today(Kind.MEMBER, "bot"));
    }

    /** The budget's end is near, and what the last call did not use is on its way back: the next one finds it there. */
    @Test
    void whatAnEndedCallGivesBackIsThereForTheNext() throws CallEnded {
        purse.organise(organisation(null, null, 1000L));
        run(purse, 10, 0);
        for (int i = 0; i < 20; i++) {
            Running drawn = Running.begin(purse, 10);
            drawn.trail().opened().await();
            drawn.endUnhurried(1);
            assertInstanceOf(CallOutcome.Completed.class, run(purse, 999 - i, 0));
        }
        assertEquals(new Balance(1000, 0, 20, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void aJournalThatDoesNotTakeTheHoldGivesTheDrawBack() throws CallEnded {
        run(purse, 100, 60);
        for (int i = 0; i < 10; i++) {
            journal.breakEntry(0, Fault.REFUSED);
            LlmCall call = call(BOT, 100);
            try (AuditTrail trail = purse.trail(call)) {
                assertThrows(EvidenceUnavailable.class, () -> purse.ledger().reserve(call, trail));
            }
        }
        Running.begin(purse, 100).end(10);
        assertEquals(new Balance(10_000, 0, 70, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aFaultOnEitherEntryOfADrawnCallLosesNothing(Fault fault) throws CallEnded {
        run(purse, 100, 60);
        for (int entry = 0; entry < 2; entry++) {
            Running running = null;
            journal.breakEntry(entry, fault);
            try {
                running = Running.begin(purse, 100);
                running.end(10);
            } catch (EvidenceUnavailable expected) {
                assertLeasesAddUp();
            }
        }
        for (int i = 0; i < 5; i++) {
            run(purse, 100, 0);
        }
        Balance balance = purse.today(Kind.MEMBER, "bot");
        assertTrue(balance.settled() <= 80 && balance.held() <= 100, balance.toString());
    }

    /** As when a database takes nothing for a while: the call may have run, so it is charged, and memory works again. */
    @Test
    void aCallWhoseRecordsWereAllRefusedIsChargedWhole() throws CallEnded {
        run(purse, 100, 60);
        journal.breakEntry(0, Fault.FAILS);
        Running lost = Running.begin(purse, 100);
        journal.breakEntry(0, Fault.FAILS);
        assertThrows(EvidenceUnavailable.class, () -> lost.end(10));
        assertEquals(60, purse.today(Kind.MEMBER, "bot").settled());

        sweeper(purse).chargeLost();
        assertEquals(60, purse.today(Kind.MEMBER, "bot").settled(), "it may still be on its way");
        sweeper(purse).chargeLost(Duration.ZERO);
        assertEquals(new Balance(10_000, 0, 160, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(List.of("call.closed"), purse.records(lost.trail().callId()));
        sweeper(purse).chargeLost(Duration.ZERO);
        assertEquals(160, purse.today(Kind.MEMBER, "bot").settled());
        assertEquals(List.of(), purse.ledger.leases().lost(Duration.ZERO));
    }

    @Test
    void aReplicaThatLivesDoesNotForfeitItsOwn() {
        run(purse, 100, 60);
        long mine = leased("member:bot:daily");
        purse.execute("UPDATE policy.lease SET touched_at = now() - interval '2 minutes'");
        assertEquals(0, sweeper(purse).forfeitDead());
        assertEquals(mine, leased("member:bot:daily"));
        run(purse, 100, 60);
        assertEquals(new Balance(10_000, 0, 120, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void aLoweredLimitLeavesRunningCallsWhatTheyDrew() throws CallEnded {
        run(purse, 100, 0);
        journal.breakEntry(0, Fault.FAILS);
        Running running = Running.begin(purse, 100);
        purse.organise(organisation(null, null, 10L));
        assertInstanceOf(CallOutcome.Denied.class, run(purse, 1, 0));
        running.end(40);
        assertEquals(40, purse.today(Kind.MEMBER, "bot").settled());
        assertEquals(0, purse.today(Kind.MEMBER, "bot").overrun(), "what is held for it is spent, nothing above");
    }

    @Test
    void whatIsUnusedGoesBackAndComesAgain() {
        run(purse, 100, 60);
        assertTrue(leased("tenant:acme:daily") > 0);
        sweeper(purse).giveBackAll();
        assertEquals(0, leased("tenant:acme:daily"));
        assertEquals(0, leased("member:bot:daily"));
        run(purse, 100, 60);
        assertTrue(leased("member:bot:daily") > 0);
    }

    @Test
    void whatACallDrewIsNotGivenBack() throws CallEnded {
        run(purse, 100, 60);
        Running running = Running.begin(purse, 100);
        sweeper(purse).giveBackAll();
        assertEquals(0, leased("member:bot:daily"));
        assertEquals(100, purse.today(Kind.MEMBER, "bot").held());
        running.end(100);
        assertEquals(new Balance(10_000, 0, 160, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void nearTheEndOfABudgetNothingIsLeasedAndTheLastCentIsSpent() {
        purse.organise(organisation(null, null, 350L));
        run(purse, 100, 100);
        assertEquals(0, leased("member:bot:daily"), "a quarter of what is left is less than a call");
        run(purse, 100, 100);
        assertInstanceOf(CallOutcome.Denied.class, run(purse, 151, 0));
        assertInstanceOf(CallOutcome.Completed.class, run(purse, 150, 150));
        assertEquals(new Balance(350, 0, 350, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void aLargerCallGetsWhatItsOwnReplicaSetAside() {
        run(purse, 100, 0);
        assertTrue(leased("member:bot:daily") > 0);
        assertInstanceOf(CallOutcome.Completed.class, run(purse, 10_000, 0));
        assertInstanceOf(CallOutcome.Denied.class, run(purse, 10_001, 0));
    }

    @Test
    void aLargerCallGetsWhatAnotherReplicaSetAside() throws Exception {
        try (PostgresPurse other = purse.replica();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            run(other, 1000, 0);
            assertTrue(leased("member:bot:daily") > 0);
            Future<CallOutcome> larger = threads.submit(() -> run(purse, 10_000, 0));
            LeaseSweeper housekeeping = sweeper(other);
            while (!larger.isDone()) {
                housekeeping.giveBackAll();
            }
            assertInstanceOf(CallOutcome.Completed.class, larger.get());
        }
    }

    /** Nothing but the word of the one that is short moves the other: no housekeeping runs. */
    @Test
    void aReplicaThatHearsThatAnotherIsShortGivesBackAtOnce() throws Exception {
        try (PostgresPurse other = purse.replica();
                PostgresNotifications heard =
                        new PostgresNotifications(other.database.app().dataSource())) {
            run(other, 1000, 0);
            assertTrue(leased("member:bot:daily") > 0);
            CountDownLatch listening = new CountDownLatch(1);
            LeaseRecalls recalls = new LeaseRecalls(sweeper(other));
            heard.listen(LeaseRecalls.CHANNEL, new PostgresNotifications.Listener() {
                @Override
                public void notified(String payload) {
                    recalls.notified(payload);
                }

                @Override
                public void connected() {
                    listening.countDown();
                }
            });
            heard.start();
            assertTrue(listening.await(1, TimeUnit.MINUTES));
            assertInstanceOf(CallOutcome.Completed.class, run(purse, 10_000, 0));
        }
    }

    /** So that who waits need not ask again and again: it is said when the money is there, and which money. */
    @Test
    void aReplicaThatGivesBackWhatSomebodyWaitsForSaysSo() throws Exception {
        List<String> said = new CopyOnWriteArrayList<>();
        CountDownLatch listening = new CountDownLatch(1);
        try (PostgresPurse other = purse.replica();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                PostgresNotifications heard =
                        new PostgresNotifications(other.database.app().dataSource())) {
            heard.listen(LeaseReturns.CHANNEL, new PostgresNotifications.Listener() {
                @Override
                public void notified(String payload) {
                    said.add(payload);
                    purse.ledger.returns().notified(payload);
                }

                @Override
                public void connected() {
                    listening.countDown();
                }
            });
            heard.start();
            assertTrue(listening.await(1, TimeUnit.MINUTES));
            run(other, 1000, 0);
            sweeper(other).giveBackAll();
            assertEquals(List.of(), said, "nobody waits for it");
            run(other, 1000, 0);
            Future<CallOutcome> larger = threads.submit(() -> run(purse, 10_000, 0));
            // What is given back before somebody waits for it is said to nobody.
            await().until(() -> !purse.query(
                            "SELECT 1 FROM policy.budget_window WHERE recalled_until IS NOT NULL", row -> row.getInt(1))
                    .isEmpty());
            while (!larger.isDone()) {
                sweeper(other).giveBackAll();
            }
            assertInstanceOf(CallOutcome.Completed.class, larger.get());
            await().until(() ->
                    said.stream().anyMatch(payload -> WindowKey.said(payload).equals(purse.today("member:bot:daily"))));
        }
    }

    @Test
    void aBusyReplicaGivesBackWhenItIsAsked() throws Exception {
        try (PostgresPurse other = purse.replica();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            run(other, 100, 0);
            Future<CallOutcome> larger = threads.submit(() -> run(purse, 9_000, 0));
            while (!larger.isDone()) {
                run(other, 100, 0);
            }
            assertInstanceOf(CallOutcome.Completed.class, larger.get());
        }
    }

    @Test
    void aDeadReplicasLeaseIsChargedOnce() {
        long lost;
        try (PostgresPurse dead = purse.replica()) {
            run(dead, 100, 0);
            lost = leased("member:bot:daily");
            assertTrue(lost > 0);
        }
        assertEquals(0, sweeper(purse).forfeitDead(), "it may live");
        purse.execute("UPDATE policy.lease SET touched_at = now() - interval '2 minutes'");
        assertEquals(3, sweeper(purse).forfeitDead());
        assertEquals(new Balance(10_000, 0, lost, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(0, leased("member:bot:daily"));
        assertEquals(0, sweeper(purse).forfeitDead());
        List<String> records = purse.query(
                "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE kind = 'lease.forfeited'",
                row -> row.getString(1));
        assertEquals(3, records.size());
        assertTrue(records.stream().anyMatch(record -> record.contains("\"budget\":\"member:bot:daily\"")));
        purse.execute("UPDATE policy.lease SET touched_at = now() - interval '2 hours'");
        sweeper(purse).forfeitDead();
        assertEquals(
                0,
                purse.query("SELECT count(*) FROM policy.lease", row -> row.getInt(1))
                        .getFirst());
    }

    @Test
    void whatADeadReplicaHadOfARetiredBudgetIsChargedInWhatThatCounts() {
        purse.organise(Purses.ofBot(
                Purses.ofTokens(100_000).window(BudgetConfig.Window.DAILY).perSession()));
        String budget = "member:bot:daily:tokens:per-session";
        long lost;
        try (PostgresPurse dead = purse.replica()) {
            run(dead, 100, 0);
            lost = purse.query(
                            "SELECT sum(nanos) FROM policy.lease WHERE budget_id LIKE ?",
                            row -> row.getLong(1),
                            budget + "~%")
                    .getFirst();
            assertTrue(lost > 0);
        }
        purse.organise(organisation(null, null, null));
        purse.execute("UPDATE policy.lease SET touched_at = now() - interval '2 minutes'");
        assertEquals(1, sweeper(purse).forfeitDead());
        String record = purse.query(
                        "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE kind = 'lease.forfeited'",
                        row -> row.getString(1))
                .getFirst();
        assertTrue(record.contains("\"cost_tokens\":\"" + lost + "\""), record);
        assertFalse(record.contains("cost_usd"), record);
    }

    /** A replica that was cut off so long that another one charged its lease comes back with calls that ran on it. */
    @Test
    void aCallWhoseLeaseWasChargedIsAnOverrunWhereNothingIsLeft() throws CallEnded {
        purse.organise(organisation(null, null, 1000L));
        run(purse, 100, 0);
        journal.breakEntry(0, Fault.FAILS);
        Running cutOff = Running.begin(purse, 100);
        purse.execute("UPDATE policy.lease SET touched_at = now() - interval '2 minutes'");
        try (PostgresPurse other = purse.replica()) {
            assertEquals(1, sweeper(other).forfeitDead());
            long left = 1000 - other.today(Kind.MEMBER, "bot").settled();
            assertInstanceOf(CallOutcome.Completed.class, run(other, left, left));
        }
        cutOff.end(40);
        assertEquals(new Balance(1000, 0, 1000, 40), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void aLoweredLimitIsNotPassedFromMemory() {
        run(purse, 100, 100);
        assertTrue(leased("member:bot:daily") > 0);
        purse.organise(organisation(null, null, 100L));
        for (int i = 0; i < 5; i++) {
            assertInstanceOf(CallOutcome.Denied.class, run(purse, 1, 0));
        }
        assertEquals(0, leased("member:bot:daily"));
    }

    /** Three replicas, many callers, sizes and ends at random, while replicas come and go: the sums are exact at every look. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void manyReplicasNeverPassTheLimitAndLoseNothing(long seed) throws Exception {
        purse.organise(organisation(60_000L, 40_000L, 30_000L));
        List<PostgresPurse> replicas = List.of(purse.replica(), purse.replica(), purse.replica());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> calls = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                Random random = new Random(1000 * seed + i);
                PostgresPurse replica = replicas.get(i % 3);
                calls.add(threads.submit(() -> {
                    long worst = random.nextLong(300);
                    long used = random.nextLong(worst + 1);
                    CallOutcome outcome =
                            replica.run(call(random.nextInt(4) == 0 ? OTHER : BOT, worst), new Ending.Reports(used));
                    return outcome instanceof CallOutcome.Completed completed
                            ? completed.cost().nanos()
                            : 0L;
                }));
                if (i % 50 == 0) {
                    assertLeasesAddUp();
                }
            }
            long spent = 0;
            for (Future<Long> call : calls) {
                spent += call.get();
            }
            replicas.forEach(replica -> sweeper(replica).giveBackAll());
            Balance tenant = purse.today(Kind.TENANT, "acme");
            assertEquals(new Balance(60_000, 0, spent, 0), tenant);
            assertFalse(tenant.spent() > tenant.limit());
            assertEquals(0, leased("tenant:acme:daily"));
        } finally {
            replicas.forEach(PostgresPurse::close);
        }
    }
}
