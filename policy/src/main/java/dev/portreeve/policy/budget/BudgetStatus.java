package dev.portreeve.policy.budget;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an operator made of a budget.
 *
 * @param reason why; empty for an open one
 * @param by who; empty for an open one
 * @param since {@code null} for an open one
 */
public record BudgetStatus(
        State state, String reason, String by, @Nullable Instant since) {
    public static final BudgetStatus OPEN = new BudgetStatus(State.OPEN, "", "", null);

    /** Whether anything may be held on it. */
    public enum State {
        OPEN,
        /** Nothing is held until somebody opens it. */
        FROZEN,
        /** Nothing is held any more; for good, as far as anybody knows. */
        CLOSED;

        /** As it stands in tables and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    boolean isOpen() {
        return state == State.OPEN;
    }
}
