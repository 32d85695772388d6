package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.NANO_A_TOKEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.AttemptsContract.Script;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Shortening;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger promises a call of whose budgets too little is left, and that would rather be answered shortly than not. */
abstract class ShrinkingContract {
    private static final AtomicLong CALLS = new AtomicLong();

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

    /** A request for so many answers of so many tokens each, which its provider would take with {@code least} at least. */
    private record Answers(long input, long cap, long number, long least) implements Shortening {
        Estimate estimate() {
            return new Estimate(input, cap * number, NANO_A_TOKEN).with(this);
        }

        @Override
        public String why() {
            return least == 1 ? "" : "it thinks for " + (least - 1) + " tokens";
        }

        @Override
        public @Nullable Estimate to(long shorter) {
            return new Answers(input, shorter, number, least).estimate();
        }
    }

    static Estimate answers(long input, long cap, long number, long least) {
        return new Answers(input, cap, number, least).estimate();
    }

    static LlmCall call(Estimate estimate) {
        return new LlmCall(
                new CallId(nextId()),
                BOT,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                estimate,
                Deadline.in(Duration.ofMinutes(5)));
    }

    /** Ids of calls are time-ordered, and one more hold of a call is told by its version. */
    private static UUID nextId() {
        return new UUID(0x019a_0000_0000_7000L, 0x8000_0000_0000_0000L | CALLS.incrementAndGet());
    }

    private Balance ever(String budget) {
        return purse.balance(new WindowKey("acme", budget, Instant.EPOCH));
    }

    private void spend(long nanos) {
        CallOutcome spent = purse.run(call(new Estimate(0, nanos, NANO_A_TOKEN)), new Ending.Reports(nanos));
        assertInstanceOf(CallOutcome.Completed.class, spent, spent::toString);
    }

    /** Runs a call that must be admitted; what its upstream is told to bound each answer to. */
    private long cappedAt(Estimate estimate) {
        AtomicLong cap = new AtomicLong(-1);
        CallOutcome outcome = AttemptsContract.run(purse, call(estimate), (attempts, out) -> {
            cap.set(attempts.shortenedTo());
            long each = cap.get() == 0 ? estimate.shortening().cap() : cap.get();
            long number = estimate.outputTokens() / estimate.shortening().cap();
            return new Usage(estimate.inputTokens(), 0, each * number, Usage.Basis.REPORTED);
        });
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
        return cap.get();
    }

    private String denied(Estimate estimate) {
        return assertInstanceOf(CallOutcome.Denied.class, purse.run(call(estimate), new Ending.Reports(0)))
                .denial()
                .detail();
    }

    @Test
    void an_answer_is_cut_to_what_is_left_to_the_last_token() {
        purse.organise(Purses.ofBot(Purses.of(1000).shrinking(16)));
        assertEquals(0, cappedAt(answers(10, 90, 1, 1)), "what fits is left alone");
        assertEquals(890, cappedAt(answers(10, 5000, 1, 1)));
        assertEquals(new Balance(1000, 0, 1000, 0), ever("member:bot:total"));
    }

    @Test
    void several_answers_share_what_is_left() {
        purse.organise(Purses.ofBot(Purses.of(1000).shrinking(16)));
        assertEquals(330, cappedAt(answers(10, 500, 3, 1)));
        assertEquals(new Balance(1000, 0, 1000, 0), ever("member:bot:total"));
    }

    @Test
    void below_what_is_worth_a_call_it_is_refused() {
        purse.organise(Purses.ofBot(Purses.of(1000).shrinking(100)));
        spend(895);
        assertEquals(100, cappedAt(answers(5, 500, 1, 1)));
        purse.organise(Purses.ofBot(Purses.of(1104).shrinking(100)));
        String said = denied(answers(5, 500, 1, 1));
        assertTrue(said.contains("this call needs up to $0.000000505"), said);
        denied(answers(5, 100, 1, 1));
        assertEquals(1000, ever("member:bot:total").settled(), "what was refused took nothing");
    }

    @Test
    void the_tightest_budget_decides_and_each_that_is_short_must_shrink() {
        purse.organise(Purses.ofBot(
                Purses.of(1000).shrinking(16).named("wide"),
                Purses.of(700).shrinking(16).named("narrow"),
                Purses.of(5000).named("enough")));
        assertEquals(700, cappedAt(answers(0, 5000, 1, 1)));
        assertEquals(700, ever("member:bot:wide").settled());
        purse.organise(Purses.ofBot(
                Purses.of(1000).shrinking(16).named("wide"), Purses.of(5000).named("enough")));
        String said = denied(answers(0, 5000, 1, 1));
        assertTrue(said.contains("limit $0.000005, spent $0.0000007"), said);
        assertEquals(300, cappedAt(answers(0, 4300, 1, 1)));
    }

    @Test
    void tokens_and_other_currencies_shrink_too() {
        purse.organise(Purses.ofBot(
                Purses.ofTokens(500).shrinking(16).named("t"),
                Purses.of(860).in("EUR").shrinking(16).named("e")));
        assertEquals(480, cappedAt(answers(20, 5000, 1, 1)));
        purse.organise(Purses.ofBot(
                Purses.ofTokens(5000).shrinking(16).named("t"),
                Purses.of(860).in("EUR").shrinking(16).named("e")));
        // 500 dollars' worth is spent: 430 of the other currency; 430 are left, which is 500 again.
        assertEquals(500, cappedAt(answers(0, 5000, 1, 1)));
        assertEquals(new Balance(860, 0, 860, 0), ever("member:bot:e:eur"));
    }

    @Test
    void what_the_request_itself_needs_is_not_cut() {
        purse.organise(Purses.ofBot(Purses.of(1000).shrinking(16)));
        String said = denied(answers(0, 5000, 1, 2001));
        assertTrue(said.contains("; it thinks for 2000 tokens; "), said);
        assertEquals(1000, cappedAt(answers(0, 5000, 1, 1000)));
    }

    @Test
    void what_cannot_be_made_shorter_is_refused() {
        purse.organise(Purses.ofBot(Purses.of(1000).shrinking(16)));
        denied(new Estimate(0, 1001, NANO_A_TOKEN));
        assertEquals(0, ever("member:bot:total").spent());
    }

    private void attempts(Estimate first, Script script) {
        CallOutcome outcome = AttemptsContract.run(purse, call(first), script);
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
    }

    @Test
    void a_dearer_attempt_gets_what_is_left_beside_what_is_held() {
        purse.organise(Purses.ofBot(Purses.of(1000).shrinking(16)));
        attempts(answers(10, 490, 1, 1), (attempts, out) -> {
            assertEquals(0, attempts.shortenedTo());
            attempts.failed(AttemptsContract.FAILED, false);
            assertTrue(attempts.begin(answers(100, 4000, 1, 1)));
            assertEquals(900, attempts.shortenedTo());
            assertEquals(1000, ever("member:bot:total").held());
            attempts.failed(AttemptsContract.FAILED, false);
            assertTrue(attempts.begin(answers(10, 490, 1, 1)));
            assertEquals(0, attempts.shortenedTo(), "this one fits");
            return new Usage(10, 0, 90, Usage.Basis.REPORTED);
        });
        assertEquals(new Balance(1000, 0, 100, 0), ever("member:bot:total"));
    }

    @Test
    void what_failed_attempts_are_charged_is_not_spent_again() {
        purse.organise(Purses.ofBot(Purses.of(1000).shrinking(100)));
        attempts(answers(400, 100, 1, 1), (attempts, out) -> {
            attempts.failed(AttemptsContract.FAILED, true);
            assertTrue(attempts.begin(answers(400, 4000, 1, 1)));
            assertEquals(200, attempts.shortenedTo());
            attempts.failed(AttemptsContract.FAILED, true);
            assertFalse(attempts.begin(answers(101, 4000, 1, 1)), "one token too few is left");
            assertTrue(attempts.begin(answers(100, 4000, 1, 1)));
            assertEquals(100, attempts.shortenedTo());
            return new Usage(100, 0, 100, Usage.Basis.REPORTED);
        });
        assertEquals(new Balance(1000, 0, 1000, 0), ever("member:bot:total"));
    }

    @Test
    void calls_that_shrink_at_once_never_hold_more_than_there_is() throws Exception {
        purse.organise(Purses.ofBot(Purses.of(20_000).shrinking(50)));
        List<Future<Long>> running = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                long cap = 300 + 40L * i;
                running.add(callers.submit(() -> {
                    AtomicLong said = new AtomicLong();
                    AttemptsContract.run(purse, call(answers(7, cap, 1, 1)), (attempts, out) -> {
                        long each = attempts.shortenedTo() == 0 ? cap : attempts.shortenedTo();
                        Balance now = ever("member:bot:total");
                        assertTrue(now.held() + now.spent() <= 20_000, now::toString);
                        assertTrue(each >= 50 && each <= cap, "bounded to " + each + " of " + cap);
                        said.set(7 + each);
                        return new Usage(7, 0, each, Usage.Basis.REPORTED);
                    });
                    return said.get();
                }));
            }
        }
        long all = 0;
        for (Future<Long> each : running) {
            all += each.get();
        }
        Balance after = ever("member:bot:total");
        assertEquals(new Balance(20_000, 0, all, 0), after);
        assertTrue(after.settled() > 20_000 - 57, "all that was worth a call is spent: " + after);
    }
}
