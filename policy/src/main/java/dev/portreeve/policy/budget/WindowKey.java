package dev.portreeve.policy.budget;

import java.time.Instant;

/** The primary key of a row of {@code policy.budget_window}. */
record WindowKey(String tenant, String budgetId, Instant start) {
    /** As replicas name it to each other: windows begin with a second, and no id has a line break. */
    static WindowKey said(String payload) {
        String[] parts = payload.split("\n", -1);
        return new WindowKey(parts[0], parts[1], Instant.ofEpochSecond(Long.parseLong(parts[2])));
    }

    /** Whether what it has spent counts for a while only: its row is the one of a rolling budget. */
    boolean isRolling() {
        return start.equals(WindowSpan.ROLLING_START);
    }

    /** Whether it is a session's own count. */
    boolean isOfSession() {
        return budgetId.indexOf(Budget.SESSION_MARK) >= 0;
    }
}
