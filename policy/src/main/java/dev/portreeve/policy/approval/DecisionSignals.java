package dev.portreeve.policy.approval;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Wakes calls that wait for a decision made in this process. Decisions made elsewhere are found by looking. Thread-safe. */
final class DecisionSignals {
    private final Map<UUID, LinkedHashSet<Watch>> watches = new HashMap<>();

    /** Begins to listen for the decision of a ticket; to be closed. */
    Watch watch(UUID ticket) {
        Watch watch = new Watch(ticket);
        synchronized (this) {
            Set<Watch> others = watches.computeIfAbsent(ticket, unused -> new LinkedHashSet<>());
            // They see that they are the latest no longer.
            others.forEach(Watch::wake);
            others.add(watch);
        }
        return watch;
    }

    /** Says that a ticket has been decided, durably. */
    void decided(UUID ticket) {
        synchronized (this) {
            of(ticket).forEach(Watch::wake);
        }
    }

    private LinkedHashSet<Watch> of(UUID ticket) {
        return watches.getOrDefault(ticket, new LinkedHashSet<>());
    }

    private @Nullable Watch latest(UUID ticket) {
        LinkedHashSet<Watch> all = of(ticket);
        return all.isEmpty() ? null : all.getLast();
    }

    private synchronized boolean isLatest(Watch watch) {
        return watch.equals(latest(watch.ticket));
    }

    private synchronized void forget(Watch watch) {
        Set<Watch> others = of(watch.ticket);
        others.remove(watch);
        if (others.isEmpty()) {
            watches.remove(watch.ticket);
        }
    }

    /** One listener. */
    final class Watch implements AutoCloseable {
        private final UUID ticket;
        private final CountDownLatch woken = new CountDownLatch(1);

        private Watch(UUID ticket) {
            this.ticket = ticket;
        }

        private void wake() {
            woken.countDown();
        }

        /** Whether nobody began to listen for the same ticket after this. */
        boolean isLatest() {
            return DecisionSignals.this.isLatest(this);
        }

        /** Waits for the signal, at most that long. */
        void await(Duration time) throws InterruptedException {
            // Whether the signal came makes no difference: the waiter looks at the ticket either way.
            boolean unused = woken.await(time.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void close() {
            forget(this);
        }
    }
}
