package dev.portreeve.gateway.report;

/**
 * How durations are spread, in constant memory: a quantile is exact up to 63 ms, and above that at most 3 % too large. For one thread.
 */
final class Spread {
    private static final int EXACT_BITS = 6;
    private static final int STEPS = 1 << (EXACT_BITS - 1);
    private final long[] buckets = new long[(Long.SIZE - EXACT_BITS + 1) * STEPS + STEPS];
    private long count;
    private long largest;

    void add(long millis) {
        long value = Math.max(0, millis);
        buckets[bucket(value)]++;
        count++;
        largest = Math.max(largest, value);
    }

    long count() {
        return count;
    }

    /**
     * The duration that this share of all does not exceed; 0 if there are none.
     *
     * @param share above 0, at most 1
     */
    long quantile(double share) {
        long rank = (long) Math.ceil(share * count);
        long passed = 0;
        for (int i = 0; i < buckets.length; i++) {
            passed += buckets[i];
            if (passed >= rank && passed > 0) {
                return Math.min(upper(i), largest);
            }
        }
        return 0;
    }

    private static int bucket(long value) {
        if (value < 2 * STEPS) {
            return (int) value;
        }
        int shift = Long.SIZE - EXACT_BITS - Long.numberOfLeadingZeros(value);
        return shift * STEPS + (int) (value >>> shift);
    }

    private static long upper(int bucket) {
        if (bucket < 2 * STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return ((long) (bucket - shift * STEPS + 1) << shift) - 1;
    }
}
