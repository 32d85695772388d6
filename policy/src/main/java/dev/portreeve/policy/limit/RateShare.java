package dev.portreeve.policy.limit;

import dev.portreeve.policy.call.Allowance;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A share of a limit on how fast: of its rate and of its burst. */
final class RateShare extends Share {
    private final LongSupplier nanos;
    private Gcra meter;
    private long largest;
    private long largestBefore;
    private long since;

    RateShare(LimitKey key, Limit limit, LongSupplier nanos) {
        super(key, limit, nanos.getAsLong());
        this.nanos = nanos;
        this.meter = empty();
        this.since = nanos.getAsLong();
    }

    private Gcra empty() {
        return new Gcra(limit().amount(), limit().per(), limit().burst(), nanos.getAsLong());
    }

    @Override
    long tryTake(long units, long now) {
        return meter.admit(units, now);
    }

    @Override
    void wanted(long units, boolean taken, long now) {
        forget(now);
        largest = Math.max(largest, meter.needed(units));
    }

    @Override
    long needed(long now) {
        forget(now);
        return Math.max(largest, largestBefore);
    }

    private void forget(long now) {
        if (now - since > REMEMBERED_NANOS) {
            largestBefore = now - since > 2 * REMEMBERED_NANOS ? 0 : largest;
            largest = 0;
            since = now;
        }
    }

    @Override
    long neededFor(long units) {
        return meter.needed(units);
    }

    @Override
    void giveBack(long units, long now) {
        lock.lock();
        try {
            meter.giveBack(units, now);
        } finally {
            lock.unlock();
        }
    }

    @Override
    void charge(long units, long now) {
        lock.lock();
        try {
            meter.charge(units, now);
        } finally {
            lock.unlock();
        }
    }

    @Override
    Allowance.@Nullable Rate rate(long now) {
        lock.lock();
        try {
            long parts = Math.max(1, meter.parts());
            // The others are taken to have as much left for their share as this one.
            long remaining = meter.free(now) * Gcra.PARTS / parts;
            return new Allowance.Rate(limit().amount(), remaining, Duration.ofNanos(meter.fullIn(now)));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long whole() {
        return Gcra.PARTS;
    }

    @Override
    public long debtPerPart() {
        return Gcra.perPart(limit().amount(), limit().per(), limit().burst());
    }

    @Override
    public long held() {
        lock.lock();
        try {
            return meter.parts();
        } finally {
            lock.unlock();
        }
    }

    @Override
    LimitStore.Given doGive(long amount) {
        return new LimitStore.Given(amount, meter.give(amount, nanos.getAsLong()));
    }

    @Override
    void doReceive(long amount, long debt) {
        meter.receive(amount, debt, nanos.getAsLong());
    }

    @Override
    void doLose() {
        meter = empty();
    }
}
