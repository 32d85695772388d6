package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Usage;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresShrinkingTest extends ShrinkingContract {
    @Override
    PurseFixture open() {
        return PostgresPurse.open(BudgetLedgerContract.NOON);
    }

    /** Nobody gives anything back here, so that what the other one set aside stays out of reach. */
    @Test
    void whatAnotherReplicaHasSetAsideIsNotSpentTwice() {
        purse.organise(Purses.ofBot(Purses.of(100_000).shrinking(16)));
        try (PostgresPurse other = ((PostgresPurse) purse).replica()) {
            for (int i = 0; i < 5; i++) {
                CallOutcome made = other.run(call(answers(0, 1000, 1, 1)), new Ending.Reports(1000));
                assertInstanceOf(CallOutcome.Completed.class, made, made::toString);
            }
            AttemptsContract.run(other, call(answers(0, 1000, 1, 1)), (theirs, words) -> {
                AtomicLong cap = new AtomicLong();
                CallOutcome here = AttemptsContract.run(purse, call(answers(0, 500_000, 1, 1)), (attempts, out) -> {
                    cap.set(attempts.shortenedTo());
                    return new Usage(0, 0, cap.get(), Usage.Basis.REPORTED);
                });
                assertInstanceOf(CallOutcome.Completed.class, here, here::toString);
                assertTrue(cap.get() > 80_000 && cap.get() <= 94_000, "cut to " + cap);
                return new Usage(0, 0, 1000, Usage.Basis.REPORTED);
            });
            Balance all = other.balance(new WindowKey("acme", "member:bot:total", Instant.EPOCH));
            assertEquals(0, all.held());
            assertTrue(all.settled() <= 100_000 && all.overrun() == 0, all::toString);
        }
    }

    @AfterEach
    @Override
    void closePurse() {
        PostgresBudgetLedgerTest.assertReplayEqualsBalances((PostgresPurse) purse);
        super.closePurse();
    }
}
