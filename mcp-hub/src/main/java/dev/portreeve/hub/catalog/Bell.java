package dev.portreeve.hub.catalog;

import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What makes one server's listing look again before its time: a wish, which can wait; the server's own word that something
 * changed; or a caller who needs a server that sleeps. Ringing never blocks; thread-safe.
 */
final class Bell {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean asked;
    private boolean waking;
    private int waiters;
    /** Counts the reasons a caller waits for, and how many of them have been looked into. */
    private long rung;

    private long lookedInto;
    /** How many of them the look under way answers. */
    private long underway;

    /** Several askings are one. */
    void ask() {
        ring(false, false);
    }

    /** Calls wait from now on until the next look. */
    void announce() {
        ring(true, false);
    }

    /** As an announcement, and the next look is due at once. */
    void wake() {
        ring(true, true);
    }

    private void ring(boolean counts, boolean wakes) {
        lock.lock();
        try {
            asked = true;
            waking |= wakes;
            rung += counts ? 1 : 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until everything that rang so far was looked into.
     *
     * @return false if that takes too long
     */
    boolean awaitLook(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        waiters++;
        try {
            long until = rung;
            if (lookedInto < until && underway < until) {
                // It may have rung for a server that fell asleep before anybody waited, and been left at that.
                asked = true;
                changed.signalAll();
            }
            while (lookedInto < until) {
                if (!changed.await(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return true;
        } finally {
            waiters--;
            lock.unlock();
        }
    }

    /** How often it has rung, for {@link #answered}; a look begins. */
    long heard() {
        lock.lock();
        try {
            waking = false;
            // What was asked so far is asked of this look; a second one would start a process that has just been let
            // go.
            asked = false;
            underway = rung;
            return rung;
        } finally {
            lock.unlock();
        }
    }

    /** The look is over that began when it had rung so often. */
    void answered(long heard) {
        lock.lock();
        try {
            lookedInto = heard;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a caller waits for the next look. */
    boolean isAwaited() {
        lock.lock();
        try {
            return waking || waiters > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Lets time pass; only a caller who waits cuts it short. */
    void rest(Duration pause) throws InterruptedException {
        pause(pause, false);
    }

    /** Lets time pass until something rings. */
    void listen(Duration pause) throws InterruptedException {
        pause(pause, true);
    }

    private void pause(Duration pause, boolean endsWhenAsked) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = pause.toNanos();
            while (nanos > 0 && !waking && !(endsWhenAsked && asked)) {
                nanos = changed.awaitNanos(nanos);
            }
            if (endsWhenAsked) {
                asked = false;
            }
        } finally {
            lock.unlock();
        }
    }
}
