package dev.portreeve.policy.limit;

import java.time.Duration;

/**
 * The generic cell rate algorithm (ITU-T I.371) over a share of a limit: what was admitted is a debt in time, which the clock
 * pays off; a call is admitted if the debt stays within what the burst takes to come back. Whole numbers throughout: the debt is
 * counted in {@value #PARTS}ths of a nanosecond and what does not divide is carried on, so nothing drifts.
 *
 * <p>A share of {@code parts} of {@value #PARTS} has that part of the rate and of the burst: its debt is paid off by so many
 * units each nanosecond. Debts move with the parts they were made on, so shares together never admit more than the whole limit
 * would. Not thread-safe.
 */
final class Gcra {
    /** What a whole limit is divided into. */
    static final long PARTS = 1000;

    /** Beyond any debt that is paid off within the life of a process, and far from overflowing. */
    private static final long MOST = Long.MAX_VALUE / 4;

    private final long rate;
    /** What one costs: whole units of debt, and as much more as {@code rest / rate}. */
    private final long each;

    private final long rest;
    /** How much debt each part may have. */
    private final long perPart;

    private long parts;
    private long debt;
    /** Of one unit of debt: {@code carry / rate}. */
    private long carry;

    private long at;

    /**
     * An empty share.
     *
     * @param rate how many per period
     * @param burst how many at once
     * @param now of a clock that only goes on, in nanoseconds
     */
    Gcra(long rate, Duration per, long burst, long now) {
        this.rate = rate;
        this.each = per.toNanos() * PARTS / rate;
        this.rest = per.toNanos() * PARTS % rate;
        this.perPart = perPart(rate, per, burst);
        this.at = now;
    }

    /**
     * What each part may owe: the nanoseconds in which the whole burst comes back. Rounded up, or a whole burst would not fit; one
     * more never does, for one takes at least a nanosecond.
     */
    static long perPart(long rate, Duration per, long burst) {
        long whole = per.toNanos() / rate;
        long rest = per.toNanos() % rate;
        return whole * burst + (rest * burst + rate - 1) / rate;
    }

    long parts() {
        return parts;
    }

    long debt() {
        return debt;
    }

    private void pay(long now) {
        long passed = now - at;
        if (passed <= 0) {
            return;
        }
        at = now;
        if (parts == 0) {
            return;
        }
        if (debt / parts < passed) {
            debt = 0;
            carry = 0;
        } else {
            debt -= passed * parts;
        }
    }

    private long cost(long units) {
        return units * each + (units * rest + carry) / rate;
    }

    private long capacity() {
        return perPart * parts;
    }

    /** Admits so many, or says in how many nanoseconds it would: 0 for admitted, {@link Long#MAX_VALUE} if never as it is now. */
    long admit(long units, long now) {
        pay(now);
        long cost = cost(units);
        long capacity = capacity();
        if (parts == 0 || cost > capacity) {
            return Long.MAX_VALUE;
        }
        long above = debt + cost - capacity;
        if (above > 0) {
            return (above + parts - 1) / parts;
        }
        take(units, cost);
        return 0;
    }

    private void take(long units, long cost) {
        carry = (units * rest + carry) % rate;
        debt = Math.min(MOST, debt + cost);
    }

    /** Counts what has happened already, whatever the limit says. */
    void charge(long units, long now) {
        pay(now);
        take(units, cost(units));
    }

    /** Takes back what was admitted and not used. */
    void giveBack(long units, long now) {
        pay(now);
        long fraction = units * rest;
        long back = units * each + fraction / rate;
        long odd = fraction % rate;
        if (odd > carry) {
            back++;
            carry += rate;
        }
        carry -= odd;
        debt -= back;
        if (debt < 0) {
            debt = 0;
            carry = 0;
        }
    }

    /** How many could be admitted now. */
    long free(long now) {
        pay(now);
        long left = capacity() - debt;
        if (left <= 0) {
            return 0;
        }
        // Near enough: the two steps below put right what doubles round.
        long units = (long) (left / (each + (double) rest / rate));
        while (units > 0 && cost(units) > left) {
            units--;
        }
        while (cost(units + 1) <= left) {
            units++;
        }
        return units;
    }

    /** In how many nanoseconds everything is free again. */
    long fullIn(long now) {
        pay(now);
        return parts == 0 ? 0 : (debt + parts - 1) / parts;
    }

    /** How many parts are needed to admit so many at once. */
    long needed(long units) {
        long cost = cost(units);
        return perPart == 0 ? PARTS : Math.clamp((cost + perPart - 1) / perPart, 1, PARTS);
    }

    /**
     * Hands parts over, with the debt that was made on them.
     *
     * @return the debt
     */
    long give(long amount, long now) {
        pay(now);
        if (amount == 0 || parts == 0) {
            return 0;
        }
        long moved = amount == parts ? debt + (carry > 0 ? 1 : 0) : portion(debt, amount, parts);
        parts -= amount;
        debt = Math.max(0, debt - moved);
        carry = parts == 0 ? 0 : carry;
        return moved;
    }

    /** Takes parts over, with their debt. */
    void receive(long amount, long owed, long now) {
        pay(now);
        parts += amount;
        debt = Math.min(MOST, debt + owed);
    }

    /** {@code debt * amount / all}, rounded up, without overflowing. */
    static long portion(long debt, long amount, long all) {
        return debt / all * amount + (debt % all * amount + all - 1) / all;
    }
}
