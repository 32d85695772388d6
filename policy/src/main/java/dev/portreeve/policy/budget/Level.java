package dev.portreeve.policy.budget;

import dev.portreeve.audit.Written;
import org.jspecify.annotations.Nullable;

/**
 * One budget above a call, in the window the call is held in.
 *
 * @param unit what it counts, at the rate of the moment the call began
 * @param key of that window, or of the session's own count in it
 * @param words what records of all its calls say
 */
record Level(Budget budget, BudgetUnit unit, WindowSpan span, WindowKey key, Words words) {
    /** Written once for the limit it has, and anew when that changes. For any thread. */
    static final class Words {
        private volatile @Nullable Form dollars;

        private record Form(long limit, Written.Form form) {}

        /** What a record says of this level, but for what is left. */
        Written.Form inDollars(Level level, long limit) {
            Form known = dollars;
            if (known == null || known.limit != limit) {
                known = new Form(
                        limit,
                        new Written.Form(
                                BudgetFacts.named(level)
                                        .put("limit_usd", level.unit().decimal(limit)),
                                "remaining_usd"));
                dollars = known;
            }
            return known.form;
        }
    }

    Level(Budget budget, BudgetUnit unit, WindowSpan span, WindowKey key) {
        this(budget, unit, span, key, new Words());
    }

    /** The count this session has for itself. */
    Level of(String session) {
        return new Level(
                budget,
                unit,
                span,
                new WindowKey(key.tenant(), key.budgetId() + Budget.SESSION_MARK + session, key.start()));
    }
}
