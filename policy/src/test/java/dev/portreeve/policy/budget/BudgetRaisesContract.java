package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a budget allows that was raised for a while. */
abstract class BudgetRaisesContract {
    static final String NOON = "2026-05-14T12:00:00Z";
    static final Duration HOUR = Duration.ofHours(1);

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

    Denial denied(long worst) {
        return assertInstanceOf(CallOutcome.Denied.class, purse.run(call(BOT, worst), new Ending.Reports(0)))
                .denial();
    }

    CallOutcome.Completed completed(long worst, long used) {
        return assertInstanceOf(CallOutcome.Completed.class, purse.run(call(BOT, worst), new Ending.Reports(used)));
    }

    @Test
    void whatIsRaisedCanBeSpentUntilItEnds() {
        purse.organise(organisation(null, null, 100L));
        completed(90, 90);
        denied(20);
        purse.raise("member:bot:daily", "0.00000005", HOUR);
        assertEquals(new NanoUsd(40), completed(20, 20).budget().money().remaining());
        purse.age(HOUR.plusSeconds(1));
        Denial after = denied(1);
        assertEquals(Denial.Reason.BUDGET_IN_DEBT, after.reason());
        assertEquals(
                "daily budget of member bot is in debt by $0.00000001: limit $0.0000001, spent $0.00000011, held by running"
                        + " calls $0, this call needs up to $0.000000001; it resets at 2026-05-15T00:00:00Z",
                after.detail());
        assertEquals(
                new Balance(100, 0, 110, 0).settled(),
                purse.today(Kind.MEMBER, "bot").settled());
    }

    @Test
    void raisesAddUpAndEndEachForItself() {
        purse.organise(organisation(null, null, 100L));
        purse.raise("member:bot:daily", "0.00000003", HOUR);
        purse.raise("member:bot:daily", "0.00000002", HOUR.multipliedBy(3));
        denied(151);
        completed(150, 0);
        purse.age(HOUR.multipliedBy(2));
        denied(121);
        completed(120, 0);
        purse.age(HOUR.multipliedBy(2));
        denied(101);
        completed(100, 0);
    }

    @Test
    void aRaiseIsOnTopOfWhateverTheLimitIs() {
        purse.organise(organisation(null, null, 100L));
        purse.raise("member:bot:daily", "0.00000005", HOUR);
        purse.organise(organisation(null, null, 40L));
        denied(91);
        completed(90, 0);
        purse.organise(organisation(null, null, 200L));
        completed(250, 0);
    }

    @Test
    void aCallThatRunsWhenARaiseEndsSettles() throws CallEnded {
        purse.organise(organisation(null, null, 100L));
        purse.raise("member:bot:daily", "0.00000005", HOUR);
        LlmCall running = call(BOT, 150);
        try (AuditTrail trail = purse.trail(running)) {
            try (Reservation reservation = purse.ledger().reserve(running, trail)) {
                purse.age(HOUR.plusSeconds(1));
                denied(1);
                assertEquals(NanoUsd.ZERO, reservation.cost());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(0, purse.today(Kind.MEMBER, "bot").held());
        completed(100, 100);
    }

    @Test
    void tokensRequestsAndOtherCurrenciesAreRaisedInWhatTheyCount() {
        purse.organise(Purses.ofBot(
                Purses.ofTokens(10).window(BudgetConfig.Window.DAILY),
                Purses.ofRequests(1).window(BudgetConfig.Window.DAILY),
                Purses.of(1000).in("EUR").window(BudgetConfig.Window.DAILY)));
        completed(5, 5);
        denied(5);
        purse.raise("member:bot:daily:requests", "2", HOUR);
        denied(10);
        purse.raise("member:bot:daily:tokens", "2000", HOUR);
        completed(5, 5);
        denied(1500);
        purse.raise("member:bot:daily:eur", "0.000000400", HOUR);
        completed(1500, 5);
    }

    @Test
    void eachSessionHasWhatIsRaised() {
        purse.organise(Purses.ofBot(Purses.of(100).perSession()));
        purse.raise("member:bot:total:per-session", "0.00000005", HOUR);
        completed(150, 150);
        denied(1);
    }
}
