package dev.portreeve.policy.limit;

import dev.portreeve.policy.call.Allowance;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What this replica holds of one limit. Thread-safe; nothing here waits for the database. */
abstract sealed class Share implements LimitStore.Party permits RateShare, SlotShare {
    /** How long a need is remembered: callers who were refused come again. */
    static final long REMEMBERED_NANOS = Duration.ofSeconds(3).toNanos();

    /** How fast demand that is over is forgotten, with each round: a quarter. */
    private static final int FORGET_SHIFT = 2;

    final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final LimitKey key;
    private final Limit limit;
    /** Since the last round. */
    private long askedFor;

    /** As of the last round. */
    private long needs;

    private long demand;
    private boolean renewed;
    private boolean unsaid = true;
    private long usedAt;

    Share(LimitKey key, Limit limit, long now) {
        this.key = key;
        this.limit = limit;
        this.usedAt = now;
    }

    /** Takes so much, or says in how many nanoseconds it may be there: 0 for taken, {@link Long#MAX_VALUE} if not as it is. */
    abstract long tryTake(long units, long now);

    /** Remembers that so many were wanted, and whether they were there. */
    abstract void wanted(long units, boolean taken, long now);

    /** What must be held for what was wanted lately. */
    abstract long needed(long now);

    /** How much must be held to take so many. */
    abstract long neededFor(long units);

    /** Takes back what was taken. */
    abstract void giveBack(long units, long now);

    /** Counts what was used beyond what was taken. */
    abstract void charge(long units, long now);

    /** What the caller may know of it; {@code null} if there is nothing to say. */
    abstract Allowance.@Nullable Rate rate(long now);

    abstract LimitStore.Given doGive(long amount);

    abstract void doReceive(long amount, long debt);

    /** Holds nothing any more: others have it. */
    abstract void doLose();

    /** What running calls occupy, that cannot be given up. */
    long busy() {
        return 0;
    }

    @Override
    public LimitKey key() {
        return key;
    }

    Limit limit() {
        return limit;
    }

    /** As {@link #tryTake}, and remembers that it was wanted. */
    long take(long units, long now) {
        lock.lock();
        try {
            usedAt = now;
            askedFor += units;
            long wait = tryTake(units, now);
            wanted(units, wait == 0, now);
            return wait;
        } finally {
            lock.unlock();
        }
    }

    /** Whether so many could never be taken with what is held, while others hold the rest. */
    boolean isShortOf(long units) {
        lock.lock();
        try {
            return held() < Math.min(whole(), neededFor(units));
        } finally {
            lock.unlock();
        }
    }

    /** Waits until enough is held for so many, at most until then. */
    void awaitEnough(long units, long untilNanos) throws InterruptedException {
        lock.lock();
        try {
            long left = untilNanos - System.nanoTime();
            while (held() < Math.min(whole(), neededFor(units)) && left > 0) {
                left = Math.min(more.awaitNanos(left), untilNanos - System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the books of a round: what was wanted since the last one is the demand of the next. */
    void closeRound(long now) {
        lock.lock();
        try {
            long before = demand;
            demand = Math.max(Math.max(askedFor, busy()), demand - (demand >> FORGET_SHIFT) - (demand > 0 ? 1 : 0));
            long wanted = needed(now);
            unsaid |= demand != before || wanted != needs;
            needs = wanted;
            askedFor = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the store must hear of it: it never did, or this replica is not alone with it. */
    boolean isDue() {
        lock.lock();
        try {
            return !renewed || (held() < whole() && (unsaid || held() < needs || demand > 0));
        } finally {
            lock.unlock();
        }
    }

    /** Since when nobody wanted anything of it. */
    long usedAt() {
        lock.lock();
        try {
            return usedAt;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it can be forgotten. */
    boolean isIdle(long now, long nanos) {
        lock.lock();
        try {
            return busy() == 0 && now - usedAt > nanos;
        } finally {
            lock.unlock();
        }
    }

    /** The store has heard what is wanted. */
    void said() {
        lock.lock();
        try {
            renewed = true;
            unsaid = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long needs() {
        lock.lock();
        try {
            return needs;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long demand() {
        lock.lock();
        try {
            return demand;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LimitStore.Given give(long amount) {
        lock.lock();
        try {
            return doGive(amount);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void receive(long amount, long debt) {
        lock.lock();
        try {
            doReceive(amount, debt);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void lose() {
        lock.lock();
        try {
            doLose();
            renewed = false;
        } finally {
            lock.unlock();
        }
    }
}
