package dev.portreeve.policy.call;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** An amount of money in billionths of a US dollar. Never floating point; arithmetic that overflows throws. */
public record NanoUsd(long nanos) implements Comparable<NanoUsd> {
    public static final NanoUsd ZERO = new NanoUsd(0);
    private static final int SCALE = 9;

    /**
     * Reads a decimal amount of dollars ("0.15").
     *
     * @throws NumberFormatException not a decimal
     * @throws ArithmeticException finer than a nano-dollar, or beyond 64 bits
     */
    public static NanoUsd ofUsd(String decimal) {
        return ofUsd(new BigDecimal(decimal));
    }

    public static NanoUsd ofUsd(BigDecimal dollars) {
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

    /** Dollars as a plain decimal without trailing zeros, for records and headers. */
    public String toDecimal() {
        BigDecimal stripped = BigDecimal.valueOf(nanos, SCALE).stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0).toPlainString() : stripped.toPlainString();
    }

    @Override
    public String toString() {
        return "$" + toDecimal();
    }
}
