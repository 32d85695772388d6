package dev.portreeve.policy.call;

import java.math.BigInteger;
import java.util.List;

/**
 * What a resource costs. Token prices are per million tokens; a tool has only {@code perCall}.
 *
 * @param rates of an input that reaches no tier
 * @param tiers rates that hold for a whole call instead, once its input is large enough; by rising size
 * @param version the price list this comes from, kept in each record so that a bill can be recomputed
 */
public record Price(Rates rates, List<Tier> tiers, NanoUsd perCall, String version) {
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);
    private static final Rates FREE = Rates.of(NanoUsd.ZERO, NanoUsd.ZERO, NanoUsd.ZERO);

    /**
     * Rates for large inputs.
     *
     * @param above they hold for every call with more input tokens than this
     */
    public record Tier(long above, Rates rates) {}

    public Price {
        tiers = List.copyOf(tiers);
        for (int i = 1; i < tiers.size(); i++) {
            if (tiers.get(i - 1).above() >= tiers.get(i).above()) {
                throw new IllegalArgumentException("tiers must rise in size");
            }
        }
    }

    /** A price without tiers that tells no sorts of tokens apart but cached input. */
    public Price(
            NanoUsd inputPerMillion,
            NanoUsd cachedInputPerMillion,
            NanoUsd outputPerMillion,
            NanoUsd perCall,
            String version) {
        this(Rates.of(inputPerMillion, cachedInputPerMillion, outputPerMillion), List.of(), perCall, version);
    }

    public static Price perCall(NanoUsd amount, String version) {
        return new Price(FREE, List.of(), amount, version);
    }

    public NanoUsd inputPerMillion() {
        return rates.input();
    }

    public NanoUsd cachedInputPerMillion() {
        return rates.cachedInput();
    }

    public NanoUsd outputPerMillion() {
        return rates.output();
    }

    /**
     * The cost of a usage, rounded up to a whole nano-dollar once, at the end.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd of(Usage usage) {
        Rates rate = ratesFor(usage.inputTokens());
        Usage.Parts parts = usage.parts();
        return total(times(usage.plainInputTokens(), rate.input())
                .add(times(usage.cachedInputTokens(), rate.cachedInput()))
                .add(times(parts.cacheWrite(), rate.cacheWrite()))
                .add(times(parts.cacheWriteHour(), rate.cacheWriteHour()))
                .add(times(parts.audioInput(), rate.audioInput()))
                .add(times(usage.plainOutputTokens(), rate.output()))
                .add(times(parts.reasoning(), rate.reasoning()))
                .add(times(parts.audioOutput(), rate.audioOutput())));
    }

    /**
     * At least what any usage within these bounds costs: each token as the dearest sort, at the dearest rates that an input
     * of that size or smaller can have.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd atMost(long inputTokens, long outputTokens) {
        NanoUsd worst = atMost(rates, inputTokens, outputTokens);
        for (Tier tier : tiers) {
            NanoUsd here = inputTokens > tier.above() ? atMost(tier.rates(), inputTokens, outputTokens) : worst;
            worst = here.compareTo(worst) > 0 ? here : worst;
        }
        return worst;
    }

    private NanoUsd atMost(Rates rate, long inputTokens, long outputTokens) {
        return total(times(inputTokens, rate.dearestInput()).add(times(outputTokens, rate.dearestOutput())));
    }

    private Rates ratesFor(long inputTokens) {
        Rates found = rates;
        for (Tier tier : tiers) {
            found = inputTokens > tier.above() ? tier.rates() : found;
        }
        return found;
    }

    private NanoUsd total(BigInteger millionths) {
        BigInteger[] split = millionths.divideAndRemainder(MILLION);
        BigInteger tokens = split[1].signum() == 0 ? split[0] : split[0].add(BigInteger.ONE);
        return new NanoUsd(tokens.longValueExact()).plus(perCall);
    }

    private static BigInteger times(long tokens, NanoUsd price) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(price.nanos()));
    }
}
