package dev.portreeve.policy.call;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** An amount of money in billionths of a US dollar. Never floating point; arithmetic that overflows throws. */
public record NanoUsd(long nanos) implements Comparable<NanoUsd> {
    public static final NanoUsd ZERO = new NanoUsd(0);
    private static final int SCALE = 9;
    private static final long NANOS = 1_000_000_000L;
    /** Of the most that can be counted. */
    private static final int WHOLE_DIGITS = 10;
    /** Sign, ten digits, point, nine digits. */
    private static final int MAX_LENGTH = 21;

    /**
     * Reads a decimal amount of dollars ("0.15").
     *
     * @throws NumberFormatException not a decimal
     * @throws ArithmeticException finer than a nano-dollar, or beyond 64 bits
     */
    public static NanoUsd ofUsd(String decimal) {
        return ofUsd(new BigDecimal(decimal));
    }

    /**
     * The same of a number. Costs no more than its digits, whatever exponent somebody wrote.
     *
     * @throws ArithmeticException finer than a nano-dollar, or beyond 64 bits
     */
    public static NanoUsd ofUsd(BigDecimal dollars) {
        long places = dollars.precision() - (long) dollars.scale();
        if (dollars.signum() != 0 && (places > WHOLE_DIGITS || places < -SCALE)) {
            // Written out, a dozen characters can have a billion digits.
            throw new ArithmeticException("finer than a nano-dollar, or beyond what can be counted");
        }
        return new NanoUsd(dollars.setScale(SCALE, RoundingMode.UNNECESSARY)
                .unscaledValue()
                .longValueExact());
    }

    public NanoUsd plus(NanoUsd other) {
        return new NanoUsd(Math.addExact(nanos, other.nanos));
    }

    public NanoUsd minus(NanoUsd other) {
        return new NanoUsd(Math.subtractExact(nanos, other.nanos));
    }

    /**
     * A fraction of it, or a multiple, rounded up.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd times(long numerator, long denominator) {
        BigInteger[] split = BigInteger.valueOf(nanos)
                .multiply(BigInteger.valueOf(numerator))
                .divideAndRemainder(BigInteger.valueOf(denominator));
        BigInteger up = split[1].signum() > 0 ? BigInteger.ONE : BigInteger.ZERO;
        return new NanoUsd(split[0].add(up).longValueExact());
    }

    public boolean isZero() {
        return nanos == 0;
    }

    @Override
    public int compareTo(NanoUsd other) {
        return Long.compare(nanos, other.nanos);
    }

    /** Dollars as a plain decimal without trailing zeros, for records and headers: a dozen times in a call, so by plain division. */
    public String toDecimal() {
        long whole = nanos / NANOS;
        long rest = Math.abs(nanos % NANOS);
        if (rest == 0) {
            return Long.toString(whole);
        }
        StringBuilder text = new StringBuilder(MAX_LENGTH);
        if (nanos < 0) {
            text.append('-');
        }
        text.append(Math.abs(whole)).append('.');
        int digits = SCALE;
        while (rest % 10 == 0) {
            rest /= 10;
            digits--;
        }
        for (int left = digits - Long.toString(rest).length(); left > 0; left--) {
            text.append('0');
        }
        return text.append(rest).toString();
    }

    @Override
    public String toString() {
        return "$" + toDecimal();
    }
}
