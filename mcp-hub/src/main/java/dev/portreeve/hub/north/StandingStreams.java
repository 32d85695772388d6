package dev.portreeve.hub.north;

import dev.portreeve.policy.call.Subject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts what stands for a while and takes a place that others need too: streams that are open to listen, or subscriptions.
 * Thread-safe; never blocks.
 */
final class StandingStreams {
    private final int ofOne;
    private final int ofAll;
    private final Map<Subject, Integer> open = new HashMap<>();
    private int all;

    /**
     * @param ofOne what one principal may have
     * @param ofAll what all may have together
     */
    StandingStreams(int ofOne, int ofAll) {
        this.ofOne = ofOne;
        this.ofAll = ofAll;
    }

    /** Takes a place, to be given back by closing it; empty if there is none. */
    synchronized Optional<Place> enter(Subject subject) {
        int own = open.getOrDefault(subject, 0);
        if (own >= ofOne || all >= ofAll) {
            return Optional.empty();
        }
        open.put(subject, own + 1);
        all++;
        return Optional.of(new Place(subject));
    }

    private synchronized void leave(Subject subject) {
        all--;
        open.computeIfPresent(subject, (same, count) -> count == 1 ? null : count - 1);
    }

    /** The place of one; closed once. */
    final class Place {
        private final Subject subject;

        private Place(Subject subject) {
            this.subject = subject;
        }

        void close() {
            leave(subject);
        }
    }
}
