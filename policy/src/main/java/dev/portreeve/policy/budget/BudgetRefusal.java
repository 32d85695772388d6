package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import org.jspecify.annotations.Nullable;

/** Says why a budget refused a call. */
final class BudgetRefusal {
    private BudgetRefusal() {}

    /** Its budget is not open. */
    static CallEnded of(Level level) {
        BudgetStatus status = level.budget().status();
        boolean frozen = status.state() == BudgetStatus.State.FROZEN;
        return denied(
                frozen ? Denial.Reason.BUDGET_FROZEN : Denial.Reason.BUDGET_CLOSED,
                level.budget() + (frozen ? " is frozen: " : " is closed: ") + status.reason(),
                null);
    }

    static CallEnded of(Hold hold, Hold.Decision.Exhausted exhausted) {
        return of(hold, exhausted, "");
    }

    /** @param why the request has no shorter answer, where the budget would have paid for one; empty if that is not it */
    static CallEnded of(Hold hold, Hold.Decision.Exhausted exhausted, String why) {
        Level level = exhausted.level();
        Budget budget = level.budget();
        Balance balance = exhausted.before();
        if (balance == null) {
            return denied(
                    Denial.Reason.BUDGET_EXHAUSTED,
                    budget + " has no room for another session: it counts " + PostgresHolds.MAX_SESSIONS + " by now",
                    level.unit().state(0, level.span().end()));
        }
        BudgetUnit unit = level.unit();
        long debt = balance.debt();
        String detail = budget + (debt > 0 ? " is in debt by " + unit.text(debt) : " is exhausted") + ": limit "
                + unit.text(balance.limit()) + ", spent " + unit.text(balance.spent()) + ", held by running calls "
                + unit.text(balance.held())
                + (exhausted.setAside() ? ", much of the rest set aside by other replicas" : "")
                + ", this call needs up to " + unit.text(unit.of(hold.load())) + "; "
                + (why.isEmpty() ? "" : why + "; ")
                + reset(level);
        return denied(
                debt > 0 ? Denial.Reason.BUDGET_IN_DEBT : Denial.Reason.BUDGET_EXHAUSTED,
                detail,
                unit.state(balance.remaining(), level.span().end()));
    }

    private static CallEnded denied(Denial.Reason reason, String detail, @Nullable BudgetState state) {
        return new CallEnded(new CallOutcome.Denied(new Denial(Denial.Stage.BUDGET, reason, detail), state));
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
