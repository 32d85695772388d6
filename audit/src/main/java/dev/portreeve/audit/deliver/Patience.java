package dev.portreeve.audit.deliver;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long one tenant's next attempt waits after those that failed: about twice as long each time, up to a bound, and never
 * the same for two. Also how large that attempt may be. For one thread.
 */
final class Patience {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int MOST_DOUBLINGS = 9;

    private final RandomGenerator random;
    private final Duration first;
    private final int mostRecords;
    private long moves;
    private int failures;
    private int records;
    private long notBefore = System.nanoTime();
    private long triedFirst;
    private long triedEnd;

    Patience(RandomGenerator random, Duration first, int mostRecords) {
        this.random = random;
        this.first = first;
        this.mostRecords = mostRecords;
        this.records = mostRecords;
    }

    /**
     * Whether the next attempt may begin.
     *
     * @param moved how often somebody moved the place: who just did need not wait
     */
    boolean isOver(long moved) {
        if (moved != moves) {
            moves = moved;
            failures = 0;
            notBefore = System.nanoTime();
        }
        return System.nanoTime() - notBefore >= 0;
    }

    boolean isFailing() {
        return failures > 0;
    }

    /** The most records of the next attempt. */
    int records() {
        return records;
    }

    /** What was sent is taken: larger batches are tried again. */
    void taken() {
        failures = 0;
        notBefore = System.nanoTime();
        triedEnd = 0;
        records = (int) Math.min(mostRecords, records * 2L);
    }

    /** So many records were not taken, because of something in them. Halves what is tried, at once. */
    void smaller(int tried) {
        triedEnd = 0;
        records = Math.max(1, Math.min(records, tried) / 2);
    }

    /** This range may have been taken: if it comes again, then under the same name, so that it can be known. */
    void mayHaveTaken(long first, long end) {
        triedFirst = first;
        triedEnd = end;
    }

    /**
     * Before which index the next attempt ends.
     *
     * @param signed what there is
     */
    long until(long first, long signed) {
        return first == triedFirst && triedEnd > first ? Math.min(signed, triedEnd) : signed;
    }

    /** Whether a refusal of so many records is one of a single record. */
    static boolean isSingle(int tried) {
        return tried == 1;
    }

    /** Waits before the next attempt: between half of it and all. */
    void failed() {
        Duration whole = first.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        Duration bound = whole.compareTo(LONGEST) < 0 ? whole : LONGEST;
        failures++;
        long half = bound.toNanos() / 2;
        notBefore = System.nanoTime() + half + random.nextLong(half + 1);
    }
}
