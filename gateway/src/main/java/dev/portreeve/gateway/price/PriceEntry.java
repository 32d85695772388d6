package dev.portreeve.gateway.price;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Rates;
import dev.portreeve.policy.call.ServiceTier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One model in a price list. Immutable.
 *
 * @param amounts what is known; {@code input} and {@code output} always are
 * @param sources for each amount, which of the list's sources says so
 * @param tiers amounts that replace those above for inputs beyond a size, by rising size
 * @param searching how the provider counts searches for this model
 * @param contextWindow in tokens, or 0 where the list does not say
 * @param maxOutputTokens the most it answers with, or 0 where the list does not say
 */
public record PriceEntry(
        Map<PriceField, NanoUsd> amounts,
        Map<PriceField, Integer> sources,
        List<Tier> tiers,
        Fees.Searching searching,
        int contextWindow,
        int maxOutputTokens) {
    private static final Map<PriceField, HostedService> SERVICES = Map.of(
            PriceField.WEB_SEARCH, HostedService.WEB_SEARCH,
            PriceField.MAPS, HostedService.MAPS,
            PriceField.FILE_SEARCH, HostedService.FILE_SEARCH,
            PriceField.CODE_INTERPRETER, HostedService.CODE_INTERPRETER,
            PriceField.IMAGE_GENERATION, HostedService.IMAGE_GENERATION);
    private static final Map<PriceField, Fees.Search> SEARCHES = Map.of(
            PriceField.WEB_SEARCH_LOW, Fees.Search.LITTLE,
            PriceField.WEB_SEARCH_HIGH, Fees.Search.MUCH,
            PriceField.WEB_SEARCH_PREVIEW, Fees.Search.PREVIEW);

    /** Amounts for inputs of more than so many tokens. */
    public record Tier(int above, Map<PriceField, NanoUsd> amounts) {
        public Tier {
            amounts = Collections.unmodifiableMap(amounts);
        }
    }

    /** An entry whose provider counts searches one by one. */
    public PriceEntry(
            Map<PriceField, NanoUsd> amounts,
            Map<PriceField, Integer> sources,
            List<Tier> tiers,
            int contextWindow,
            int maxOutputTokens) {
        this(amounts, sources, tiers, Fees.Searching.EACH, contextWindow, maxOutputTokens);
    }

    /** @throws IllegalArgumentException no price of input or output, an amount below zero, or tiers out of order */
    public PriceEntry {
        amounts = Collections.unmodifiableMap(amounts);
        sources = Collections.unmodifiableMap(sources);
        tiers = List.copyOf(tiers);
        if (!amounts.containsKey(PriceField.INPUT) || !amounts.containsKey(PriceField.OUTPUT)) {
            throw new IllegalArgumentException("a price of input and one of output are needed");
        }
        int last = 0;
        for (Tier tier : tiers) {
            if (tier.above() <= last) {
                throw new IllegalArgumentException("tiers must rise in size, from above zero");
            }
            last = tier.above();
        }
    }

    /** What calls are held and charged by. A sort of token without a price of its own costs what plain ones cost. */
    public Price price(String version) {
        List<Price.Tier> dearer = tiers.stream()
                .map(tier -> new Price.Tier(tier.above(), rates(over(tier))))
                .toList();
        return new Price(rates(amounts), dearer, services(dearer), fees(), NanoUsd.ZERO, version);
    }

    private Fees fees() {
        Map<HostedService, NanoUsd> each = new EnumMap<>(HostedService.class);
        Map<Fees.Search, NanoUsd> searches = new EnumMap<>(Fees.Search.class);
        amounts.forEach((field, amount) -> {
            HostedService service = SERVICES.get(field);
            Fees.Search search = SEARCHES.get(field);
            if (service != null) {
                each.put(service, amount);
            } else if (search != null) {
                searches.put(search, amount);
            }
        });
        return new Fees(each, searches, searching);
    }

    /** Lists say what plain input and output cost in another tier; what is read from caches and the like costs as much more or less. */
    private Map<ServiceTier, Price.Schedule> services(List<Price.Tier> dearer) {
        Map<ServiceTier, Price.Schedule> services = new EnumMap<>(ServiceTier.class);
        put(services, ServiceTier.BATCH, PriceField.BATCH_INPUT, PriceField.BATCH_OUTPUT, dearer);
        put(services, ServiceTier.FLEX, PriceField.FLEX_INPUT, PriceField.FLEX_OUTPUT, dearer);
        put(services, ServiceTier.PRIORITY, PriceField.PRIORITY_INPUT, PriceField.PRIORITY_OUTPUT, dearer);
        put(services, ServiceTier.FAST, PriceField.FAST_INPUT, PriceField.FAST_OUTPUT, dearer);
        return services;
    }

    private void put(
            Map<ServiceTier, Price.Schedule> services,
            ServiceTier tier,
            PriceField input,
            PriceField output,
            List<Price.Tier> dearer) {
        NanoUsd in = amounts.get(input);
        NanoUsd out = amounts.get(output);
        if (in == null || out == null) {
            return;
        }
        Rates standard = rates(amounts);
        List<Price.Tier> scaled = new ArrayList<>();
        for (int i = 0; i < dearer.size(); i++) {
            Rates large = dearer.get(i).rates();
            Map<PriceField, NanoUsd> own = tiers.get(i).amounts();
            scaled.add(new Price.Tier(
                    dearer.get(i).above(),
                    large.scaled(
                            own.getOrDefault(input, scaled(large.input(), in, standard.input())),
                            own.getOrDefault(output, scaled(large.output(), out, standard.output())))));
        }
        services.put(tier, new Price.Schedule(standard.scaled(in, out), scaled));
    }

    private static NanoUsd scaled(NanoUsd amount, NanoUsd other, NanoUsd base) {
        return base.isZero() ? amount : amount.times(other.nanos(), base.nanos());
    }

    private Map<PriceField, NanoUsd> over(Tier tier) {
        Map<PriceField, NanoUsd> merged = new EnumMap<>(amounts);
        merged.putAll(tier.amounts());
        return merged;
    }

    private static Rates rates(Map<PriceField, NanoUsd> from) {
        NanoUsd input = from.getOrDefault(PriceField.INPUT, NanoUsd.ZERO);
        NanoUsd output = from.getOrDefault(PriceField.OUTPUT, NanoUsd.ZERO);
        NanoUsd write = from.getOrDefault(PriceField.CACHE_WRITE, input);
        return new Rates(
                input,
                from.getOrDefault(PriceField.CACHED_INPUT, input),
                write,
                from.getOrDefault(PriceField.CACHE_WRITE_HOUR, write),
                from.getOrDefault(PriceField.AUDIO_INPUT, input),
                from.getOrDefault(PriceField.IMAGE_INPUT, input),
                output,
                from.getOrDefault(PriceField.REASONING, output),
                from.getOrDefault(PriceField.AUDIO_OUTPUT, output),
                from.getOrDefault(PriceField.IMAGE_OUTPUT, output));
    }
}
