package dev.portreeve.gateway.price;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.NanoUsd;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An entry as one line of a snapshot. Amounts are strings, so that no reader can make binary fractions of them. */
final class EntryJson {
    private static final String TIERS = "tiers";
    private static final String ABOVE = "above";
    private static final String SOURCES = "from";
    private static final String SEARCHING = "searching";
    private static final String CONTEXT = "context-window";
    private static final String MAX_OUTPUT = "max-output-tokens";

    private EntryJson() {}

    static ObjectNode write(PriceEntry entry) {
        ObjectNode json = amounts(entry.amounts());
        if (!entry.tiers().isEmpty()) {
            ArrayNode tiers = json.putArray(TIERS);
            entry.tiers().forEach(tier -> tiers.add(amounts(tier.amounts()).put(ABOVE, tier.above())));
        }
        if (entry.searching() != Fees.Searching.EACH) {
            json.put(SEARCHING, word(entry.searching()));
        }
        if (entry.contextWindow() > 0) {
            json.put(CONTEXT, entry.contextWindow());
        }
        if (entry.maxOutputTokens() > 0) {
            json.put(MAX_OUTPUT, entry.maxOutputTokens());
        }
        ObjectNode sources = json.putObject(SOURCES);
        entry.sources().forEach((field, source) -> sources.put(field.key(), source));
        return json;
    }

    private static ObjectNode amounts(Map<PriceField, NanoUsd> amounts) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        amounts.forEach((field, amount) -> json.put(field.key(), amount.toDecimal()));
        return json;
    }

    /** @throws IllegalArgumentException not an entry */
    static PriceEntry read(JsonNode json) {
        List<PriceEntry.Tier> tiers = new ArrayList<>();
        for (JsonNode tier : json.path(TIERS)) {
            tiers.add(new PriceEntry.Tier(tier.path(ABOVE).asInt(), amounts(tier)));
        }
        Map<PriceField, Integer> sources = new EnumMap<>(PriceField.class);
        json.path(SOURCES).properties().forEach(member -> {
            PriceField field = PriceField.of(member.getKey());
            if (field != null) {
                sources.put(field, member.getValue().asInt());
            }
        });
        return new PriceEntry(
                amounts(json),
                sources,
                tiers,
                searching(json.path(SEARCHING).asString("each")),
                json.path(CONTEXT).asInt(0),
                json.path(MAX_OUTPUT).asInt(0));
    }

    static String word(Fees.Searching searching) {
        return searching.name().toLowerCase(Locale.ROOT);
    }

    private static Fees.Searching searching(String word) {
        for (Fees.Searching each : Fees.Searching.values()) {
            if (word(each).equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException("\"" + word + "\" is no way of counting searches");
    }

    private static Map<PriceField, NanoUsd> amounts(JsonNode json) {
        Map<PriceField, NanoUsd> amounts = new EnumMap<>(PriceField.class);
        json.properties().forEach(member -> {
            PriceField field = PriceField.of(member.getKey());
            if (field != null) {
                amounts.put(field, NanoUsd.ofUsd(member.getValue().asString()));
            }
        });
        return amounts;
    }
}
