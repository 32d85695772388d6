package dev.portreeve.policy.call;

import java.math.BigInteger;

/**
 * What a resource costs. Token prices are per million tokens; a tool has only {@code perCall}.
 *
 * @param version the price list this comes from, kept in each record so that a bill can be recomputed
 */
public record Price(
        NanoUsd inputPerMillion,
        NanoUsd cachedInputPerMillion,
        NanoUsd outputPerMillion,
        NanoUsd perCall,
        String version) {
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    public static Price perCall(NanoUsd amount, String version) {
        return new Price(NanoUsd.ZERO, NanoUsd.ZERO, NanoUsd.ZERO, amount, version);
    }

    /**
     * The cost of a usage, rounded up to a whole nano-dollar once, at the end.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd of(Usage usage) {
        long plain = usage.inputTokens() - usage.cachedInputTokens();
        BigInteger millionths = times(plain, inputPerMillion)
                .add(times(usage.cachedInputTokens(), cachedInputPerMillion))
                .add(times(usage.outputTokens(), outputPerMillion));
        BigInteger[] split = millionths.divideAndRemainder(MILLION);
        BigInteger tokens = split[1].signum() == 0 ? split[0] : split[0].add(BigInteger.ONE);
        return new NanoUsd(tokens.longValueExact()).plus(perCall);
    }

    private static BigInteger times(long tokens, NanoUsd price) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(price.nanos()));
    }
}
