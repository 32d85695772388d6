package dev.portreeve.gateway.model;

import dev.portreeve.gateway.model.Prices.PricedModel;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/** One file of prices. Amounts are read from their text, never through floating point. Immutable. */
final class PriceList {
    private static final String BUILT_IN = "prices.yaml";
    private static final Set<String> KEYS = Set.of("input", "cached-input", "output", "max-output-tokens");

    private final Map<String, PricedModel> exact = new HashMap<>();
    private final Map<String, PricedModel> prefixes = new HashMap<>();

    private PriceList() {}

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

    static PriceList read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return parse(in, "price list \"" + file + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException("price list \"" + file + "\" cannot be read", e);
        }
    }

    private static PriceList parse(InputStream in, String where) {
        // The failsafe schema leaves every scalar a string: a price is never a double, not even for a moment.
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new FailsafeSchema())
                .setLabel(where)
                .build();
        PriceList list = new PriceList();
        try {
            Map<?, ?> root = mapping(new Load(settings).loadFromInputStream(in), where);
            String version = text(root, "version", where);
            Map<?, ?> models = mapping(root.get("models"), where + ", models");
            models.forEach((name, entry) -> list.add(String.valueOf(name), entry, version, where));
        } catch (YamlEngineException malformed) {
            throw new IllegalArgumentException(where + " is not valid yaml: " + malformed.getMessage(), malformed);
        }
        return list;
    }

    private void add(String name, @Nullable Object entry, String version, String where) {
        String place = where + ", model \"" + name + "\"";
        Map<?, ?> fields = mapping(entry, place);
        for (Object key : fields.keySet()) {
            if (!KEYS.contains(String.valueOf(key))) {
                throw new IllegalArgumentException(place + " has unknown key \"" + key + "\"; there are " + KEYS);
            }
        }
        NanoUsd input = usd(text(fields, "input", place), place);
        NanoUsd output = usd(text(fields, "output", place), place);
        NanoUsd cached = fields.containsKey("cached-input") ? usd(text(fields, "cached-input", place), place) : input;
        int max = fields.containsKey("max-output-tokens") ? count(text(fields, "max-output-tokens", place), place) : 0;
        PricedModel model = new PricedModel(new Price(input, cached, output, NanoUsd.ZERO, version), max, true);
        if (name.endsWith("*")) {
            prefixes.put(name.substring(0, name.length() - 1), model);
        } else {
            exact.put(name, model);
        }
    }

    @Nullable
    PricedModel find(String provider, String model) {
        String full = provider + "/" + model;
        PricedModel found = exact.get(full);
        if (found == null) {
            found = exact.get(model);
        }
        return found == null ? longestPrefix(full) : found;
    }

    private @Nullable PricedModel longestPrefix(String full) {
        PricedModel best = null;
        int length = -1;
        for (Map.Entry<String, PricedModel> prefix : prefixes.entrySet()) {
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

    private static int count(String text, String place) {
        try {
            int count = Integer.parseInt(text);
            if (count > 0) {
                return count;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(place + ": \"" + text + "\" is no number of tokens", notANumber);
        }
        throw new IllegalArgumentException(place + ": max-output-tokens must be at least 1");
    }
}
