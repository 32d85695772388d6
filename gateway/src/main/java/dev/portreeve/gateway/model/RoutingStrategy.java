package dev.portreeve.gateway.model;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * In which order the candidates of a call are tried. A pure function: the same candidates and the same draw give the same
 * order. Draws are counted up, call by call; over as many draws as the weights' sum each candidate comes first exactly as
 * often as its weight says, spread as evenly as whole numbers allow (nginx's smooth weighted round-robin).
 */
public enum RoutingStrategy {
    /** The lowest priority first; by weight among equals. */
    PRIORITY,
    /** By weight alone. */
    WEIGHTED;

    /**
     * A place where a call could go.
     *
     * @param weight at least 1
     * @param priority the lowest comes first; for {@link #PRIORITY} only
     */
    public record Candidate(int weight, int priority) {}

    /**
     * The order for one call.
     *
     * @param draw any number; neighbouring calls take neighbouring ones
     * @return each candidate's index once
     */
    public List<Integer> order(List<Candidate> candidates, long draw) {
        return over(candidates).order(draw);
    }

    /** The orders of these candidates, for those who ask with many draws. */
    public Rota over(List<Candidate> candidates) {
        TreeMap<Integer, List<Integer>> groups = new TreeMap<>();
        for (int i = 0; i < candidates.size(); i++) {
            int group = this == PRIORITY ? candidates.get(i).priority() : 0;
            groups.computeIfAbsent(group, unused -> new ArrayList<>()).add(i);
        }
        return new Rota(groups.values().stream()
                .map(members -> new Rota.Group(
                        members,
                        SmoothWeights.of(members.stream()
                                .mapToInt(i -> candidates.get(i).weight())
                                .toArray())))
                .toList());
    }

    /** The orders there are, drawn from by number. Immutable. */
    public static final class Rota {
        private final List<Group> groups;

        private record Group(List<Integer> members, SmoothWeights weights) {}

        private Rota(List<Group> groups) {
            this.groups = List.copyOf(groups);
        }

        /** @return each candidate's index once */
        public List<Integer> order(long draw) {
            List<Integer> order = new ArrayList<>();
            for (Group group : groups) {
                for (int next : group.weights().order(draw)) {
                    order.add(group.members().get(next));
                }
            }
            return order;
        }
    }
}
