package dev.portreeve.policy.call;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * What a resource costs. Token prices are per million tokens; a tool has only {@code perCall}.
 *
 * @param rates of an input that reaches no tier
 * @param tiers rates that hold for a whole call instead, once its input is large enough; by rising size
 * @param services the same in other tiers of service; one that is missing costs what {@link ServiceTier#unlisted} says
 * @param fees for what the provider does beside the model
 * @param version the price list this comes from, kept in each record so that a bill can be recomputed
 */
public record Price(
        Rates rates,
        List<Tier> tiers,
        Map<ServiceTier, Schedule> services,
        Fees fees,
        NanoUsd perCall,
        String version) {
    private static final Rates FREE = Rates.of(NanoUsd.ZERO, NanoUsd.ZERO, NanoUsd.ZERO);

    /**
     * Rates for large inputs.
     *
     * @param above they hold for every call with more input tokens than this
     */
    public record Tier(long above, Rates rates) {}

    /** Rates of one tier of service, by the size of the input. */
    public record Schedule(Rates rates, List<Tier> tiers) {
        public Schedule {
            tiers = List.copyOf(tiers);
            for (int i = 1; i < tiers.size(); i++) {
                if (tiers.get(i - 1).above() >= tiers.get(i).above()) {
                    throw new IllegalArgumentException("tiers must rise in size");
                }
            }
        }

        private Rates of(long inputTokens) {
            Rates found = rates;
            for (Tier tier : tiers) {
                found = inputTokens > tier.above() ? tier.rates() : found;
            }
            return found;
        }
    }

    public Price {
        tiers = new Schedule(rates, tiers).tiers();
        services = Map.copyOf(services);
    }

    /** A price of a list that knows no fees. */
    public Price(Rates rates, List<Tier> tiers, Map<ServiceTier, Schedule> services, NanoUsd perCall, String version) {
        this(rates, tiers, services, Fees.UNLISTED, perCall, version);
    }

    /** The same with other fees. */
    public Price with(Fees other) {
        return new Price(rates, tiers, services, other, perCall, version);
    }

    /** A price that is the same however the call is served. */
    public Price(Rates rates, List<Tier> tiers, NanoUsd perCall, String version) {
        this(rates, tiers, Map.of(), perCall, version);
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

    private Schedule schedule(ServiceTier tier) {
        Schedule listed = services.get(tier);
        return listed == null ? new Schedule(unlisted(rates, tier), unlisted(tier)) : listed;
    }

    private List<Tier> unlisted(ServiceTier service) {
        return tiers.stream()
                .map(tier -> new Tier(tier.above(), unlisted(tier.rates(), service)))
                .toList();
    }

    private static Rates unlisted(Rates standard, ServiceTier service) {
        return service == ServiceTier.STANDARD
                ? standard
                : standard.scaled(service.unlisted(standard.input()), service.unlisted(standard.output()));
    }

    /** What it costs in a tier of service, of an input that reaches no tier of size. */
    public Rates rates(ServiceTier tier) {
        return schedule(tier).rates();
    }

    /** Whether the list has a price for this tier of service. */
    public boolean lists(ServiceTier tier) {
        return tier == ServiceTier.STANDARD || services.containsKey(tier);
    }

    /**
     * The cost of a usage, rounded up to a whole nano-dollar once, at the end.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd of(Usage usage) {
        Rates rate = schedule(usage.terms().tier()).of(usage.inputTokens());
        Usage.Parts parts = usage.parts();
        Millionths tokens = new Millionths()
                .add(usage.plainInputTokens(), rate.input())
                .add(usage.cachedInputTokens(), rate.cachedInput())
                .add(parts.cacheWrite(), rate.cacheWrite())
                .add(parts.cacheWriteHour(), rate.cacheWriteHour())
                .add(parts.audioInput(), rate.audioInput())
                .add(parts.imageInput(), rate.imageInput())
                .add(usage.plainOutputTokens(), rate.output())
                .add(parts.reasoning(), rate.reasoning())
                .add(parts.audioOutput(), rate.audioOutput())
                .add(parts.imageOutput(), rate.imageOutput());
        return total(tokens, usage.terms().uplift(), usage.apart().uses());
    }

    /**
     * At least what any usage within these bounds costs on these terms: each token as the dearest sort, at the dearest rates
     * that an input of that size or smaller can have.
     *
     * @throws ArithmeticException beyond 64 bits
     */
    public NanoUsd atMost(long inputTokens, long outputTokens, Terms terms) {
        return atMost(inputTokens, outputTokens, terms, Map.of());
    }

    /** The same, with at most so many uses of what the provider does beside the model. */
    public NanoUsd atMost(long inputTokens, long outputTokens, Terms terms, Map<HostedService, Long> uses) {
        Schedule schedule = schedule(terms.tier());
        Millionths worst = atMost(schedule.rates(), inputTokens, outputTokens);
        for (Tier tier : schedule.tiers()) {
            if (inputTokens > tier.above()) {
                worst = worst.max(atMost(tier.rates(), inputTokens, outputTokens));
            }
        }
        return total(worst, terms.uplift(), uses);
    }

    /** On the usual terms. */
    public NanoUsd atMost(long inputTokens, long outputTokens) {
        return atMost(inputTokens, outputTokens, Terms.USUAL);
    }

    private static Millionths atMost(Rates rate, long inputTokens, long outputTokens) {
        return new Millionths().add(inputTokens, rate.dearestInput()).add(outputTokens, rate.dearestOutput());
    }

    private NanoUsd total(Millionths sum, int uplift, Map<HostedService, Long> uses) {
        long tokens = sum.roundedUp(100L + uplift);
        if (fees.areNothing(uses)) {
            return new NanoUsd(tokens).plus(perCall);
        }
        return new NanoUsd(BigInteger.valueOf(tokens).add(fees.cost(uses)).longValueExact()).plus(perCall);
    }
}
