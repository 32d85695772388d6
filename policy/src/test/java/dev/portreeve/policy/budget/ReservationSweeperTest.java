package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReservationSweeperTest {
    private FaultyJournal journal;
    private PostgresPurse purse;
    private ReservationSweeper sweeper;

    @BeforeEach
    void open() {
        purse = PostgresPurse.open("2026-05-14T12:00:00Z", real -> {
            journal = new FaultyJournal(real);
            return journal;
        });
        purse.organise(organisation(1000L, null, 100L));
        sweeper = sweeper(purse);
    }

    @AfterEach
    void close() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances(purse);
        purse.close();
    }

    private static ReservationSweeper sweeper(PostgresPurse replica) {
        return new ReservationSweeper(replica.database.app().dataSource(), replica.audit(), replica.ledger);
    }

    /** What a crash leaves: a hold that is on disk, and nobody who will end it. */
    private LlmCall abandoned(long worst) {
        LlmCall call = call(BOT, worst);
        try {
            AuditTrail forgotten = purse.trail(call);
            purse.ledger().reserve(call, forgotten);
            forgotten.opened().await();
            purse.writeHolds();
            return call;
        } catch (CallEnded e) {
            throw new AssertionError(e);
        }
    }

    private void expireAll() {
        purse.execute("UPDATE policy.hold SET expires_at = now() - interval '1 second'");
    }

    private List<String> postings() {
        return purse.query(
                "SELECT kind || ' ' || amount_nanos FROM policy.posting ORDER BY at", row -> row.getString(1));
    }

    @Test
    void aHoldOfALivingCallIsLeftAlone() {
        abandoned(70);
        assertEquals(0, sweeper.runOnce());
        assertEquals(70, purse.today(Kind.MEMBER, "bot").held());
        List<Double> minutes = purse.query(
                "SELECT extract(epoch FROM expires_at - created_at) / 60 FROM policy.hold", row -> row.getDouble(1));
        assertEquals(7.0, minutes.getFirst(), 0.1, "the call's deadline and the margin");
    }

    @Test
    void anExpiredHoldIsChargedInFullAndItsCallClosed() {
        LlmCall call = abandoned(70);
        expireAll();
        assertEquals(1, sweeper.runOnce());
        assertEquals(new Balance(100, 0, 70, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(new Balance(1000, 0, 70, 0), purse.today(Kind.TENANT, "acme"));
        assertEquals(List.of("assumed 70"), postings());
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(call.id().value()));
        String closed = purse.leaves(call.id().value()).getLast();
        assertTrue(closed.contains("\"outcome\":\"unknown\""), closed);
        assertTrue(closed.contains("\"usage\":{\"basis\":\"assumed\"}"), closed);
        assertTrue(closed.contains("\"cost_usd\":\"0.00000007\""), closed);
        assertEquals(0, sweeper.runOnce());
        assertEquals(1, postings().size());
    }

    @Test
    void aSettlementThatComesTooLateChangesNothingAndSaysSo() throws CallEnded {
        LlmCall call = call(BOT, 70);
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                expireAll();
                assertEquals(1, sweeper.runOnce());
                assertEquals(0, reservation.cost().nanos());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(100, 0, 70, 0), purse.today(Kind.MEMBER, "bot"));
        String late = purse.leaves(call.id().value()).getLast();
        assertTrue(late.contains("\"settlement\":\"resolved_before\""), late);
    }

    /** Ends a call that was charged whole before, and gives its last record. */
    private String endsLate(LlmCall call, long used) throws CallEnded {
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                purse.writeHolds();
                expireAll();
                assertEquals(1, sweeper.runOnce());
                Usage usage = reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, used, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
                assertEquals(used, usage.outputTokens());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        return purse.leaves(call.id().value()).getLast();
    }

    private Reconciliation reconciled() {
        Reconciliation all = new PostgresReconciliation(purse.database.app().dataSource())
                .of("acme", Instant.EPOCH, Instant.ofEpochMilli((1L << 47) - 1));
        assertTrue(all.agrees(), all::toString);
        return all;
    }

    @Test
    void aBillAboveWhatWasChargedWholeIsBookedOnceAsAnOverrun() throws CallEnded {
        LlmCall call = call(BOT, 70);
        String closed = endsLate(call, 95);
        assertTrue(closed.contains("\"settlement\":\"late\""), closed);
        assertTrue(closed.contains("\"charged_usd\":\"0.000000025\""), closed);
        assertTrue(closed.contains("\"cost_usd\":\"0.000000095\""), closed);
        assertEquals(new Balance(100, 0, 70, 25), purse.today(Kind.MEMBER, "bot"));
        assertEquals(new Balance(1000, 0, 70, 25), purse.today(Kind.TENANT, "acme"));
        Reconciliation all = reconciled();
        assertEquals(95, all.ledger().nanos());
        assertEquals(70, all.repeated().nanos(), "of what the last record says, the first had charged so much");
        List<Statement.Row> rows = new PostgresStatement(purse.database.app().dataSource())
                .of(
                        "acme",
                        null,
                        Instant.now().minusSeconds(3600),
                        Instant.now().plusSeconds(3600),
                        null)
                .rows();
        assertEquals(95, rows.stream().mapToLong(row -> row.charged().nanos()).sum());
        // Nothing more may be held: it owes nothing yet, and has 5 left.
        assertEquals(5, purse.today(Kind.MEMBER, "bot").remaining());
    }

    @Test
    void aLateBillIsPartOfWhatABudgetBurned() throws CallEnded {
        purse.organise(Purses.ofBot(Purses.of(100)));
        String closed = endsLate(call(BOT, 70), 95);
        assertTrue(closed.contains("\"settlement\":\"late\""), closed);
        BurnDown burned = new PostgresBurnDown(purse.database.app().dataSource()).of("acme", "member:bot:total");
        assertEquals(95, burned.points().getLast().spent().count());
        assertEquals(95, burned.spent().count());
    }

    /** Charged too much and said so: a window that may be over long ago is not opened again. */
    @Test
    void aBillBelowWhatWasChargedWholeLeavesThat() throws CallEnded {
        String closed = endsLate(call(BOT, 70), 30);
        assertTrue(closed.contains("\"settlement\":\"resolved_before\""), closed);
        assertTrue(closed.contains("\"cost_usd\":\"0.00000003\""), closed);
        assertEquals(new Balance(100, 0, 70, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(70, reconciled().ledger().nanos());
    }

    @ParameterizedTest
    @CsvSource({"FAILS_BUT_PERSISTED", "FAILS"})
    void aLateBillIsBookedOnceWhateverBecomesOfItsCommit(Fault fault) throws CallEnded {
        LlmCall call = call(BOT, 70);
        AuditTrail trail = purse.trail(call);
        Reservation reservation = purse.ledger().reserve(call, trail);
        purse.writeHolds();
        expireAll();
        assertEquals(1, sweeper.runOnce());
        Hold hold = new Hold(
                "acme", call.id().value(), PurseFixture.money(70), purse.above(call), HoldDesk.EXPIRY_MARGIN, null);
        for (int i = 0; i < 3; i++) {
            Settlement late = hold.settlement(PurseFixture.money(95));
            if (i == 0) {
                journal.breakEntry(0, fault);
            }
            try {
                purse.audit()
                        .append(JournalEntry.of(purse.ledger, late, List::of))
                        .await();
                assertEquals(Settlement.Result.LATE, late.result());
            } catch (EvidenceUnavailable unheard) {
                assertEquals(0, i, unheard::getMessage);
            }
        }
        assertEquals(new Balance(100, 0, 70, 25), purse.today(Kind.MEMBER, "bot"));
        Settlement other = hold.settlement(PurseFixture.money(99));
        purse.audit().append(JournalEntry.of(purse.ledger, other, List::of)).await();
        assertEquals(Settlement.Result.RESOLVED_BEFORE, other.result(), "a hold has one bill");
        reservation.close();
        trail.close();
    }

    @Test
    void sweepersOfSeveralReplicasResolveEachHoldOnce() throws Exception {
        for (int i = 0; i < 50; i++) {
            abandoned(2);
        }
        expireAll();
        List<PostgresPurse> replicas = List.of(purse.replica(), purse.replica(), purse.replica());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> sweeps = new ArrayList<>();
            for (PostgresPurse replica : replicas) {
                sweeps.add(threads.submit(sweeper(replica)::runOnce));
            }
            int found = 0;
            for (Future<Integer> sweep : sweeps) {
                found += sweep.get();
            }
            assertEquals(50, found);
        }
        replicas.forEach(PostgresPurse::close);
        assertEquals(50, postings().size());
        assertEquals(new Balance(100, 0, 100, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void theMarkMovesSoThatHistoryIsNotReadAgain() {
        LlmCall call = call(BOT, 10);
        purse.run(call, new Ending.Reports(10));
        sweeper.runOnce();
        assertEquals(
                List.of(true),
                purse.query(
                        "SELECT resolved_before BETWEEN now() - interval '3 minutes' AND now() FROM policy.sweep_mark",
                        row -> row.getBoolean(1)));
        // A hold from before the mark, as a slow transaction could leave it, is found by the next process.
        abandoned(5);
        purse.execute("UPDATE policy.hold SET expires_at = now() - interval '1 hour'");
        assertEquals(0, sweeper.runOnce());
        assertEquals(1, sweeper(purse).runOnce());
    }

    @Test
    void aSweepThatCannotBeRecordedIsTriedAgain() {
        abandoned(70);
        expireAll();
        journal.breakEntry(0, Fault.FAILS);
        assertThrows(RuntimeException.class, sweeper::runOnce);
        assertEquals(List.of(), postings());
        assertEquals(1, sweeper.runOnce());
        assertEquals(List.of("assumed 70"), postings());
    }

    /**
     * Each write of a call goes wrong in each way; then the sweeper runs. Whatever happened, no money stays held, every hold has
     * one posting, and the evidence agrees with the money.
     */
    @ParameterizedTest
    @CsvSource({
        "0, REFUSED,             '',           'call.refused'",
        "0, FAILS,               '',           'call.refused'",
        "0, FAILS_BUT_PERSISTED, 'released 0', 'call.opened call.refused'",
        "1, REFUSED,             'settled 30', 'call.opened call.closed'",
        "1, FAILS,               'assumed 70', 'call.opened call.closed'",
        "1, FAILS_BUT_PERSISTED, 'settled 30', 'call.opened call.closed'",
    })
    void whateverWriteFailsMoneyAndEvidenceAgree(int write, Fault fault, String posting, String records) {
        LlmCall call = call(BOT, 70);
        journal.breakEntry(write, fault);
        assertThrows(EvidenceUnavailable.class, () -> purse.run(call, new Ending.Reports(30)));
        // Entries are stored in order: when this one is, the last of the broken call is.
        purse.run(call(PurseFixture.OTHER, 0), new Ending.Reports(0));
        expireAll();
        sweeper.runOnce();
        assertEquals(posting, String.join(" ", postings()));
        assertEquals(records, String.join(" ", purse.records(call.id().value())));
        assertEquals(0, purse.today(Kind.MEMBER, "bot").held());
        assertEquals(0, purse.today(Kind.TENANT, "acme").held());
        purse.run(call(BOT, 10), new Ending.Reports(10));
    }
}
