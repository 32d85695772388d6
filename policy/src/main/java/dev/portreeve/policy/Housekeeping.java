package dev.portreeve.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs chores again and again on one thread of its own, until closed. A chore that fails is logged and runs again in its
 * turn.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final Duration END_WAIT = Duration.ofSeconds(10);

    private final List<Chore> chores;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Thread thread;
    private boolean closed;
    private boolean hurried;

    /**
     * One of the things to do.
     *
     * @param name for the log
     * @param every the pause between the end of a run and the next
     */
    record Chore(String name, Duration every, Runnable task) {}

    Housekeeping(String name, List<Chore> chores) {
        this.chores = List.copyOf(chores);
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /** Has all chores run as soon as whatever runs now is done. Any thread; returns at once. */
    void hurry() {
        lock.lock();
        try {
            hurried = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        List<Long> due = new ArrayList<>();
        chores.forEach(chore -> due.add(System.nanoTime() + chore.every().toNanos()));
        while (rest(due)) {
            for (int i = 0; i < chores.size(); i++) {
                if (System.nanoTime() - due.get(i) >= 0) {
                    run(chores.get(i));
                    due.set(i, System.nanoTime() + chores.get(i).every().toNanos());
                }
            }
        }
    }

    private static void run(Chore chore) {
        try {
            chore.task().run();
        } catch (RuntimeException failed) {
            LOG.warn("{} failed and will be tried again: {}", chore.name(), failed.getMessage());
        }
    }

    /** Waits until the next chore is due; false once closed. */
    private boolean rest(List<Long> due) {
        lock.lock();
        try {
            while (!closed) {
                if (hurried) {
                    hurried = false;
                    due.replaceAll(ignored -> System.nanoTime());
                    return true;
                }
                long now = System.nanoTime();
                long wait = due.stream().mapToLong(at -> at - now).min().orElse(Long.MAX_VALUE);
                if (wait <= 0) {
                    return true;
                }
                long left = news.awaitNanos(wait);
                if (left <= 0) {
                    return !closed;
                }
            }
            return false;
        } catch (InterruptedException stop) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a chore that runs; never interrupts it, which could cut its connection. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(END_WAIT)) {
                LOG.warn(
                        "{} did not end within {} s",
                        thread.getName(),
                        TimeUnit.NANOSECONDS.toSeconds(END_WAIT.toNanos()));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
