package dev.portreeve.policy.budget;

import dev.portreeve.policy.signal.PostgresNotifications;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes the calls of this replica that wait for what others set aside, when one of these says that it gave back. A call asks for an
 * ear before it asks the book, so that nothing is said between the two that it does not hear; what is not heard at all, it finds
 * by asking again. Thread-safe.
 */
public final class LeaseReturns implements PostgresNotifications.Listener {
    /** What {@link PostgresHolds} says when a share of a window that is recalled became smaller. */
    public static final String CHANNEL = "lease_returned";

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Ear> ears = new LinkedHashSet<>();

    /** Of one call; it is closed with the wait. */
    final class Ear implements AutoCloseable {
        private final List<WindowKey> windows;
        private final Condition given = lock.newCondition();
        private boolean heard;

        private Ear(List<WindowKey> windows) {
            this.windows = windows;
        }

        /**
         * Waits until somebody gave back of one of the windows since this was asked last, at most so long.
         *
         * @return false if the thread was interrupted, which it still is
         */
        boolean await(Duration most) {
            lock.lock();
            try {
                long left = most.toNanos();
                while (!heard && left > 0) {
                    left = given.awaitNanos(left);
                }
                heard = false;
                return true;
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                lock.unlock();
            }
        }

        private void wake() {
            heard = true;
            given.signal();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                ears.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Hears of these windows from now on. */
    Ear listen(List<WindowKey> windows) {
        Ear ear = new Ear(windows);
        lock.lock();
        try {
            ears.add(ear);
        } finally {
            lock.unlock();
        }
        return ear;
    }

    @Override
    public void notified(String payload) {
        WindowKey window = WindowKey.said(payload);
        lock.lock();
        try {
            ears.stream().filter(ear -> ear.windows.contains(window)).forEach(Ear::wake);
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits asks again: it may have been said before. */
    @Override
    public void connected() {
        lock.lock();
        try {
            ears.forEach(Ear::wake);
        } finally {
            lock.unlock();
        }
    }
}
