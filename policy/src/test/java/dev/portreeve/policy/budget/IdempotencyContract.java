package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.Attempts.Made;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.IdempotentRun.End;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.idempotency.FoundRun.State;
import dev.portreeve.policy.idempotency.IdempotencyKeys;
import dev.portreeve.policy.key.Pepper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every ledger promises of calls that are to be made once: whatever dies when, one call is paid. */
abstract class IdempotencyContract {
    static final String NOON = "2026-05-14T12:00:00Z";
    private static final IdempotencyKeys KEYS = new IdempotencyKeys(Pepper.of(new byte[Pepper.BYTES]));

    PurseFixture purse;
    final IdempotentRun.Key key = KEYS.key(BOT, "chat", "retry-1");

    abstract PurseFixture open();

    @BeforeEach
    void openPurse() {
        purse = open();
        purse.organise(organisation(1000L, 500L, 100L));
    }

    @AfterEach
    void closePurse() {
        purse.close();
    }

    LlmCall keyed(long worst, @Nullable UUID earlier, End end, String body) {
        byte[] hash = KEYS.body(body.getBytes(StandardCharsets.UTF_8));
        return call(BOT, worst).under(new IdempotentRun(key, hash, earlier, Duration.ofDays(1), () -> end));
    }

    LlmCall keyed(long worst, @Nullable UUID earlier) {
        return keyed(worst, earlier, End.ANSWERED, "body");
    }

    LlmCall keyed(long worst) {
        return keyed(worst, null);
    }

    /** What a crash leaves in the middle of a call: its claim and its hold are durable, its end is not. */
    LlmCall crashed(long worst, @Nullable UUID earlier) {
        LlmCall call = keyed(worst, earlier);
        begin(call);
        purse.presumeDead();
        return call;
    }

    private void begin(LlmCall call) {
        try {
            AuditTrail forgotten = purse.trail(call);
            purse.ledger().reserve(call, forgotten);
            forgotten.opened().await();
        } catch (CallEnded ended) {
            throw new AssertionError(ended.outcome().toString());
        }
    }

    /** What the sweeper does with the hold of a call that never ended. */
    private void sweep(LlmCall dead, long worst) {
        List<WindowKey> windows = List.of(
                purse.today("tenant:acme:daily"), purse.today("team:support:daily"), purse.today("member:bot:daily"));
        Settlement whole = Settlement.assumed("acme", dead.id().value(), windows, Amounts.same(worst));
        purse.audit()
                .append(JournalEntry.of(purse.book(), whole, () -> ReservationSweeper.events(whole)))
                .await();
    }

    Balance bot() {
        return purse.today(Kind.MEMBER, "bot");
    }

    private State state() {
        return purse.runs().find(key).orElseThrow().state();
    }

    private void assertInUse(LlmCall call) {
        CallOutcome.Denied denied = assertInstanceOf(CallOutcome.Denied.class, purse.run(call, new Ending.Reports(1)));
        assertEquals(Denial.Reason.KEY_IN_USE, denied.denial().reason());
        assertEquals(List.of("call.refused"), purse.records(call.id().value()));
    }

    @Test
    void aKeyIsClaimedWithTheHoldAndAnsweredWithTheSettlement() {
        LlmCall call = keyed(70);
        begin(call);
        assertEquals(State.RUNNING, state());
        assertEquals(70, bot().held(), "not in memory alone: whoever takes its place must find it");
        assertInUse(keyed(70));
        purse.presumeDead();
        assertEquals(State.DEAD, state());
    }

    private static final WindowKey ROLLING = new WindowKey("acme", "member:bot:rolling-1h", WindowSpan.ROLLING_START);

    private LlmCall sweptOnARollingBudget() {
        purse.organise(Purses.ofBot(Purses.of(100).rolling("PT1H")));
        LlmCall dead = crashed(70, null);
        Settlement whole = Settlement.assumed("acme", dead.id().value(), List.of(ROLLING), Amounts.same(70));
        purse.audit()
                .append(JournalEntry.of(purse.book(), whole, () -> ReservationSweeper.events(whole)))
                .await();
        assertEquals(70, purse.balance(ROLLING).settled());
        return dead;
    }

    @Test
    void onARollingBudgetTooOnlyWhoTakesThePlaceIsCharged() {
        LlmCall dead = sweptOnARollingBudget();
        assertInstanceOf(
                CallOutcome.Denied.class,
                purse.run(keyed(101, dead.id().value()), new Ending.Reports(1)),
                "more than there is, and nothing has changed");
        assertEquals(new Balance(100, 0, 70, 0), purse.balance(ROLLING));
        assertInstanceOf(
                CallOutcome.Completed.class, purse.run(keyed(90, dead.id().value()), new Ending.Reports(30)));
        assertEquals(new Balance(100, 0, 30, 0), purse.balance(ROLLING));
        assertPieces(30);
    }

    /** What stands beside the balance of rolling budgets, to be taken off it later. */
    void assertPieces(long settled) {}

    @Test
    void whatCountsNoLongerOnARollingBudgetIsNotTakenBackAgain() {
        LlmCall dead = sweptOnARollingBudget();
        purse.age(Duration.ofMinutes(62));
        assertInstanceOf(
                CallOutcome.Completed.class, purse.run(keyed(100, dead.id().value()), new Ending.Reports(30)));
        assertEquals(new Balance(100, 0, 30, 0), purse.balance(ROLLING));
    }

    @Test
    void whatWasAnsweredIsChargedOnceHoweverOftenItIsAskedFor() {
        LlmCall call = keyed(70);
        purse.run(call, new Ending.Reports(30));
        assertTrue(call.run().mayEnd());
        assertEquals(State.ANSWERED, state());
        assertEquals(call.id().value(), purse.runs().find(key).orElseThrow().call());
        assertInUse(keyed(70));
        assertInUse(keyed(70, call.id().value()));
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }

    @Test
    void anAnswerThatIsTooLargeIsChargedAndNotMadeAgain() {
        LlmCall call = keyed(70, null, End.UNKEPT, "body");
        purse.run(call, new Ending.Reports(30));
        assertTrue(call.run().mayEnd());
        assertEquals(State.UNKEPT, state());
        assertInUse(keyed(70));
    }

    @Test
    void whatFailedOrNeverRanLeavesTheKeyFree() {
        for (Ending ending : List.of(new Ending.Fails(), new Ending.NeverRuns())) {
            LlmCall call = keyed(70);
            purse.run(call, ending);
            assertFalse(call.run().mayEnd());
            assertTrue(purse.runs().find(key).isEmpty());
        }
        purse.run(keyed(70), new Ending.Reports(30));
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }

    @Test
    void whoGetsNoMoneyLeavesTheKeyFree() {
        LlmCall call = keyed(101);
        assertInstanceOf(CallOutcome.Denied.class, purse.run(call, new Ending.Reports(1)));
        assertTrue(purse.runs().find(key).isEmpty());
        purse.run(keyed(70), new Ending.Reports(30));
        assertEquals(State.ANSWERED, state());
    }

    @Test
    void aCallWithoutBudgetsIsMadeOnceToo() {
        purse.organise(organisation(null, null, null));
        LlmCall dead = crashed(70, null);
        LlmCall call = keyed(70, dead.id().value());
        purse.run(call, new Ending.Reports(30));
        assertTrue(call.run().mayEnd());
        assertInUse(keyed(70));
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(dead.id().value()));
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(call.id().value()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoTakesADeadCallsPlaceTakesItsMoney(boolean swept) throws CallEnded {
        LlmCall dead = crashed(70, null);
        if (swept) {
            sweep(dead, 70);
            assertEquals(new Balance(100, 0, 70, 0), bot());
        }
        LlmCall call = keyed(70, dead.id().value());
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                assertEquals(new Balance(100, 70, 0, 0), bot(), "both together hold what one may cost");
                Usage ignored = reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, 30, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
            call.run().complete();
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(100, 0, 30, 0), bot());
        assertEquals(new Balance(1000, 0, 30, 0), purse.today(Kind.TENANT, "acme"));
        assertEquals(State.ANSWERED, state());
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(dead.id().value()));
        if (!swept) {
            sweep(dead, 70);
        }
        assertEquals(new Balance(100, 0, 30, 0), bot(), "a sweeper that comes later finds nothing");
    }

    @Test
    void howeverOftenItDiesOneCallIsPaid() {
        LlmCall dead = crashed(70, null);
        for (int i = 0; i < 5; i++) {
            if (i % 2 == 1) {
                sweep(dead, 70);
            }
            dead = crashed(70, dead.id().value());
            assertEquals(new Balance(100, 70, 0, 0), bot());
        }
        purse.run(keyed(70, dead.id().value()), new Ending.Reports(30));
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }

    /** Dies in its third attempt, for which it held more twice. */
    private LlmCall crashedLate(@Nullable UUID earlier) throws CallEnded {
        LlmCall call = keyed(20, earlier);
        AuditTrail forgotten = purse.trail(call);
        Reservation reservation = purse.ledger().reserve(call, forgotten);
        Upstream<PurseFixture.Words> dying = reservation.metered((cleared, out) -> {
            for (long worst : List.of(30L, 40L)) {
                cleared.attempts().failed(new Made("fast", "one", "m", "", "server", 500, Duration.ZERO), true);
                assertTrue(cleared.attempts().begin(call(BOT, worst).estimate()));
            }
            return Usage.UNREPORTED;
        });
        Usage ignored = dying.execute(Clearance.of(Content.EMPTY), words -> {});
        forgotten.opened().await();
        purse.presumeDead();
        return call;
    }

    @Test
    void whoTakesThePlaceOfACallThatTriedSeveralTimesTakesAllThatItHeld() throws CallEnded {
        LlmCall dead = crashedLate(null);
        assertEquals(40, bot().held(), "in three holds, of which two are raises");
        dead = crashedLate(dead.id().value());
        assertEquals(40, bot().held());
        LlmCall call = keyed(95, dead.id().value());
        assertInstanceOf(CallOutcome.Completed.class, purse.run(call, new Ending.Reports(7)));
        assertEquals(new Balance(100, 0, 7, 0), bot());
        assertEquals(new Balance(1000, 0, 7, 0), purse.today(Kind.TENANT, "acme"));
        assertEquals(
                List.of("call.opened", "call.closed"), purse.records(dead.id().value()));
    }

    @Test
    void aCallWhoseAnswerCouldNotBeStoredIsReplacedLikeOneThatDied() {
        LlmCall left = keyed(70, null, End.LEFT, "body");
        purse.run(left, new Ending.Reports(40));
        assertFalse(left.run().mayEnd());
        assertEquals(new Balance(100, 0, 40, 0), bot());
        purse.presumeDead();
        purse.run(keyed(70, left.id().value()), new Ending.Reports(30));
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }

    @Test
    void anOverrunOfADeadCallIsTakenBackWithTheRest() {
        LlmCall left = keyed(50, null, End.LEFT, "body");
        purse.run(left, new Ending.Reports(60));
        assertEquals(new Balance(100, 0, 50, 10), bot());
        purse.presumeDead();
        purse.run(keyed(50, left.id().value()), new Ending.Reports(50));
        assertEquals(new Balance(100, 0, 50, 0), bot());
    }

    @Test
    void whoLivesIsNotReplaced() {
        LlmCall living = keyed(40);
        begin(living);
        assertInUse(keyed(40, living.id().value()));
        assertEquals(40, bot().held());
    }

    @Test
    void anotherBodyTakesNobodysPlace() {
        LlmCall dead = crashed(40, null);
        assertInUse(keyed(40, dead.id().value(), End.ANSWERED, "another body"));
        assertEquals(40, bot().held());
    }

    @Test
    void aCallThatWasTakenForDeadAndComesBackEndsWithoutAnAnswerAndWithoutACharge() throws CallEnded {
        LlmCall slow = keyed(70);
        try (AuditTrail trail = purse.trail(slow)) {
            try (Reservation reservation = purse.ledger().reserve(slow, trail)) {
                purse.presumeDead();
                purse.run(keyed(70, slow.id().value()), new Ending.Reports(30));
                Usage ignored = reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, 60, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
            slow.run().complete();
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertFalse(slow.run().mayEnd(), "its end must not leave: another answer stands for the key");
        assertEquals(new Balance(100, 0, 30, 0), bot());
        assertEquals(State.ANSWERED, state());
    }

    @Test
    void aTakeoverThatGetsNoMoneyLeavesTheDeadCallAsItWas() {
        LlmCall dead = crashed(40, null);
        LlmCall dearer = keyed(101, dead.id().value());
        assertInstanceOf(CallOutcome.Denied.class, purse.run(dearer, new Ending.Reports(1)));
        assertEquals(new Balance(100, 40, 0, 0), bot());
        assertEquals(dead.id().value(), purse.runs().find(key).orElseThrow().call());
        purse.run(keyed(40, dead.id().value()), new Ending.Reports(30));
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }

    @Test
    void theFullBudgetOfADeadCallIsEnoughForTheOneThatTakesItsPlace() {
        LlmCall dead = crashed(100, null);
        sweep(dead, 100);
        LlmCall call = keyed(100, dead.id().value());
        assertInstanceOf(CallOutcome.Completed.class, purse.run(call, new Ending.Reports(100)));
        assertEquals(new Balance(100, 0, 100, 0), bot());
    }

    @Test
    void inANewWindowTheOldOnesMoneyComesBack() {
        LlmCall dead = crashed(70, null);
        WindowKey yesterday = purse.today("member:bot:daily");
        sweep(dead, 70);
        purse.clock().advance(Duration.ofDays(1));
        purse.run(keyed(70, dead.id().value()), new Ending.Reports(30));
        assertEquals(new Balance(100, 0, 0, 0), purse.balance(yesterday));
        assertEquals(new Balance(100, 0, 30, 0), bot());
    }
}
