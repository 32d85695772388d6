package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.KnownProvider;
import dev.portreeve.gateway.config.KnownProviders;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceSnapshot;
import dev.portreeve.gateway.token.Vocabularies;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What models cost, by list: the operator's first, then what no catalogue can know, then the snapshot in the program, then
 * the high default (INV-4), of which each model is warned once. Thread-safe.
 */
public final class Prices {
    private static final Logger LOG = LoggerFactory.getLogger(Prices.class);
    private static final String DEFAULT_VERSION = "default";
    private static final int MAX_WARNINGS = 500;

    private final List<PriceSource> lists;
    private final PricedModel unlisted;
    private final Vocabularies vocabularies = new Vocabularies();
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    /**
     * What is known of a model.
     *
     * @param maxOutputTokens the most it answers with, or 0 where the list does not say
     * @param listed false for the high default
     * @param statesCost whether its provider says in dollars what a call cost, and is believed
     * @param tokens counts its calls; {@code null} if its vocabulary is not known
     */
    public record PricedModel(
            Price price, int maxOutputTokens, boolean listed, boolean statesCost, Vocabularies.@Nullable Of tokens) {
        /** At a provider that says nothing of costs. */
        public PricedModel(Price price, int maxOutputTokens, boolean listed) {
            this(price, maxOutputTokens, listed, false, null);
        }
    }

    /** An entry and the list that has it. */
    public record Found(PriceSource list, PriceEntry entry) {}

    /**
     * Reads the lists.
     *
     * @throws IllegalArgumentException for a list with a mistake, naming the file and the entry
     * @throws java.io.UncheckedIOException for a list that cannot be read
     */
    public static Prices load(PricesConfig config) {
        List<PriceSource> lists = new ArrayList<>();
        if (config.file() != null) {
            lists.add(PriceSource.read(config.file(), config.verifierKeys()));
        }
        lists.add(PriceList.builtIn());
        lists.add(new PriceSource.Snapshot(PriceSnapshot.builtIn()));
        return new Prices(lists, config.defaultInputPerMillion(), config.defaultOutputPerMillion());
    }

    Prices(List<PriceSource> lists, NanoUsd defaultInput, NanoUsd defaultOutput) {
        this.lists = List.copyOf(lists);
        this.unlisted = new PricedModel(
                new Price(defaultInput, defaultInput, defaultOutput, NanoUsd.ZERO, DEFAULT_VERSION), 0, false);
    }

    /** The price of a provider's model; the high default if no list has it. */
    public PricedModel of(String provider, String model) {
        Found found = find(provider, model);
        KnownProvider known = KnownProviders.builtIn().find(provider);
        boolean statesCost = known != null && known.statesCost();
        Vocabularies.Of tokens = vocabularies.of(known == null ? provider : known.id(), model);
        if (found == null) {
            warn(provider + "/" + model);
            return new PricedModel(unlisted.price(), 0, false, statesCost, tokens);
        }
        PriceEntry entry = found.entry();
        return new PricedModel(entry.price(found.list().version()), entry.maxOutputTokens(), true, statesCost, tokens);
    }

    /** The entry a provider's model is priced by, or {@code null} for the high default. */
    public @Nullable Found find(String provider, String model) {
        KnownProvider known = KnownProviders.builtIn().find(provider);
        for (PriceSource list : lists) {
            PriceEntry entry = list.find(provider, model);
            if (entry == null && known != null && !known.id().equals(provider)) {
                entry = list.find(known.id(), model);
            }
            if (entry != null) {
                return new Found(list, entry);
            }
        }
        return null;
    }

    private void warn(String model) {
        if (warned.size() < MAX_WARNINGS && warned.add(model)) {
            LOG.warn(
                    "model \"{}\" has no price, so each call is counted at the high default; name a price in prices.file",
                    model);
        }
    }
}
