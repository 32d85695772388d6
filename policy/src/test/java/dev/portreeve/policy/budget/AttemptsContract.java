package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.NANO_A_TOKEN;
import static dev.portreeve.policy.budget.PurseFixture.OTHER;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.PurseFixture.Words;
import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.CacheHit;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every ledger promises a call that tries several times. */
abstract class AttemptsContract {
    static final Attempts.Made FAILED =
            new Attempts.Made("fast", "openai", "gpt-5-mini", "", "server", 500, Duration.ZERO);
    static final Attempts.Made ANSWERED =
            new Attempts.Made("fast", "openai", "gpt-5", "", "answered", 0, Duration.ofMillis(7));

    PurseFixture purse;

    abstract PurseFixture open();

    @BeforeEach
    void openPurse() {
        purse = open();
    }

    @AfterEach
    void closePurse() {
        purse.close();
    }

    /** What an upstream does that makes several attempts. */
    @FunctionalInterface
    interface Script {
        Usage run(Attempts attempts, OutputSink<Words> out) throws CallEnded;
    }

    /** Runs a call to its durable end. */
    static CallOutcome run(PurseFixture purse, LlmCall call, Script script) {
        try (AuditTrail trail = purse.trail(call)) {
            CallOutcome outcome = attempt(purse, call, trail, script);
            trail.conclude(new Facts().put("outcome", outcome.getClass().getSimpleName()))
                    .await();
            return outcome;
        }
    }

    private static CallOutcome attempt(PurseFixture purse, LlmCall call, AuditTrail trail, Script script) {
        try (Reservation reservation = purse.ledger().reserve(call, trail)) {
            Usage usage = reservation
                    .<Words>metered((cleared, out) -> script.run(cleared.attempts(), out))
                    .execute(Clearance.of(Content.EMPTY), words -> {});
            return new CallOutcome.Completed(usage, reservation.cost(), reservation.budget());
        } catch (CallEnded ended) {
            return ended.outcome();
        }
    }

    private NanoUsd cost(LlmCall call, Script script) {
        return ((CallOutcome.Completed) run(purse, call, script)).cost();
    }

    static Estimate tokens(long input, long output) {
        return new Estimate(input, output, NANO_A_TOKEN);
    }

    private static Usage used(long input, long output) {
        return new Usage(input, 0, output, Usage.Basis.REPORTED);
    }

    private static CallEnded failure() {
        return new CallEnded(
                new CallOutcome.Failed(new UpstreamFault(UpstreamFault.Kind.REFUSED, 500, "it failed", false)));
    }

    private long held(Kind kind, String owner) {
        return purse.today(kind, owner).held();
    }

    @Test
    void a_dearer_attempt_raises_the_hold_on_every_level_and_one_settlement_ends_it_all() {
        purse.organise(organisation(1000L, 500L, 100L));
        NanoUsd cost = cost(call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, false);
            assertTrue(attempts.begin(tokens(10, 50)));
            assertEquals(60, held(Kind.MEMBER, "bot"));
            assertEquals(60, held(Kind.TEAM, "support"));
            assertEquals(60, held(Kind.TENANT, "acme"));
            attempts.last(ANSWERED);
            return used(10, 40);
        });
        assertEquals(new NanoUsd(50), cost);
        assertEquals(new Balance(100, 0, 50, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(new Balance(500, 0, 50, 0), purse.today(Kind.TEAM, "support"));
        assertEquals(new Balance(1000, 0, 50, 0), purse.today(Kind.TENANT, "acme"));
    }

    private static CacheHit hit(long price) {
        return new CacheHit(new UUID(1, 2), Duration.ofSeconds(3), used(10, 20), new NanoUsd(30), new NanoUsd(price));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, 30, 80})
    void an_answer_from_a_cache_is_charged_its_price_whatever_was_held(long price) {
        purse.organise(organisation(1000L, 500L, 100L));
        NanoUsd cost = cost(call(BOT, 10, 20), (attempts, out) -> {
            assertTrue(attempts.fromCache(hit(price)));
            out.emit(new Words("twenty tokens and more were these once, and none is now"));
            return Usage.CACHED;
        });
        assertEquals(new NanoUsd(price), cost);
        assertEquals(new Balance(100, 0, price, 0), purse.today(Kind.MEMBER, "bot"));
        assertEquals(new Balance(1000, 0, price, 0), purse.today(Kind.TENANT, "acme"));
    }

    @Test
    void who_leaves_an_answer_from_a_cache_is_charged_its_price_too() {
        purse.organise(organisation(null, null, 100L));
        CallOutcome left = run(purse, call(BOT, 10, 20), (attempts, out) -> {
            assertTrue(attempts.fromCache(hit(7)));
            out.emit(new Words("half of"));
            throw new CallEnded(new CallOutcome.Abandoned());
        });
        assertEquals(new CallOutcome.Abandoned(), left);
        assertEquals(new Balance(100, 0, 7, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void a_price_that_cannot_be_held_changes_nothing() {
        purse.organise(organisation(null, null, 100L));
        NanoUsd cost = cost(call(BOT, 10, 20), (attempts, out) -> {
            assertFalse(attempts.fromCache(hit(101)));
            return used(10, 15);
        });
        assertEquals(new NanoUsd(25), cost);
        assertEquals(new Balance(100, 0, 25, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void what_a_failed_attempt_may_cost_stays_held_and_is_charged() {
        purse.organise(organisation(null, null, 100L));
        NanoUsd cost = cost(call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, true);
            assertTrue(attempts.begin(tokens(10, 20)));
            assertEquals(40, held(Kind.MEMBER, "bot"), "the failed one's input, and the worst case of the next");
            return used(10, 20);
        });
        assertEquals(new NanoUsd(40), cost);
        assertEquals(new Balance(100, 0, 40, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void an_attempt_that_fits_into_what_is_held_raises_nothing() {
        purse.organise(organisation(null, null, 30L));
        NanoUsd cost = cost(call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, false);
            assertTrue(attempts.begin(tokens(10, 5)));
            assertEquals(30, held(Kind.MEMBER, "bot"));
            return used(10, 5);
        });
        assertEquals(new NanoUsd(15), cost);
        assertEquals(new Balance(30, 0, 15, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void an_attempt_no_budget_covers_is_refused_and_changes_nothing() {
        purse.organise(organisation(1000L, 50L, 1000L));
        CallOutcome outcome = run(purse, call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, true);
            assertFalse(attempts.begin(tokens(10, 31)));
            assertEquals(30, held(Kind.TEAM, "support"));
            assertEquals(30, held(Kind.TENANT, "acme"));
            throw failure();
        });
        assertEquals(CallOutcome.Failed.class, outcome.getClass());
        assertEquals(new Balance(50, 0, 10, 0), purse.today(Kind.TEAM, "support"));
        assertEquals(new Balance(1000, 0, 10, 0), purse.today(Kind.TENANT, "acme"));
    }

    @Test
    void a_call_that_held_nothing_holds_when_it_comes_to_cost_something() {
        purse.organise(organisation(null, null, 100L));
        NanoUsd cost = cost(call(BOT, 0, 0), (attempts, out) -> {
            attempts.failed(FAILED, false);
            assertTrue(attempts.begin(tokens(0, 60)));
            assertEquals(60, held(Kind.MEMBER, "bot"));
            return used(0, 7);
        });
        assertEquals(new NanoUsd(7), cost);
        assertEquals(new Balance(100, 0, 7, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void each_attempt_is_charged_at_its_own_price() {
        purse.organise(organisation(null, null, 10_000L));
        Price tenfold =
                new Price(NanoUsd.ofUsd("0.01"), NanoUsd.ofUsd("0.01"), NanoUsd.ofUsd("0.01"), NanoUsd.ZERO, "tenfold");
        NanoUsd cost = cost(call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, true);
            assertTrue(attempts.begin(new Estimate(10, 20, tenfold)));
            attempts.failed(FAILED, true);
            assertTrue(attempts.begin(tokens(10, 20)));
            attempts.last(ANSWERED);
            return used(10, 1);
        });
        assertEquals(new NanoUsd(10 + 100 + 11), cost);
        assertEquals(new Balance(10_000, 0, 121, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void an_upstream_that_bills_more_than_it_all_overruns_by_the_rest() {
        purse.organise(organisation(null, null, 100L));
        NanoUsd cost = cost(call(BOT, 0, 20), (attempts, out) -> {
            attempts.failed(FAILED, false);
            assertTrue(attempts.begin(tokens(0, 30)));
            return used(0, 45);
        });
        assertEquals(new NanoUsd(45), cost);
        assertEquals(new Balance(100, 0, 30, 15), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void where_no_budget_applies_attempts_are_counted_all_the_same() {
        purse.organise(organisation(null, 10L, null));
        NanoUsd cost = cost(call(OTHER, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, true);
            assertTrue(attempts.begin(tokens(1000, 1000)));
            return used(10, 1000);
        });
        assertEquals(new NanoUsd(1020), cost);
    }

    @Test
    void a_call_whose_last_attempt_failed_is_charged_what_may_be_billed() {
        purse.organise(organisation(null, null, 100L));
        run(purse, call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, true);
            assertTrue(attempts.begin(tokens(5, 20)));
            attempts.failed(FAILED, true);
            throw failure();
        });
        assertEquals(new Balance(100, 0, 15, 0), purse.today(Kind.MEMBER, "bot"));
        run(purse, call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, false);
            throw failure();
        });
        assertEquals(new Balance(100, 0, 15, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void what_was_emitted_before_a_break_is_charged_with_the_attempt_that_emitted_it() {
        purse.organise(organisation(null, null, 100L));
        run(purse, call(BOT, 10, 20), (attempts, out) -> {
            attempts.failed(FAILED, true);
            assertTrue(attempts.begin(tokens(10, 20)));
            out.emit(new Words("hello"));
            attempts.last(FAILED);
            throw failure();
        });
        assertEquals(new Balance(100, 0, 10 + 15, 0), purse.today(Kind.MEMBER, "bot"));
    }

    /** Attempts at random: at each step enough is held, at the end exactly their sum is charged, and no limit is passed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void at_every_step_what_is_held_covers_what_can_be_billed(long seed) {
        Random random = new Random(seed);
        long limit = 3_000;
        purse.organise(organisation(limit, null, limit));
        long[] charged = new long[1];
        for (int i = 0; i < 25; i++) {
            Estimate first = tokens(random.nextInt(40), random.nextInt(60));
            LlmCall call = call(BOT, first.inputTokens(), first.outputTokens());
            run(purse, call, (attempts, out) -> script(random, first, charged, attempts, "seed " + seed));
            Balance after = purse.today(Kind.MEMBER, "bot");
            assertEquals(0, after.held(), "seed " + seed);
            assertEquals(charged[0], after.settled(), "seed " + seed + " call " + i);
            assertTrue(after.settled() <= limit);
        }
        assertEquals(charged[0], purse.today(Kind.TENANT, "acme").settled());
    }

    private Usage script(Random random, Estimate first, long[] charged, Attempts attempts, String seed)
            throws CallEnded {
        Estimate now = first;
        long before = charged[0];
        for (int attempt = 1; attempt < 5 && random.nextInt(4) > 0; attempt++) {
            boolean billable = random.nextBoolean();
            attempts.failed(FAILED, billable);
            charged[0] += billable ? now.inputTokens() : 0;
            Estimate next = tokens(random.nextInt(40), random.nextInt(120));
            if (!attempts.begin(next)) {
                throw failure();
            }
            now = next;
            long worst = charged[0] - before + next.inputTokens() + next.outputTokens();
            Balance balance = purse.today(Kind.MEMBER, "bot");
            assertTrue(balance.held() >= worst, seed + ": held " + balance.held() + " of " + worst);
            assertTrue(balance.held() + balance.settled() <= balance.limit(), seed);
        }
        long output = now.outputTokens() == 0 ? 0 : random.nextLong(now.outputTokens());
        charged[0] += now.inputTokens() + output;
        return used(now.inputTokens(), output);
    }

    @Test
    void calls_at_once_that_all_raise_never_pass_the_limit() throws Exception {
        purse.organise(organisation(500L, null, 500L));
        List<Future<CallOutcome>> ends = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                ends.add(threads.submit(() -> run(purse, call(BOT, 0, 10), (attempts, out) -> {
                    attempts.failed(FAILED, false);
                    if (!attempts.begin(tokens(0, 30))) {
                        throw failure();
                    }
                    Balance balance = purse.today(Kind.MEMBER, "bot");
                    assertTrue(balance.held() + balance.settled() <= 500);
                    return used(0, 30);
                })));
            }
        }
        long answered = 0;
        for (Future<CallOutcome> end : ends) {
            answered += end.get() instanceof CallOutcome.Completed ? 1 : 0;
        }
        assertTrue(answered > 0);
        assertEquals(new Balance(500, 0, answered * 30, 0), purse.today(Kind.MEMBER, "bot"));
        assertTrue(answered * 30 <= 500);
    }
}
