package dev.portreeve.gateway.model;

import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceField;
import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.NanoUsd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/** One file of prices that a person wrote. Amounts are read from their text, never through floating point. Immutable. */
final class PriceList implements PriceSource {
    private static final String BUILT_IN = "prices.yaml";
    private static final String MAX_OUTPUT = "max-output-tokens";
    private static final String CONTEXT = "context-window";
    private static final String TIERS = "tiers";
    private static final String ABOVE = "above";
    private static final String SEARCHING = "searching";
    private static final List<String> KEYS = Stream.concat(
                    Arrays.stream(PriceField.values()).map(PriceField::key),
                    Stream.of(TIERS, SEARCHING, CONTEXT, MAX_OUTPUT))
            .toList();
    private static final List<String> TIER_KEYS = Stream.concat(
                    Stream.of(ABOVE),
                    Arrays.stream(PriceField.values())
                            .filter(field -> field.unit() == PriceField.Unit.MILLION_TOKENS)
                            .map(PriceField::key))
            .toList();

    private final Map<String, PriceEntry> exact = new TreeMap<>();
    private final Map<String, PriceEntry> prefixes = new HashMap<>();
    private final String version;

    private PriceList(String version) {
        this.version = version;
    }

    static PriceList builtIn() {
        try (InputStream in = PriceList.class.getResourceAsStream(BUILT_IN)) {
            if (in == null) {
                throw new IllegalStateException("the built-in price list is not in the program");
            }
            return parse(in, "the built-in price list");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PriceList of(byte[] content, String where) {
        return parse(new ByteArrayInputStream(content), where);
    }

    private static PriceList parse(InputStream in, String where) {
        // The failsafe schema leaves every scalar a string: a price is never a double, not even for a moment.
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new FailsafeSchema())
                .setLabel(where)
                .build();
        try {
            Map<?, ?> root = mapping(new Load(settings).loadFromInputStream(in), where);
            PriceList list = new PriceList(text(root, "version", where));
            Map<?, ?> models = mapping(root.get("models"), where + ", models");
            models.forEach((name, entry) -> list.add(String.valueOf(name), entry, where));
            return list;
        } catch (YamlEngineException malformed) {
            throw new IllegalArgumentException(where + " is not valid yaml: " + malformed.getMessage(), malformed);
        }
    }

    private void add(String name, @Nullable Object value, String where) {
        String place = where + ", model \"" + name + "\"";
        Map<?, ?> fields = mapping(value, place);
        known(fields, KEYS, place);
        text(fields, PriceField.INPUT.key(), place);
        text(fields, PriceField.OUTPUT.key(), place);
        PriceEntry entry = new PriceEntry(
                amounts(fields, place),
                new EnumMap<>(PriceField.class),
                tiers(fields.get(TIERS), place),
                searching(fields, place),
                count(fields, CONTEXT, place),
                count(fields, MAX_OUTPUT, place));
        if (name.endsWith("*")) {
            prefixes.put(name.substring(0, name.length() - 1), entry);
        } else {
            exact.put(name, entry);
        }
    }

    private static void known(Map<?, ?> fields, List<String> keys, String place) {
        for (Object key : fields.keySet()) {
            if (!keys.contains(String.valueOf(key))) {
                throw new IllegalArgumentException(place + " has unknown key \"" + key + "\"; there are " + keys);
            }
        }
    }

    private static List<PriceEntry.Tier> tiers(@Nullable Object value, String place) {
        List<PriceEntry.Tier> tiers = new ArrayList<>();
        if (value == null) {
            return tiers;
        }
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException(place + ": tiers is not a list");
        }
        for (Object each : list) {
            Map<?, ?> tier = mapping(each, place + ", tiers");
            known(tier, TIER_KEYS, place + ", tiers");
            text(tier, ABOVE, place + ", tiers");
            tiers.add(new PriceEntry.Tier(count(tier, ABOVE, place), amounts(tier, place)));
        }
        return tiers;
    }

    private static Fees.Searching searching(Map<?, ?> fields, String place) {
        if (!fields.containsKey(SEARCHING)) {
            return Fees.Searching.EACH;
        }
        String word = text(fields, SEARCHING, place);
        for (Fees.Searching each : Fees.Searching.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                place + ": searching \"" + word + "\" is not one of \"each\", \"once\", \"always\"");
    }

    private static Map<PriceField, NanoUsd> amounts(Map<?, ?> fields, String place) {
        Map<PriceField, NanoUsd> amounts = new EnumMap<>(PriceField.class);
        for (PriceField field : PriceField.values()) {
            if (fields.containsKey(field.key())) {
                amounts.put(field, usd(text(fields, field.key(), place), place));
            }
        }
        return amounts;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public List<String> names() {
        return List.copyOf(exact.keySet());
    }

    @Override
    public @Nullable PriceEntry find(String provider, String model) {
        String full = provider + "/" + model;
        PriceEntry found = exact.get(full);
        if (found == null) {
            found = exact.get(model);
        }
        return found == null ? longestPrefix(full) : found;
    }

    private @Nullable PriceEntry longestPrefix(String full) {
        PriceEntry best = null;
        int length = -1;
        for (Map.Entry<String, PriceEntry> prefix : prefixes.entrySet()) {
            if (full.startsWith(prefix.getKey()) && prefix.getKey().length() > length) {
                best = prefix.getValue();
                length = prefix.getKey().length();
            }
        }
        return best;
    }

    private static Map<?, ?> mapping(@Nullable Object value, String place) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(place + " is not a mapping");
    }

    private static String text(Map<?, ?> map, String key, String place) {
        if (map.get(key) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new IllegalArgumentException(place + " has no \"" + key + "\"");
    }

    private static NanoUsd usd(String text, String place) {
        try {
            NanoUsd amount = NanoUsd.ofUsd(text);
            if (amount.nanos() >= 0) {
                return amount;
            }
        } catch (ArithmeticException | NumberFormatException notAnAmount) {
            throw new IllegalArgumentException(place + ": \"" + text + "\" is no amount of dollars", notAnAmount);
        }
        throw new IllegalArgumentException(place + ": \"" + text + "\" is below zero");
    }

    private static int count(Map<?, ?> fields, String key, String place) {
        if (!fields.containsKey(key)) {
            return 0;
        }
        String text = text(fields, key, place);
        try {
            int count = Integer.parseInt(text);
            if (count > 0) {
                return count;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(place + ": \"" + text + "\" is no number of tokens", notANumber);
        }
        throw new IllegalArgumentException(place + ": " + key + " must be at least 1");
    }
}
