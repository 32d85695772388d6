package dev.portreeve.hub.north;

import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallOutcome;
import org.jspecify.annotations.Nullable;

/** What the headers of an answer say of budgets, as far as they have not left when it is known. */
final class BudgetHeaders {
    private static final String REMAINING = "x-portreeve-budget-remaining-usd";
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
        answer.header(REMAINING, budget.remaining().toDecimal());
        if (budget.resetsAt() != null) {
            answer.header(RESET, budget.resetsAt().toString());
        }
    }
}
