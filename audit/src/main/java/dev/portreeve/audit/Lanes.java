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
    /** Of contents; that of records is bounded by their number. */
    private static final long MOST_BYTES = 64L << 20;

    /** Of contents in one commit. */
    private static final long BATCH_BYTES = 8L << 20;

    private final int capacity;
    private final int batchLimit;
    private final long lingerNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition left = lock.newCondition();
    private final ArrayDeque<Pending> hurried = new ArrayDeque<>();
    private final ArrayDeque<Pending> patient = new ArrayDeque<>();
    private long bytes;
    private long batchBytes;
    /** What was taken last: it is dealt with when the next is asked for. */
    private int inHand;

    private long oldestInHand;

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
            while (isFullFor(pending)) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = left.awaitNanos(nanos);
            }
            boolean waits = pending.pace() == Pending.Pace.UNHURRIED;
            (waits ? patient : hurried).add(pending);
            bytes += pending.entry().weight();
            if (!waits || patient.size() == 1 || patient.size() == batchLimit) {
                arrived.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    // Contents that alone are beyond the bound may pass when nothing waits: they are bounded themselves.
    private boolean isFullFor(Pending pending) {
        int weight = pending.entry().weight();
        return hurried.size() + patient.size() >= capacity || (weight > 0 && bytes > 0 && bytes + weight > MOST_BYTES);
    }

    /** Waits until something is to be stored, and takes it, at most a batch. */
    List<Pending> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            inHand = 0;
            while (hurried.isEmpty()) {
                long wait = patient.isEmpty() ? Long.MAX_VALUE : untilDue();
                if (wait <= 0) {
                    break;
                }
                long ignored = arrived.awaitNanos(wait);
            }
            List<Pending> batch = new ArrayList<>();
            batchBytes = 0;
            if (hurried.isEmpty() || untilDue() <= 0 || hurried.stream().anyMatch(Lanes::bringsAll)) {
                move(patient, batch);
            }
            move(hurried, batch);
            left.signalAll();
            inHand = batch.size();
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
        while (!lane.isEmpty() && batch.size() < batchLimit && batchBytes < BATCH_BYTES) {
            Pending next = lane.remove();
            bytes -= next.entry().weight();
            batchBytes += next.entry().weight();
            if (batch.isEmpty() || next.since() - oldestInHand < 0) {
                oldestInHand = next.since();
            }
            batch.add(next);
        }
    }

    /** Any entry, without waiting; {@code null} if there is none. */
    @Nullable
    Pending poll() {
        lock.lock();
        try {
            left.signalAll();
            Pending next = patient.isEmpty() ? hurried.poll() : patient.poll();
            bytes -= next == null ? 0 : next.entry().weight();
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** How many the writer has in hand. */
    int inHand() {
        lock.lock();
        try {
            return inHand;
        } finally {
            lock.unlock();
        }
    }

    /** Nanoseconds since the oldest came that is not dealt with; 0 if there is none. */
    long oldestWaitNanos() {
        lock.lock();
        try {
            long now = System.nanoTime();
            long longest = inHand > 0 ? now - oldestInHand : 0;
            for (ArrayDeque<Pending> lane : List.of(hurried, patient)) {
                Pending first = lane.peek();
                longest = first == null ? longest : Math.max(longest, now - first.since());
            }
            return longest;
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
