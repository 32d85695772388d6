package dev.portreeve.audit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the journal's writer, in two lanes: what somebody may be waiting for, and what may wait for company. Within a
 * lane the order is that of arrival. The second lane goes, before the first, as soon as its oldest entry has waited long
 * enough, or an entry of the first lane wants everything before it to be stored before it is. Bounded; thread-safe.
 */
final class Lanes {
    private final int capacity;
    private final int batchLimit;
    private final long lingerNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition left = lock.newCondition();
    private final ArrayDeque<Pending> hurried = new ArrayDeque<>();
    private final ArrayDeque<Pending> patient = new ArrayDeque<>();

    Lanes(JournalSettings settings) {
        this.capacity = settings.queueCapacity();
        this.batchLimit = settings.batchLimit();
        this.lingerNanos = settings.linger().toNanos();
    }

    /** Puts an entry in line; false if there is no room for so long. */
    boolean offer(Pending pending, long waitNanos) throws InterruptedException {
        long nanos = waitNanos;
        lock.lockInterruptibly();
        try {
            while (hurried.size() + patient.size() >= capacity) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = left.awaitNanos(nanos);
            }
            boolean waits = pending.pace() == Pending.Pace.UNHURRIED;
            (waits ? patient : hurried).add(pending);
            if (!waits || patient.size() == 1 || patient.size() == batchLimit) {
                arrived.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something is to be stored, and takes it, at most a batch. */
    List<Pending> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (hurried.isEmpty()) {
                long wait = patient.isEmpty() ? Long.MAX_VALUE : untilDue();
                if (wait <= 0) {
                    break;
                }
                long ignored = arrived.awaitNanos(wait);
            }
            List<Pending> batch = new ArrayList<>();
            if (hurried.isEmpty() || untilDue() <= 0 || hurried.stream().anyMatch(Lanes::bringsAll)) {
                move(patient, batch);
            }
            move(hurried, batch);
            left.signalAll();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private static boolean bringsAll(Pending pending) {
        return pending.pace() == Pending.Pace.HURRIED;
    }

    private long untilDue() {
        Pending oldest = patient.peek();
        if (oldest == null) {
            return Long.MAX_VALUE;
        }
        return patient.size() >= batchLimit ? 0 : oldest.since() + lingerNanos - System.nanoTime();
    }

    private void move(ArrayDeque<Pending> lane, List<Pending> batch) {
        while (!lane.isEmpty() && batch.size() < batchLimit) {
            batch.add(lane.remove());
        }
    }

    /** Any entry, without waiting; {@code null} if there is none. */
    @Nullable
    Pending poll() {
        lock.lock();
        try {
            left.signalAll();
            return patient.isEmpty() ? hurried.poll() : patient.poll();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return hurried.size() + patient.size();
        } finally {
            lock.unlock();
        }
    }
}
