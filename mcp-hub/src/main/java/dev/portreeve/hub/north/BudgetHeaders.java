package dev.portreeve.hub.north;

import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the headers of an answer say of budgets, as far as they have not left when it is known. */
final class BudgetHeaders {
    private static final String REMAINING = "x-portreeve-budget-remaining-";
    private static final String RESET = "x-portreeve-budget-reset";

    private BudgetHeaders() {}

    static void write(Answer answer, CallOutcome outcome) {
        switch (outcome) {
            case CallOutcome.Completed completed -> write(answer, completed.budget());
            case CallOutcome.Denied denied -> write(answer, denied.budget());
            case CallOutcome.Incomplete ignored -> {} // What it was told when it began still holds at least.
        }
    }

    static void write(Answer answer, @Nullable BudgetState budget) {
        if (budget == null) {
            return;
        }
        BudgetState.Money money = budget.money();
        if (money != null) {
            answer.header(REMAINING + "usd", money.remaining().toDecimal());
            reset(answer, RESET, money.resetsAt());
        }
        count(answer, "tokens", budget.tokens());
        count(answer, "requests", budget.requests());
    }

    private static void count(Answer answer, String unit, BudgetState.@Nullable Count count) {
        if (count != null) {
            answer.header(REMAINING + unit, Long.toString(count.remaining()));
            reset(answer, RESET + "-" + unit, count.resetsAt());
        }
    }

    private static void reset(Answer answer, String name, @Nullable Instant at) {
        if (at != null) {
            answer.header(name, at.toString());
        }
    }
}
