package dev.portreeve.policy.limit;

import dev.portreeve.policy.limit.LimitConfig.Each;
import dev.portreeve.policy.signal.PostgresNotifications;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this replica's shares what they should be, on one thread of its own: once a second, and at once when a call finds its
 * share too small or another replica asks. What it holds counts as long as its last word to the store is young enough that no
 * other replica can have taken it for dead; after that nothing is admitted.
 */
final class Sharing implements PostgresNotifications.Listener, AutoCloseable {
    /** On which replicas wake each other. */
    static final String CHANNEL = "portreeve_limits";

    private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    /** Replicas that all need the last part of a limit hand it on no faster than that. */
    private static final Duration BETWEEN = Duration.ofMillis(20);
    /** Well before others may take this replica for dead. */
    private static final Duration TRUSTED = LimitStore.DEAD_AFTER.minusSeconds(2);

    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final int MOST_AT_ONCE = 500;
    private static final int MAX_SHARES = 100_000;
    /** Callers name sessions, and could name any number: one limit's must leave room for the others. */
    static final int MAX_SESSIONS = 10_000;

    private static final int ROUNDS_BETWEEN_SWEEPS = 300;
    private static final Duration END_WAIT = Duration.ofSeconds(10);

    private final LimitStore store;
    private final UUID replica;
    private final LongSupplier nanos;
    private final ConcurrentHashMap<LimitKey, Share> shares = new ConcurrentHashMap<>();
    /** How many sessions there are of each limit that each has for itself. */
    private final ConcurrentHashMap<LimitKey, AtomicInteger> sessions = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final Thread thread;
    private boolean wake;
    private boolean closed;
    private int rounds;
    private boolean away;
    private volatile boolean said;
    private volatile long saidAt;

    /**
     * @param replica names this run of this process among all that ever shared on this database
     * @param nanos a clock that only goes on
     */
    Sharing(LimitStore store, UUID replica, LongSupplier nanos) {
        this.store = store;
        this.replica = replica;
        this.nanos = nanos;
        this.thread = Thread.ofPlatform().name("rate-limits").daemon().unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /** The share, if there is one. */
    @Nullable
    Share known(LimitKey key) {
        return shares.get(key);
    }

    /** The share, made if there is none; {@code null} if there are too many. */
    @Nullable
    Share share(LimitKey key, Limit limit) {
        Share known = shares.get(key);
        if (known != null) {
            return known;
        }
        if (shares.size() >= MAX_SHARES
                || (limit.each() == Each.SESSION && ofLimit(limit).get() >= MAX_SESSIONS)) {
            return null;
        }
        return shares.computeIfAbsent(key, unused -> {
            if (limit.each() == Each.SESSION) {
                ofLimit(limit).incrementAndGet();
            }
            return limit.unit() == Limit.Unit.CONCURRENCY
                    ? new SlotShare(key, limit, nanos.getAsLong())
                    : new RateShare(key, limit, nanos);
        });
    }

    private AtomicInteger ofLimit(Limit limit) {
        return sessions.computeIfAbsent(limit.key(), unused -> new AtomicInteger());
    }

    /** Whether what is held here may be used. */
    boolean isTrusted() {
        return said && nanos.getAsLong() - saidAt < TRUSTED.toNanos();
    }

    /** Asks for a round now; never blocks for long. */
    void wake() {
        lock.lock();
        try {
            wake = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void notified(String payload) {
        if (!payload.equals(replica.toString())) {
            wake();
        }
    }

    @Override
    public void connected() {
        wake();
    }

    private void loop() {
        long last = System.nanoTime() - EVERY.toNanos();
        while (rest(last)) {
            last = System.nanoTime();
            try {
                round();
                away = false;
            } catch (RuntimeException failed) {
                if (!away) {
                    LOG.warn("rate limits cannot be shared now, trying again: {}", failed.getMessage());
                }
                away = true;
            }
        }
    }

    private boolean rest(long last) {
        lock.lock();
        try {
            while (!closed) {
                long left = EVERY.toNanos() - (System.nanoTime() - last);
                long soonest = BETWEEN.toNanos() - (System.nanoTime() - last);
                if (left <= 0 || (wake && soonest <= 0)) {
                    wake = false;
                    return true;
                }
                long unused = woken.awaitNanos(wake ? soonest : left);
            }
            return false;
        } catch (InterruptedException stop) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** One round; blocks on the store. For the thread, and for tests that are their own thread. */
    void round() {
        long now = nanos.getAsLong();
        LimitStore.Beat beat = store.beat(replica);
        if (!beat.known()) {
            shares.values().forEach(Share::lose);
        }
        said = true;
        saidAt = now;
        renew(beat.asked(), now);
        forgetIdle(now);
        if (++rounds % ROUNDS_BETWEEN_SWEEPS == 0) {
            store.sweep();
        }
    }

    private void renew(Set<LimitKey> asked, long now) {
        List<Share> due = new ArrayList<>();
        for (Share share : shares.values()) {
            share.closeRound(now);
            if (share.isDue() || asked.contains(share.key())) {
                due.add(share);
            }
        }
        for (int from = 0; from < due.size(); from += MOST_AT_ONCE) {
            List<Share> some = due.subList(from, Math.min(due.size(), from + MOST_AT_ONCE));
            store.renew(replica, some);
            some.forEach(Share::said);
        }
    }

    private void forgetIdle(long now) {
        List<Share> idle = shares.values().stream()
                .filter(share -> share.isIdle(now, IDLE.toNanos()))
                .limit(MOST_AT_ONCE)
                .toList();
        if (idle.isEmpty()) {
            return;
        }
        // Whoever comes meanwhile finds a share that holds nothing, and waits for the next round, which makes it whole.
        store.release(replica, idle);
        for (Share share : idle) {
            share.lose();
            if (share.isIdle(now, IDLE.toNanos())
                    && shares.remove(share.key(), share)
                    && share.limit().each() == Each.SESSION) {
                ofLimit(share.limit()).decrementAndGet();
            }
        }
    }

    /** Ends the rounds and gives everything up, so that the other replicas need not wait until this one counts as dead. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(END_WAIT)) {
                LOG.warn("{} did not end within {} s", thread.getName(), END_WAIT.toSeconds());
                return;
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return;
        }
        said = false;
        try {
            List<Share> all = List.copyOf(shares.values());
            for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
                store.release(replica, all.subList(from, Math.min(all.size(), from + MOST_AT_ONCE)));
            }
            store.leave(replica);
        } catch (RuntimeException failed) {
            LOG.warn("shares of rate limits are not given up but run out: {}", failed.getMessage());
        }
    }
}
