package dev.portreeve.policy.budget;

import static dev.portreeve.policy.budget.PurseFixture.BOT;
import static dev.portreeve.policy.budget.PurseFixture.OTHER;
import static dev.portreeve.policy.budget.PurseFixture.call;
import static dev.portreeve.policy.budget.PurseFixture.organisation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.budget.BudgetOwner.Kind;
import dev.portreeve.policy.budget.PurseFixture.Ending;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Usage;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What budgets refuse that are not open, or in debt. */
abstract class BudgetStatesContract {
    static final String NOON = "2026-05-14T12:00:00Z";

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

    CallOutcome.Denied denied(LlmCall call) {
        return assertInstanceOf(CallOutcome.Denied.class, purse.run(call, new Ending.Reports(0)));
    }

    CallOutcome.Completed completed(long worst, long used) {
        return assertInstanceOf(CallOutcome.Completed.class, purse.run(call(BOT, worst), new Ending.Reports(used)));
    }

    @Test
    void aFrozenBudgetRefusesUntilItIsOpened() {
        purse.organise(organisation(1000L, 500L, 100L));
        completed(10, 10);
        purse.become("team:support:daily", BudgetStatus.State.FROZEN, "the invoice is disputed");
        LlmCall call = call(BOT, 10);
        CallOutcome.Denied denied = denied(call);
        assertEquals(Denial.Reason.BUDGET_FROZEN, denied.denial().reason());
        assertEquals(
                "daily budget of team support is frozen: the invoice is disputed",
                denied.denial().detail());
        assertNull(denied.budget());
        assertEquals(List.of("call.refused"), purse.records(call.id().value()));
        assertEquals(new Balance(100, 0, 10, 0), purse.today(Kind.MEMBER, "bot"));
        assertInstanceOf(CallOutcome.Completed.class, purse.run(call(OTHER, 10), new Ending.Reports(10)));

        purse.become("team:support:daily", BudgetStatus.State.OPEN, "paid");
        completed(10, 10);
    }

    @Test
    void aClosedBudgetRefusesToo() {
        purse.organise(organisation(null, null, 100L));
        purse.become("member:bot:daily", BudgetStatus.State.CLOSED, "the project is over");
        CallOutcome.Denied denied = denied(call(BOT, 10));
        assertEquals(Denial.Reason.BUDGET_CLOSED, denied.denial().reason());
        assertEquals(
                "daily budget of member bot is closed: the project is over",
                denied.denial().detail());
    }

    @Test
    void whatTakesNothingOfItIsNotRefused() {
        purse.organise(organisation(null, null, 100L));
        purse.become("member:bot:daily", BudgetStatus.State.FROZEN, "why not");
        completed(0, 0);
    }

    @Test
    void aCallThatRunsWhenItIsFrozenSettlesButHoldsNothingMore() throws CallEnded {
        purse.organise(organisation(null, null, 100L));
        LlmCall call = call(BOT, 60);
        try (AuditTrail trail = purse.trail(call)) {
            try (Reservation reservation = purse.ledger().reserve(call, trail)) {
                purse.become("member:bot:daily", BudgetStatus.State.FROZEN, "look into it");
                reservation
                        .<PurseFixture.Words>metered((input, out) -> {
                            assertEquals(
                                    false,
                                    input.attempts()
                                            .begin(PurseFixture.call(BOT, 70).estimate()));
                            return new Usage(0, 0, 25, Usage.Basis.REPORTED);
                        })
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        assertEquals(new Balance(100, 0, 25, 0), purse.today(Kind.MEMBER, "bot"));
    }

    @Test
    void aStateOutlivesAChangeOfTheFile() {
        purse.organise(organisation(null, null, 100L));
        purse.become("member:bot:daily", BudgetStatus.State.FROZEN, "look into it");
        purse.organise(organisation(null, null, 200L));
        assertEquals(Denial.Reason.BUDGET_FROZEN, denied(call(BOT, 1)).denial().reason());
    }

    @Test
    void afterAnOverrunItIsInDebt() {
        purse.organise(organisation(null, null, 100L));
        completed(60, 140);
        CallOutcome.Denied denied = denied(call(BOT, 1));
        assertEquals(Denial.Reason.BUDGET_IN_DEBT, denied.denial().reason());
        assertEquals(
                "daily budget of member bot is in debt by $0.00000004: limit $0.0000001, spent $0.00000014,"
                        + " held by running calls $0, this call needs up to $0.000000001; it resets at 2026-05-15T00:00:00Z",
                denied.denial().detail());
    }

    @Test
    void underALoweredLimitItIsInDebtAndWhatRunsSettles() throws CallEnded {
        purse.organise(organisation(null, null, 100L));
        completed(50, 50);
        LlmCall running = call(BOT, 40);
        try (AuditTrail trail = purse.trail(running)) {
            try (Reservation reservation = purse.ledger().reserve(running, trail)) {
                purse.organise(organisation(null, null, 60L));
                assertEquals(
                        Denial.Reason.BUDGET_EXHAUSTED,
                        denied(call(BOT, 1)).denial().reason(),
                        "spent is within the limit, but what is held is not");
                reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, 30, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        Balance after = purse.today(Kind.MEMBER, "bot");
        assertEquals(80, after.settled(), "nothing of it is an overrun: it was held");
        assertEquals(0, after.held() + after.overrun());
        assertEquals(Denial.Reason.BUDGET_IN_DEBT, denied(call(BOT, 1)).denial().reason());
        purse.organise(organisation(null, null, 90L));
        completed(10, 10);
    }

    @Test
    void aDeletedBudgetRefusesNothingAndTakesWhatItsRunningCallsSpend() throws CallEnded {
        purse.organise(organisation(1000L, null, 100L));
        LlmCall running = call(BOT, 40);
        try (AuditTrail trail = purse.trail(running)) {
            try (Reservation reservation = purse.ledger().reserve(running, trail)) {
                purse.organise(organisation(1000L, null, null));
                completed(500, 5);
                reservation
                        .<PurseFixture.Words>metered((input, out) -> new Usage(0, 0, 30, Usage.Basis.REPORTED))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
            trail.conclude(new Facts().put("outcome", "test")).await();
        }
        Balance retired = purse.balance(purse.today("member:bot:daily"));
        assertEquals(30, retired.settled());
        assertEquals(0, retired.held());
        assertEquals(35, purse.today(Kind.TENANT, "acme").settled());
        purse.organise(organisation(1000L, null, 100L));
        assertEquals(30, purse.today(Kind.MEMBER, "bot").settled(), "what comes back goes on");
    }
}
