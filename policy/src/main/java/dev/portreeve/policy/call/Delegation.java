package dev.portreeve.policy.call;

import java.util.List;

/**
 * How a key came to be: which keys stand above it, and to what each of them confined the one it made. What a key may do is what
 * the first of these may, within all the confines. Immutable.
 *
 * @param above ids of the keys above, the one that an operator made first; empty for such a key itself
 * @param confines one for each key above, in the same order
 */
public record Delegation(List<String> above, List<Confines> confines) {
    /** How many keys there can be above one. */
    public static final int MAX_DEPTH = 4;

    /** A key that an operator made. */
    public static final Delegation NONE = new Delegation(List.of(), List.of());

    public Delegation {
        above = List.copyOf(above);
        confines = List.copyOf(confines);
    }

    /** How many keys are above. */
    public int depth() {
        return above.size();
    }
}
