package dev.portreeve.policy.limit;

import dev.portreeve.policy.call.Allowance;
import org.jspecify.annotations.Nullable;

/** A share of a limit on how many at once: some of its slots. */
final class SlotShare extends Share {
    private long slots;
    private long taken;
    /** Others wait for so many of those that are taken: they are not taken again. */
    private long owed;

    private long refusedAt;

    SlotShare(LimitKey key, Limit limit, long now) {
        super(key, limit, now);
        this.refusedAt = now - REMEMBERED_NANOS;
    }

    @Override
    void wanted(long units, boolean fulfilled, long now) {
        if (!fulfilled) {
            refusedAt = now;
        }
    }

    @Override
    long needed(long now) {
        return taken + (now - refusedAt < REMEMBERED_NANOS ? 1 : 0);
    }

    @Override
    long tryTake(long units, long now) {
        if (taken + units > slots - owed) {
            return Long.MAX_VALUE;
        }
        taken += units;
        return 0;
    }

    @Override
    long neededFor(long units) {
        return taken + units + owed;
    }

    @Override
    long busy() {
        return taken;
    }

    @Override
    void giveBack(long units, long now) {
        lock.lock();
        try {
            taken -= units;
        } finally {
            lock.unlock();
        }
    }

    @Override
    void charge(long units, long now) {
        throw new IllegalStateException("a call occupies one slot");
    }

    @Override
    Allowance.@Nullable Rate rate(long now) {
        return null;
    }

    @Override
    public long whole() {
        return limit().amount();
    }

    @Override
    public long debtPerPart() {
        return 0;
    }

    @Override
    public long held() {
        lock.lock();
        try {
            return slots;
        } finally {
            lock.unlock();
        }
    }

    @Override
    LimitStore.Given doGive(long amount) {
        long free = Math.clamp(slots - taken, 0, amount);
        slots -= free;
        owed = amount - free;
        return new LimitStore.Given(free, 0);
    }

    @Override
    void doReceive(long amount, long debt) {
        slots += amount;
    }

    /** What runs goes on; until it has ended, others may run as many. */
    @Override
    void doLose() {
        slots = 0;
        owed = 0;
    }
}
