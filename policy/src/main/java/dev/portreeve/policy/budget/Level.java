package dev.portreeve.policy.budget;

/** One budget above a call, in the window the call is held in. */
record Level(Budget budget, WindowSpan span) {
    WindowKey key() {
        return new WindowKey(budget.owner().tenant(), budget.id(), span.start());
    }
}
