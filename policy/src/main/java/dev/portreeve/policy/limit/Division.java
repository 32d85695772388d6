package dev.portreeve.policy.limit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a limit is divided among the replicas that use it. First each gets what it needs to admit a call at all, whoever has
 * waited longest first; where that is more than there is, the last ones wait for their turn. What is then left goes to each by
 * what it admitted and refused lately, with a little for those who do nothing now. Pure.
 */
final class Division {
    /** One part in so many of what is left is divided evenly. */
    private static final long EVEN = 10;

    private Division() {}

    /**
     * What one replica has and wants.
     *
     * @param needs without less than this it can admit nothing; 0 if it wants nothing
     * @param demand how much it was asked for lately
     * @param waitingSince when it began to have less than it needs, in any unit that is the same for all; {@code null} if it has
     *     enough
     */
    record Stake(
            UUID replica,
            long held,
            long needs,
            long demand,
            @Nullable Long waitingSince) {}

    /**
     * @param stakes of all replicas, {@code mine} among them
     * @return what {@code mine} should have
     */
    static long of(long whole, List<Stake> stakes, UUID mine) {
        if (stakes.size() == 1) {
            return whole;
        }
        List<Stake> order = new ArrayList<>(stakes);
        order.sort(Comparator.comparing(
                        Stake::waitingSince, Comparator.nullsLast(Comparator.<@Nullable Long>naturalOrder()))
                .thenComparing(Stake::replica));
        long left = whole;
        long demand = 0;
        long own = 0;
        Stake me = null;
        for (Stake stake : order) {
            long needs = Math.min(whole, stake.needs());
            long first = needs <= left ? needs : 0;
            left -= first;
            demand = Math.addExact(demand, bounded(stake.demand()));
            if (stake.replica().equals(mine)) {
                own = first;
                me = stake;
            }
        }
        if (me == null) {
            throw new IllegalArgumentException("nobody's stake was asked for");
        }
        long even = demand == 0 ? left : left / EVEN;
        long byDemand = left - even;
        return own + even / order.size() + (demand == 0 ? 0 : portion(byDemand, bounded(me.demand()), demand));
    }

    private static long bounded(long demand) {
        return Math.clamp(demand, 0, 1_000_000_000L);
    }

    private static long portion(long amount, long part, long all) {
        return amount / all * part + amount % all * part / all;
    }
}
