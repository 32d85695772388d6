package dev.portreeve.gateway.price;

import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What providers publish that they charge for searches, containers and the like, which is the same for all of their models and in
 * catalogues of models is mostly missing. Put under what catalogues say, never over it. Immutable.
 */
public final class ToolFees {
    private static final String FILE = "fees.json";

    private final JsonNode json;

    private ToolFees(JsonNode json) {
        this.json = json;
    }

    /** Those in the program. */
    public static ToolFees builtIn() {
        try (InputStream in = ToolFees.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + FILE + " in the program");
            }
            return new ToolFees(JsonMapper.shared().readTree(in));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** What is said of them in a list that has them. */
    public PriceSnapshot.Source source() {
        return new PriceSnapshot.Source(
                json.path("name").asString(""),
                json.path("state").asString(""),
                json.path("licence").asString(""));
    }

    /**
     * The entries with the fees that they lack.
     *
     * @param source the place of these fees among the sources of the list
     */
    public Map<String, PriceEntry> under(Map<String, PriceEntry> entries, int source) {
        Map<String, PriceEntry> with = new TreeMap<>();
        entries.forEach((name, entry) -> with.put(name, under(name, entry, source)));
        return with;
    }

    private PriceEntry under(String name, PriceEntry entry, int source) {
        Map<PriceField, NanoUsd> amounts = new EnumMap<>(entry.amounts());
        Map<PriceField, Integer> sources = new EnumMap<>(PriceField.class);
        sources.putAll(entry.sources());
        for (JsonNode rule : json.path("rules")) {
            String models = rule.path("models").asString("");
            if (name.startsWith(models.substring(0, models.length() - 1))) {
                rule.path("fees").properties().forEach(fee -> {
                    PriceField field = PriceField.of(fee.getKey());
                    if (field == null) {
                        throw new IllegalStateException("\"" + fee.getKey() + "\" in " + FILE + " is no price");
                    }
                    if (amounts.putIfAbsent(field, NanoUsd.ofUsd(fee.getValue().asString())) == null) {
                        sources.put(field, source);
                    }
                });
            }
        }
        return new PriceEntry(
                amounts, sources, entry.tiers(), entry.searching(), entry.contextWindow(), entry.maxOutputTokens());
    }
}
