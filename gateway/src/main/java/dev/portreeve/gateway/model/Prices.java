package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import java.util.List;

/** What models cost, by list: the operator's first, then the built-in one, then the high default (INV-4). Immutable. */
public final class Prices {
    private static final String DEFAULT_VERSION = "default";

    private final List<PriceList> lists;
    private final PricedModel unlisted;

    /**
     * What is known of a model.
     *
     * @param maxOutputTokens the most it answers with, or 0 where the list does not say
     * @param listed false for the high default
     */
    public record PricedModel(Price price, int maxOutputTokens, boolean listed) {}

    /**
     * Reads the lists.
     *
     * @throws IllegalArgumentException for a list with a mistake, naming the file and the entry
     * @throws java.io.UncheckedIOException for a list that cannot be read
     */
    public static Prices load(PricesConfig config) {
        PriceList builtIn = PriceList.builtIn();
        List<PriceList> lists =
                config.file() == null ? List.of(builtIn) : List.of(PriceList.read(config.file()), builtIn);
        return new Prices(lists, config.defaultInputPerMillion(), config.defaultOutputPerMillion());
    }

    Prices(List<PriceList> lists, NanoUsd defaultInput, NanoUsd defaultOutput) {
        this.lists = List.copyOf(lists);
        this.unlisted = new PricedModel(
                new Price(defaultInput, defaultInput, defaultOutput, NanoUsd.ZERO, DEFAULT_VERSION), 0, false);
    }

    /** The price of a provider's model; the high default if no list has it. */
    public PricedModel of(String provider, String model) {
        for (PriceList list : lists) {
            PricedModel found = list.find(provider, model);
            if (found != null) {
                return found;
            }
        }
        return unlisted;
    }
}
