package dev.portreeve.policy.guardrail;

import org.jspecify.annotations.Nullable;

/**
 * The form of one kind of finding, matched from a given place on. Immutable, and linear: it looks at a bounded stretch from each place.
 */
interface Shape {
    /** There is no such thing here, whatever follows. */
    int NO = -1;

    /** What is here may become one; the next characters decide. Never said of {@link Guardrail#MAX_HOLD_BACK} characters or more. */
    int MORE = -2;

    String kind();

    /** The characters it can begin with. */
    String starters();

    /**
     * Looks for it at {@code at}, where one of the {@link #starters} stands. The answer must be the same for every continuation of the
     * text, or be {@link #MORE}; where the text ends it is never {@code MORE}.
     *
     * @return the place behind it, {@link #NO} or {@link #MORE}
     */
    int match(TextWindow window, int at);

    /** What still belongs to a match behind its end, however long; null if nothing does. */
    default @Nullable Tail tail() {
        return null;
    }

    /** Follows a match that is certain already, one character at a time. */
    interface Tail {
        /** Whether this character still belongs to it; after a no it is not asked again. */
        boolean accepts(char c);
    }
}
