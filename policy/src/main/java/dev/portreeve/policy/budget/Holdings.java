package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.NanoUsd;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that one call holds: what was held before it began, and what later attempts needed beside it. For the call's thread. */
final class Holdings {
    private final List<Hold> holds = new ArrayList<>(1);
    private final Raise raise;
    private NanoUsd held = NanoUsd.ZERO;
    private int raises;

    /** Holds more for the same call. */
    @FunctionalInterface
    interface Raise {
        /**
         * Blocks until the hold is decided.
         *
         * @param ordinal which raise of the call this is, from 1
         * @param first what the call held before it began, or {@code null}
         * @param into takes the hold before it can be on disk, so that the call's end resolves it whatever is heard of it
         * @return false if a budget refused it; {@code into} then has nothing to resolve
         */
        boolean hold(int ordinal, NanoUsd more, @Nullable Hold first, List<Hold> into);
    }

    /** @param first the admitted hold, or {@code null} if nothing is held */
    Holdings(@Nullable Hold first, Raise raise) {
        this.raise = raise;
        if (first != null) {
            holds.add(first);
            held = first.amount();
        }
    }

    NanoUsd held() {
        return held;
    }

    /** Makes sure that so much is held in all; false if a budget has not enough left. */
    boolean cover(NanoUsd needed) {
        if (needed.compareTo(held) <= 0) {
            return true;
        }
        if (raises == Hold.MAX_RAISES) {
            return false;
        }
        raises++;
        boolean raised = raise.hold(raises, needed.minus(held), holds.isEmpty() ? null : holds.getFirst(), holds);
        held = raised ? needed : held;
        return raised;
    }

    /** What is left of the tightest budget once this cost is settled, or {@code null} if no budget applies. */
    @Nullable
    BudgetState tightest(NanoUsd cost) {
        if (holds.isEmpty() || !(holds.getLast().decision() instanceof Hold.Decision.Admitted admitted)) {
            return null;
        }
        // Of what is held, what the call does not cost comes back.
        long back = held.nanos() - cost.nanos();
        List<Level> levels = holds.getLast().levels();
        BudgetState tightest = null;
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            long left = left(admitted.after().get(i).remaining(level.budget().limit()), back);
            if (tightest == null || left < tightest.remaining().nanos()) {
                tightest = new BudgetState(new NanoUsd(left), level.span().end());
            }
        }
        return tightest;
    }

    private static long left(long remaining, long back) {
        return back < Long.MIN_VALUE - Math.min(remaining, 0) ? 0 : Math.max(0, remaining + back);
    }

    /** Resolves everything with this cost spent, each hold with as much of it as it has; {@code null} if nothing is held. */
    @Nullable
    Settlement settlement(NanoUsd cost) {
        if (holds.isEmpty()) {
            return null;
        }
        List<Settlement> parts = new ArrayList<>(holds.size());
        long rest = cost.nanos();
        for (int i = 0; i < holds.size(); i++) {
            boolean last = i == holds.size() - 1;
            long part = last ? rest : Math.min(rest, holds.get(i).amount().nanos());
            parts.add(holds.get(i).settlement(new NanoUsd(part)));
            rest -= part;
        }
        return parts.size() == 1 ? parts.getFirst() : parts.getFirst().with(parts.subList(1, parts.size()));
    }
}
