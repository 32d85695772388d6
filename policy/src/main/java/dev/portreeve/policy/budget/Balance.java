package dev.portreeve.policy.budget;

/**
 * What one budget counts, in one window.
 *
 * @param limit that holds now: of the budget, with what was raised for a while and what came from windows before
 * @param overrun billed above what was held; counts against the next admission, and never overflows: it stops at the top
 */
record Balance(long limit, long held, long settled, long overrun) {
    static Balance empty(long limit) {
        return new Balance(limit, 0, 0, 0);
    }

    /** What may still be held; below zero after an overrun or a lowered limit. */
    long remaining() {
        long within = limit - held - settled;
        return within < Long.MIN_VALUE + overrun ? Long.MIN_VALUE : within - overrun;
    }

    /** How much more was spent than the limit allows; zero if it is not. */
    long debt() {
        return Math.max(0, spent() - limit);
    }

    long spent() {
        return saturated(settled, overrun);
    }

    Balance hold(long amount) {
        return new Balance(limit, Math.addExact(held, amount), settled, overrun);
    }

    /** A hold of {@code amount} ends with {@code charged} of it spent, and {@code excess} beyond it. */
    Balance resolve(long amount, long charged, long excess) {
        return new Balance(
                limit, Math.subtractExact(held, amount), Math.addExact(settled, charged), saturated(overrun, excess));
    }

    /** What a call was charged counts no longer: another one has taken its place. */
    Balance takeBack(long charged, long excess) {
        return new Balance(limit, held, Math.subtractExact(settled, charged), Math.max(0, overrun - excess));
    }

    static long saturated(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
