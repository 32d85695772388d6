package dev.portreeve.policy.approval;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Wakes calls that wait for a decision made in this process. Decisions made elsewhere are found by looking. Thread-safe. */
final class DecisionSignals {
    private final Map<UUID, Set<Watch>> watches = new HashMap<>();

    /** Begins to listen for the decision of a ticket; to be closed. */
    Watch watch(UUID ticket) {
        Watch watch = new Watch(ticket);
        synchronized (this) {
            watches.computeIfAbsent(ticket, unused -> new HashSet<>()).add(watch);
        }
        return watch;
    }

    /** Says that a ticket has been decided, durably. */
    void decided(UUID ticket) {
        synchronized (this) {
            watches.getOrDefault(ticket, Set.of()).forEach(watch -> watch.decided.countDown());
        }
    }

    private synchronized void forget(Watch watch) {
        Set<Watch> others = watches.getOrDefault(watch.ticket, Set.of());
        others.remove(watch);
        if (others.isEmpty()) {
            watches.remove(watch.ticket);
        }
    }

    /** One listener. */
    final class Watch implements AutoCloseable {
        private final UUID ticket;
        private final CountDownLatch decided = new CountDownLatch(1);

        private Watch(UUID ticket) {
            this.ticket = ticket;
        }

        /** Waits for the signal, at most that long. */
        void await(Duration time) throws InterruptedException {
            // Whether the signal came makes no difference: the waiter looks at the ticket either way.
            boolean unused = decided.await(time.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void close() {
            forget(this);
        }
    }
}
