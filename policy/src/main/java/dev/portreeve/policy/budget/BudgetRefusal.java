package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.NanoUsd;

/** Says why a budget refused a call. */
final class BudgetRefusal {
    private BudgetRefusal() {}

    static CallEnded of(Hold hold, Hold.Decision.Exhausted exhausted) {
        Level level = exhausted.level();
        Budget budget = level.budget();
        Balance balance = exhausted.before();
        if (balance == null) {
            return denied(
                    budget + " has no room for another session: it counts " + PostgresHolds.MAX_SESSIONS + " by now",
                    new BudgetState(NanoUsd.ZERO, level.span().end()));
        }
        String detail = budget + " is exhausted: limit "
                + budget.limit() + ", spent " + new NanoUsd(balance.spent()) + ", held by running calls "
                + new NanoUsd(balance.held())
                + (exhausted.setAside() ? ", much of the rest set aside by other replicas" : "")
                + ", this call needs up to " + hold.amount() + "; " + reset(level);
        NanoUsd left = new NanoUsd(Math.max(0, balance.remaining(budget.limit())));
        return denied(detail, new BudgetState(left, level.span().end()));
    }

    private static CallEnded denied(String detail, BudgetState state) {
        return new CallEnded(
                new CallOutcome.Denied(new Denial(Denial.Stage.BUDGET, Denial.Reason.BUDGET_EXHAUSTED, detail), state));
    }

    private static String reset(Level level) {
        if (level.key().isRolling()) {
            return "what was spent stops counting as it gets older than the window";
        }
        return level.span().end() == null
                ? "it never resets"
                : "it resets at " + level.span().end();
    }
}
