package dev.portreeve.gateway.http;

import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.policy.call.Cancellation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that this replica makes while nobody waits for them, within a bound for all and one for each member. It says now and
 * then that it still makes them, and hears so which were cancelled at another replica. Closing it stops what still runs, and waits
 * a moment for that to be settled. Thread-safe.
 */
final class BackgroundResponses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundResponses.class);
    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final Duration PARTING = Duration.ofSeconds(10);

    private final UUID maker = UUID.randomUUID();
    private final Conversations conversations;
    private final int max;
    private final int maxPerMember;
    private final Map<String, Job> jobs = new ConcurrentHashMap<>();
    /** Those that the store knows. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    private final CountDownLatch closed = new CountDownLatch(1);

    private record Job(String tenant, String member, Cancellation cancellation, Thread thread) {}

    BackgroundResponses(Conversations conversations, int max, int maxPerMember) {
        this.conversations = conversations;
        this.max = max;
        this.maxPerMember = maxPerMember;
        Thread.ofVirtual().name("background-responses").start(this::beat);
    }

    /** By which the store knows this replica. */
    UUID maker() {
        return maker;
    }

    /**
     * Starts a call on a thread of its own.
     *
     * @return false if there are too many
     */
    boolean start(String id, String tenant, String member, Cancellation cancellation, Runnable call) {
        Thread thread = Thread.ofVirtual().name("background-response").unstarted(() -> {
            try {
                call.run();
            } finally {
                begun.remove(id);
                jobs.remove(id);
            }
        });
        synchronized (jobs) {
            long own = jobs.values().stream()
                    .filter(job -> job.tenant.equals(tenant) && job.member.equals(member))
                    .count();
            if (closed.getCount() == 0 || jobs.size() >= max || own >= maxPerMember) {
                return false;
            }
            jobs.put(id, new Job(tenant, member, cancellation, thread));
        }
        thread.start();
        return true;
    }

    /** From now on the store is told that one is still being made. */
    void begun(String id) {
        begun.add(id);
    }

    /** Stops one, if it is made here. */
    void cancel(String id) {
        Job job = jobs.get(id);
        if (job != null) {
            job.cancellation.cancel();
        }
    }

    private void beat() {
        try {
            while (!closed.await(BEAT.toMillis(), TimeUnit.MILLISECONDS)) {
                Set<String> ids = new HashSet<>(begun);
                if (!ids.isEmpty()) {
                    beat(ids);
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat(Set<String> ids) {
        try {
            conversations.stillMaking(maker, ids).forEach(this::cancel);
        } catch (StoredResponses.Unavailable down) {
            LOG.warn("it cannot be said what is made in the background: {}", String.valueOf(down.getCause()));
        }
    }

    @Override
    public void close() {
        closed.countDown();
        jobs.values().forEach(job -> job.cancellation.cancel());
        long until = System.nanoTime() + PARTING.toNanos();
        for (Job job : jobs.values()) {
            try {
                boolean ignored = job.thread.join(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
