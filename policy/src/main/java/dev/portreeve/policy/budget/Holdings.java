package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.BudgetState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that one call holds: what was held before it began, and what later attempts needed beside it. For the call's thread. */
final class Holdings {
    private final List<Hold> holds = new ArrayList<>(1);
    private final Raise raise;
    private Load held = Load.NOTHING;
    private int raises;
    private Hold.Decision.@Nullable Exhausted refused;

    /** Holds more for the same call. */
    @FunctionalInterface
    interface Raise {
        /**
         * Blocks until the hold is decided.
         *
         * @param ordinal which raise of the call this is, from 1
         * @param first what the call held before it began, or {@code null}
         * @param into takes the hold before it can be on disk, so that the call's end resolves it whatever is heard of it
         * @return what was decided; if that is no admission, {@code into} has nothing to resolve
         */
        Hold.Decision hold(int ordinal, Load more, @Nullable Hold first, List<Hold> into);
    }

    /** @param first the admitted hold, or {@code null} if nothing is held */
    Holdings(@Nullable Hold first, Raise raise) {
        this.raise = raise;
        if (first != null) {
            holds.add(first);
            held = first.load();
        }
    }

    Load held() {
        return held;
    }

    /** Makes sure that so much is held in all; false if it cannot be, as {@link #refused} says. */
    boolean cover(Load needed) {
        refused = null;
        Load more = held.missing(needed);
        if (more.isNothing()) {
            return true;
        }
        if (raises == Hold.MAX_RAISES) {
            return false;
        }
        raises++;
        Hold.Decision decision = raise.hold(raises, more, holds.isEmpty() ? null : holds.getFirst(), holds);
        if (decision instanceof Hold.Decision.Admitted) {
            held = held.plus(more);
            return true;
        }
        // Nothing stands under this ordinal.
        raises--;
        refused = decision instanceof Hold.Decision.Exhausted exhausted ? exhausted : null;
        return false;
    }

    /** The budget that had too little left for what was to be covered last, or {@code null} if that was not why. */
    Hold.Decision.@Nullable Exhausted refused() {
        return refused;
    }

    /**
     * What is left of the tightest budgets once so much is settled, or {@code null} if there are none.
     */
    @Nullable
    BudgetState tightest(Load spent) {
        if (holds.isEmpty() || !(holds.getLast().decision() instanceof Hold.Decision.Admitted admitted)) {
            return null;
        }
        List<Level> levels = holds.getLast().levels();
        BudgetState tightest = null;
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            BudgetUnit unit = level.unit();
            if (level.budget().isSoft()) {
                continue;
            }
            // Of what is held, what the call does not cost comes back.
            long back = unit.of(held) - unit.of(spent);
            BudgetState state = unit.state(
                    left(admitted.after().get(i).remaining(), back),
                    level.span().end());
            tightest = tightest == null ? state : tightest.least(state);
        }
        return tightest;
    }

    private static long left(long remaining, long back) {
        return back < Long.MIN_VALUE - Math.min(remaining, 0) ? 0 : Math.max(0, remaining + back);
    }

    /** Resolves everything with so much spent, each hold with as much of it as it has; {@code null} if nothing is held. */
    @Nullable
    Settlement settlement(Load spent) {
        if (holds.isEmpty()) {
            return null;
        }
        List<Settlement> parts = new ArrayList<>(holds.size());
        Load rest = spent;
        for (int i = 0; i < holds.size(); i++) {
            boolean last = i == holds.size() - 1;
            Load part = last ? rest : rest.within(holds.get(i).load());
            parts.add(holds.get(i).settlement(part));
            rest = part.missing(rest);
        }
        return parts.size() == 1 ? parts.getFirst() : parts.getFirst().with(parts.subList(1, parts.size()));
    }
}
