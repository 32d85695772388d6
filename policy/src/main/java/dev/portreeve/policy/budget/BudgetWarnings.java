package dev.portreeve.policy.budget;

import java.util.HashSet;
import java.util.List;

/**
 * When people are told what was spent of a budget.
 *
 * @param at percent of the limit
 * @param only whether that is all: a soft budget, which refuses nothing
 */
record BudgetWarnings(List<Integer> at, boolean only) {
    static final BudgetWarnings NONE = new BudgetWarnings(List.of(), false);

    /** What windows of soft budgets have for a limit. */
    static final long NO_LIMIT = Long.MAX_VALUE;

    private static final int MOST = 10;
    private static final int ALL = 100;
    private static final int HIGHEST = 1000;

    BudgetWarnings {
        at = List.copyOf(at);
    }

    /**
     * As configured: a soft budget that says nothing warns when all of it is spent.
     *
     * @throws IllegalArgumentException with what to write instead
     */
    static BudgetWarnings of(List<Integer> at, boolean soft) {
        if (at.size() > MOST || new HashSet<>(at).size() < at.size()) {
            throw new IllegalArgumentException("warn-at has at most " + MOST + " different percentages");
        }
        for (int percent : at) {
            if (percent < 1 || percent > HIGHEST) {
                throw new IllegalArgumentException("warn-at has percentages from 1 to " + HIGHEST);
            }
            if (percent > ALL && !soft) {
                throw new IllegalArgumentException("a budget that refuses is never spent to " + percent
                        + " %: write soft: true, or leave it out of warn-at");
            }
        }
        return new BudgetWarnings(soft && at.isEmpty() ? List.of(ALL) : at, soft);
    }
}
