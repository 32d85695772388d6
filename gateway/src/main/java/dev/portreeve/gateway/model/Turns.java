package dev.portreeve.gateway.model;

import dev.portreeve.gateway.model.RoutingStrategy.Candidate;
import dev.portreeve.gateway.model.RoutingStrategy.Rota;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;

/** Hands out orders of the same candidates, call by call, among those that are fit just then. Thread-safe. */
final class Turns {
    /** Orders are worked out once for each set of fit candidates; of rarer sets, each time. */
    private static final int MAX_KEPT = 64;

    private final RoutingStrategy strategy;
    private final List<Candidate> candidates;
    private final AtomicLong draws = new AtomicLong();
    private final Map<Long, Rota> kept = new ConcurrentHashMap<>();

    /** @param candidates at most 63 */
    Turns(RoutingStrategy strategy, List<Candidate> candidates) {
        this.strategy = strategy;
        this.candidates = List.copyOf(candidates);
    }

    /** The fit ones in this call's order; none if none is fit. */
    List<Integer> next(IntPredicate fit) {
        List<Integer> members = new ArrayList<>(candidates.size());
        long set = 0;
        for (int i = 0; i < candidates.size(); i++) {
            if (fit.test(i)) {
                members.add(i);
                set |= 1L << i;
            }
        }
        if (members.size() < 2) {
            return members;
        }
        Rota rota = kept.get(set);
        if (rota == null) {
            rota = strategy.over(members.stream().map(candidates::get).toList());
            if (kept.size() < MAX_KEPT) {
                kept.put(set, rota);
            }
        }
        return rota.order(draws.getAndIncrement()).stream().map(members::get).toList();
    }
}
