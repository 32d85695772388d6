package dev.portreeve.policy.budget;

/**
 * One budget above a call, in the window the call is held in.
 *
 * @param key of that window, or of the session's own count in it
 * @param begins the window's start as records say it, written once
 */
record Level(Budget budget, WindowSpan span, WindowKey key, String begins) {
    Level(Budget budget, WindowSpan span, WindowKey key) {
        this(budget, span, key, span.start().toString());
    }

    /** The count this session has for itself. */
    Level of(String session) {
        return new Level(
                budget,
                span,
                new WindowKey(key.tenant(), key.budgetId() + Budget.SESSION_MARK + session, key.start()),
                begins);
    }
}
