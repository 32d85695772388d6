package dev.portreeve.policy.budget;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Delta debugging (Zeller and Hildebrandt, 2002): makes a list that fails as short as it can and still has it fail. */
final class ShortestHistory {
    private int tries;

    private ShortestHistory(int tries) {
        this.tries = tries;
    }

    /**
     * A part of the list, in order, that fails too and from which, unless the tries ran out, no element can be left out.
     *
     * @param failing fails
     * @param tries after which the shortest that was found will do
     */
    static <T> List<T> smallest(List<T> failing, int tries, Predicate<List<T>> fails) {
        return new ShortestHistory(tries).shrink(failing, fails);
    }

    private <T> List<T> shrink(List<T> failing, Predicate<List<T>> fails) {
        List<T> smallest = failing;
        int parts = 2;
        while (smallest.size() > 1) {
            List<T> shorter = without(smallest, parts, fails);
            if (shorter != null) {
                smallest = shorter;
                parts = Math.max(2, parts - 1);
            } else if (parts >= smallest.size()) {
                break;
            } else {
                parts = Math.min(smallest.size(), parts * 2);
            }
        }
        return smallest;
    }

    /** The list without the first of its so many parts that is not needed; {@code null} if all are. */
    private <T> List<T> without(List<T> list, int parts, Predicate<List<T>> fails) {
        for (int part = 0; part < parts; part++) {
            List<T> rest = new ArrayList<>(list.subList(0, list.size() * part / parts));
            rest.addAll(list.subList(list.size() * (part + 1) / parts, list.size()));
            if (tries-- > 0 && fails.test(rest)) {
                return rest;
            }
        }
        return null;
    }
}
