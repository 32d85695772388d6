package dev.portreeve.policy.budget;

import java.time.Instant;

/** The primary key of a row of {@code policy.budget_window}. */
record WindowKey(String tenant, String budgetId, Instant start) {
    /** Whether what it has spent counts for a while only: its row is the one of a rolling budget. */
    boolean isRolling() {
        return start.equals(WindowSpan.ROLLING_START);
    }

    /** Whether it is a session's own count. */
    boolean isOfSession() {
        return budgetId.indexOf(Budget.SESSION_MARK) >= 0;
    }
}
