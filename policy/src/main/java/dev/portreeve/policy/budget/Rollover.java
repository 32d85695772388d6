package dev.portreeve.policy.budget;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much of what nobody spent is added to a budget's next window.
 *
 * @param most that a window may have from those before it
 * @param limit of a window by itself, without raises
 */
record Rollover(BudgetTurn turn, long most, long limit) {
    /** Windows in which nobody called are looked through one by one; of more than these the rest counts nothing. */
    private static final int MOST_SKIPPED = 10_000;

    /**
     * What is to be added now.
     *
     * @param start of the window that gets it
     * @param carried what it has already
     * @param first whether nothing was carried to it yet: then what lies between counts too
     * @param left of the last window before it that anybody used, without raises; not below zero
     * @param ended when that one ended
     */
    long into(Instant start, long carried, boolean first, long left, @Nullable Instant ended) {
        if (ended == null || ended.isAfter(start)) {
            // It was made under another calendar and still runs.
            return 0;
        }
        long all = Math.min(most, left);
        Instant next = ended;
        for (int i = 0; first && all < most && next.isBefore(start) && i < MOST_SKIPPED; i++) {
            WindowSpan span = turn.at(next);
            if (span == null || span.end() == null) {
                break;
            }
            // Only whole ones: the one before may have ended under another calendar.
            if (span.start().equals(next) && !span.end().isAfter(start)) {
                all = Math.min(most, Balance.saturated(all, limit));
            }
            next = span.end();
        }
        return Math.min(all, Math.max(0, most - carried));
    }
}
