package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a window may spend of what those before it left. */
abstract class RolloverContract {
    static final String NOON = "2026-05-14T12:00:00Z";
    static final Duration DAY = Duration.ofDays(1);

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

    void organise(long limit, long most) {
        purse.organise(
                Purses.ofBot(Purses.of(limit).window(BudgetConfig.Window.DAILY).rollingOver(most)));
    }

    void denied(long worst) {
        assertInstanceOf(CallOutcome.Denied.class, purse.run(call(BOT, worst), new Ending.Reports(0)));
    }

    void completed(long worst, long used) {
        assertInstanceOf(CallOutcome.Completed.class, purse.run(call(BOT, worst), new Ending.Reports(used)));
    }

    /** What fits to the last unit, without spending it. */
    void left(long exactly) {
        purse.rest();
        denied(exactly + 1);
        completed(exactly, 0);
    }

    @Test
    void whatWasLeftIsAddedToTheNextWindowOnly() {
        organise(100, 100);
        completed(70, 70);
        purse.age(DAY);
        left(130);
        completed(130, 130);
        denied(1);
        purse.age(DAY);
        left(100);
    }

    @Test
    void atMostAsMuchAsIsConfiguredRollsOverHoweverLong() {
        organise(100, 40);
        completed(10, 10);
        purse.age(DAY);
        left(140);
        purse.age(DAY);
        left(140);
        purse.age(DAY.multipliedBy(30));
        left(140);
    }

    @Test
    void windowsInWhichNobodyCalledLeaveTheirWholeLimit() {
        organise(100, 1000);
        completed(70, 70);
        purse.age(DAY.multipliedBy(4));
        left(100 + 30 + 3 * 100);
    }

    @Test
    void theFirstWindowHasNothingFromBefore() {
        organise(100, 1000);
        left(100);
    }

    @Test
    void whatRunningCallsHoldComesWhenItComesBack() throws CallEnded {
        organise(100, 100);
        LlmCall running = call(BOT, 60);
        try (AuditTrail trail = purse.trail(running)) {
            try (Reservation reservation = purse.ledger().reserve(running, trail)) {
                purse.age(DAY);
                left(140);
                reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, 10, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        left(190);
        completed(190, 190);
        denied(1);
    }

    @Test
    void aDebtDoesNotRollOver() {
        organise(100, 100);
        completed(60, 150);
        purse.age(DAY);
        left(100);
    }

    @Test
    void whatARaiseGaveDoesNotRollOver() {
        organise(100, 500);
        purse.raise("member:bot:daily", "0.00000005", Duration.ofHours(6));
        completed(20, 20);
        purse.age(DAY);
        left(180);
    }

    @Test
    void daysOfAnyLengthRollOver() {
        // The clocks go back on 2026-10-25 at 1:00 UTC in Berlin: that day has 25 hours.
        purse.organise(Purses.ofBot(Purses.of(100)
                .window(BudgetConfig.Window.DAILY)
                .in(ZoneId.of("Europe/Berlin"))
                .rollingOver(10_000)));
        completed(40, 40);
        purse.age(Duration.between(purse.clock().instant(), Instant.parse("2026-10-24T21:59:59Z")));
        long days = ChronoUnit.DAYS.between(LocalDate.parse("2026-05-14"), LocalDate.parse("2026-10-24"));
        left(Math.min(10_000, 60 + (days - 1) * 100) + 100);
        purse.age(Duration.ofSeconds(2));
        left(Math.min(10_000, 60 + (days - 1) * 100 + 100) + 100);
        purse.age(Duration.ofHours(24));
        // Still the 25th, for another hour less two seconds.
        left(10_000 + 100);
    }

    @Test
    void tokensAndRequestsRollOver() {
        purse.organise(Purses.ofBot(
                Purses.ofRequests(2).window(BudgetConfig.Window.DAILY).rollingOver(1),
                Purses.ofTokens(1000).window(BudgetConfig.Window.DAILY).rollingOver(300)));
        completed(100, 100);
        purse.age(DAY);
        denied(1301);
        completed(1300, 0);
        completed(10, 10);
        completed(10, 10);
        denied(1);
    }
}
