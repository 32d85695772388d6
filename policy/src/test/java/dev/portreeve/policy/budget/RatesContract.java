package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Budgets in a currency whose rate changes while calls run: the same promises of every book. */
abstract class RatesContract {
    /** A tenth of a second before midnight in Berlin. */
    static final String EVENING = "2026-11-30T22:59:59.900Z";

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

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

    static OrganisationConfig organisation(List<OrganisationConfig.Rate> rates, Purses... bot) {
        return new OrganisationConfig(Purses.ofBot(bot).tenants(), rates);
    }

    static OrganisationConfig.Rate rate(String perUsd, String day) {
        return new OrganisationConfig.Rate("EUR", new BigDecimal(perUsd), LocalDate.parse(day));
    }

    static final List<OrganisationConfig.Rate> HALF_THEN_DOUBLE =
            List.of(rate("0.5", "2026-11-01"), rate("2", "2026-12-01"), rate("3", "2026-12-02"));

    static Purses euros(long nanos) {
        return Purses.of(nanos).in("EUR").in(BERLIN);
    }

    private Balance ever(String budget) {
        return purse.balance(new WindowKey("acme", budget, Instant.EPOCH));
    }

    @Test
    void aCallKeepsTheRateOfTheMomentItBegan() throws CallEnded {
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(10_000)));
        LlmCall late = call(BOT, 101);
        try (AuditTrail trail = purse.trail(late)) {
            try (Reservation reservation = purse.ledger().reserve(late, trail)) {
                assertEquals(51, ever("member:bot:total:eur").held(), "50.5, rounded up");
                purse.clock().advance(Duration.ofSeconds(1));
                LlmCall next = call(BOT, 101);
                CallOutcome outcome = purse.run(next, new Ending.Reports(101));
                assertInstanceOf(CallOutcome.Completed.class, outcome, outcome::toString);
                assertEquals(new Balance(10_000, 51, 202, 0), ever("member:bot:total:eur"), "it began at midnight");
                Usage used = reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, 33, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
                assertEquals(33, used.outputTokens());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(10_000, 0, 202 + 17, 0), ever("member:bot:total:eur"), "16.5, rounded up");
    }

    /** A day of a budget has one rate, because both begin at its midnight. */
    @Test
    void aDaysWindowAndItsRateBeginTogether() {
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(200).window(BudgetConfig.Window.DAILY)));
        run(call(BOT, 400), 400, true);
        run(call(BOT, 1), 1, false);
        purse.clock().advance(Duration.ofMillis(100));
        run(call(BOT, 101), 101, false);
        run(call(BOT, 100), 100, true);
        purse.clock().advance(Duration.ofDays(1));
        run(call(BOT, 67), 67, false);
        run(call(BOT, 66), 66, true);
    }

    void run(LlmCall call, long used, boolean completes) {
        CallOutcome outcome = purse.run(call, new Ending.Reports(used));
        assertTrue(
                completes ? outcome instanceof CallOutcome.Completed : outcome instanceof CallOutcome.Denied,
                outcome::toString);
    }

    /** What is billed above the hold is above it at the hold's own rate. */
    @Test
    void anOverrunIsAtTheRateOfTheHold() throws CallEnded {
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(10_000)));
        LlmCall call = call(BOT, 100);
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                purse.clock().advance(Duration.ofDays(2));
                Usage used = reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, 151, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
                assertEquals(151, used.outputTokens());
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(10_000, 0, 50, 26), ever("member:bot:total:eur"));
    }

    /** Another table, as after a start: what runs keeps its rate, what comes has the new one. */
    @Test
    void anotherTableHoldsForWhatComes() {
        purse.organise(organisation(HALF_THEN_DOUBLE, euros(10_000)));
        run(call(BOT, 100), 100, true);
        purse.organise(organisation(List.of(rate("0.75", "2026-11-30")), euros(10_000)));
        run(call(BOT, 100), 100, true);
        assertEquals(50 + 75, ever("member:bot:total:eur").settled());
    }
}
