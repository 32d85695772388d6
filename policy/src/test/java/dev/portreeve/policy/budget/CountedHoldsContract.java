package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.NANO_A_TOKEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.TokenCount;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger promises a call whose input, bounded by its size, does not fit: it is counted if that can help. */
abstract class CountedHoldsContract {
    private final AtomicInteger counts = new AtomicInteger();

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

    /** An input of so many bytes, and so many tokens. */
    private Estimate counted(long bytes, long tokens, long output) {
        TokenCount counting = new TokenCount() {
            @Override
            public long input() {
                counts.incrementAndGet();
                return tokens;
            }

            @Override
            public long output(Collection<String> texts) {
                return UNKNOWN;
            }
        };
        return new Estimate(bytes, output, NANO_A_TOKEN, List.of(Terms.USUAL), Estimate.Apart.NONE, counting);
    }

    private static LlmCall call(Estimate estimate) {
        UUID random = UUID.randomUUID();
        UUID ordered =
                new UUID((random.getMostSignificantBits() & ~0xF000L) | 0x7000L, random.getLeastSignificantBits());
        return new LlmCall(
                new CallId(ordered),
                BOT,
                new Resource.Model("fast"),
                "chat",
                Content.EMPTY,
                estimate,
                Deadline.in(Duration.ofMinutes(5)));
    }

    private Balance ever(String budget) {
        return purse.balance(new WindowKey("acme", budget, Instant.EPOCH));
    }

    private CallOutcome run(Estimate estimate, long held, String budget) {
        return AttemptsContract.run(purse, call(estimate), (attempts, out) -> {
            assertEquals(held, ever(budget).held());
            return new Usage(estimate.counting().input(), 0, estimate.outputTokens(), Usage.Basis.REPORTED);
        });
    }

    @Test
    void moneyIsHeldForWhatIsCountedWhereTheSizeDoesNotFit() {
        purse.organise(Purses.ofBot(Purses.of(100)));
        assertInstanceOf(CallOutcome.Completed.class, run(counted(200, 30, 50), 80, "member:bot:total"));
        assertEquals(new Balance(100, 0, 80, 0), ever("member:bot:total"));
    }

    @Test
    void tokensAreHeldForWhatIsCountedToo() {
        purse.organise(Purses.ofBot(Purses.ofTokens(100), Purses.of(1000)));
        assertInstanceOf(CallOutcome.Completed.class, run(counted(200, 30, 50), 80, "member:bot:total:tokens"));
        assertEquals(80, ever("member:bot:total:tokens").settled());
        assertEquals(80, ever("member:bot:total").settled());
    }

    @Test
    void whatFitsByItsSizeIsNotCounted() {
        purse.organise(Purses.ofBot(Purses.of(1000), Purses.ofTokens(1000)));
        purse.run(call(counted(200, 30, 50)), new Ending.Reports(50));
        assertEquals(0, counts.get());
    }

    @Test
    void whatDoesNotFitEvenSoIsRefusedAndWhatNeverCouldIsNotCounted() {
        purse.organise(Purses.ofBot(Purses.of(100)));
        assertInstanceOf(CallOutcome.Denied.class, purse.run(call(counted(200, 51, 50)), new Ending.Reports(1)));
        assertEquals(1, counts.get());
        assertInstanceOf(CallOutcome.Denied.class, purse.run(call(counted(2000, 1, 50)), new Ending.Reports(1)));
        assertInstanceOf(CallOutcome.Denied.class, purse.run(call(counted(1, 1, 101)), new Ending.Reports(1)));
        assertEquals(1, counts.get());
        assertEquals(0, ever("member:bot:total").spent());
    }

    @Test
    void requestsAreNotMadeFewerByCounting() {
        purse.organise(Purses.ofBot(Purses.ofRequests(0)));
        assertInstanceOf(CallOutcome.Denied.class, purse.run(call(counted(200, 30, 50)), new Ending.Reports(1)));
        assertEquals(0, counts.get());
    }

    @Test
    void aLaterAttemptIsCountedWhereItsSizeDoesNotFit() {
        purse.organise(Purses.ofBot(Purses.of(100)));
        CallOutcome outcome = AttemptsContract.run(purse, call(AttemptsContract.tokens(10, 20)), (attempts, out) -> {
            attempts.failed(AttemptsContract.FAILED, true);
            assertFalse(attempts.begin(counted(200, 71, 20)), "ten are gone, and ninety are not enough");
            assertTrue(attempts.begin(counted(200, 70, 20)));
            assertEquals(100, ever("member:bot:total").held());
            return Usage.UNREPORTED;
        });
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
        // What nobody reported is charged as it was held, not as the size would have been.
        assertEquals(new Balance(100, 0, 80, 0), ever("member:bot:total"));
    }

    @Test
    void aShortenedCallIsCountedFirstSoThatItsAnswerGetsTheRest() {
        purse.organise(Purses.ofBot(Purses.of(100).shrinking(16)));
        long[] cap = new long[1];
        Estimate whole = counted(95, 30, 500)
                .with(ShrinkingContract.answers(0, 500, 1, 1).shortening());
        CallOutcome outcome = AttemptsContract.run(purse, call(whole), (attempts, out) -> {
            cap[0] = attempts.shortenedTo();
            return new Usage(30, 0, 70, Usage.Basis.REPORTED);
        });
        assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
        assertEquals(70, cap[0]);
    }
}
