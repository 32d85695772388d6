package dev.portreeve.policy.call;

import java.math.BigInteger;

/**
 * A sum of tokens at prices per million, in millionths of a nano-dollar, exact however large. Prices and counts of real calls fit
 * into 64 bits, and a call's cost is asked for several times: only what does not fit is counted the long way. For one thread.
 */
final class Millionths {
    private static final long PERCENT_OF_MILLION = 100_000_000L;

    private long small;
    /** The whole sum, once it is beyond 64 bits. */
    private BigInteger large = BigInteger.ZERO;

    /** Adds so many tokens at this price per million. */
    Millionths add(long tokens, NanoUsd price) {
        if (tokens == 0 || price.nanos() == 0) {
            return this;
        }
        long low = tokens * price.nanos();
        long sum = small + low;
        boolean fits = Math.multiplyHigh(tokens, price.nanos()) == low >> 63 && ((small ^ sum) & (low ^ sum)) >= 0;
        if (fits && large.signum() == 0) {
            small = sum;
        } else {
            large = exact().add(BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(price.nanos())));
            small = 0;
        }
        return this;
    }

    /** The larger of both. */
    Millionths max(Millionths other) {
        return exact().compareTo(other.exact()) >= 0 ? this : other;
    }

    /**
     * So many hundredths of the sum in nano-dollars, rounded up once.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    long roundedUp(long percent) {
        long hundredths = small * percent;
        if (large.signum() == 0 && small >= 0 && Math.multiplyHigh(small, percent) == 0 && hundredths >= 0) {
            return hundredths / PERCENT_OF_MILLION + (hundredths % PERCENT_OF_MILLION == 0 ? 0 : 1);
        }
        BigInteger[] split = exact().multiply(BigInteger.valueOf(percent))
                .divideAndRemainder(BigInteger.valueOf(PERCENT_OF_MILLION));
        BigInteger whole = split[1].signum() == 0 ? split[0] : split[0].add(BigInteger.ONE);
        return whole.longValueExact();
    }

    private BigInteger exact() {
        return large.signum() == 0 ? BigInteger.valueOf(small) : large;
    }
}
