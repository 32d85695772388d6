package dev.portreeve.gateway.price;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads published price catalogues into entries: models.dev's {@code api.json} and LiteLLM's {@code
 * model_prices_and_context_window.json}. Both are strangers' data, so an entry that makes no sense is left out, as is one
 * for nothing: a model is never free because a catalogue forgot its price. Numbers are taken from their decimal text and
 * rounded to a nano-dollar per million tokens.
 */
public final class Catalogues {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final int NANO = 9;
    private static final int PER_MILLION = 6;
    /** Dollars per million tokens; beyond it is a mistake in the catalogue. */
    private static final BigDecimal ABSURD = BigDecimal.valueOf(100_000);

    private static final int MAX_TOKENS = 100_000_000;
    private static final int MAX_NAME = 200;

    private static final Map<String, PriceField> MODELS_DEV = Map.of(
            "input", PriceField.INPUT,
            "output", PriceField.OUTPUT,
            "cache_read", PriceField.CACHED_INPUT,
            "cache_write", PriceField.CACHE_WRITE,
            "cache_write_1h", PriceField.CACHE_WRITE_HOUR,
            "reasoning", PriceField.REASONING,
            "input_audio", PriceField.AUDIO_INPUT,
            "output_audio", PriceField.AUDIO_OUTPUT);

    private static final Map<String, PriceField> LITELLM = Map.ofEntries(
            Map.entry("input_cost_per_token", PriceField.INPUT),
            Map.entry("output_cost_per_token", PriceField.OUTPUT),
            Map.entry("cache_read_input_token_cost", PriceField.CACHED_INPUT),
            Map.entry("cache_creation_input_token_cost", PriceField.CACHE_WRITE),
            Map.entry("cache_creation_input_token_cost_above_1hr", PriceField.CACHE_WRITE_HOUR),
            Map.entry("output_cost_per_reasoning_token", PriceField.REASONING),
            Map.entry("input_cost_per_audio_token", PriceField.AUDIO_INPUT),
            Map.entry("output_cost_per_audio_token", PriceField.AUDIO_OUTPUT),
            Map.entry("input_cost_per_image_token", PriceField.IMAGE_INPUT),
            Map.entry("output_cost_per_image_token", PriceField.IMAGE_OUTPUT),
            Map.entry("input_cost_per_token_batches", PriceField.BATCH_INPUT),
            Map.entry("output_cost_per_token_batches", PriceField.BATCH_OUTPUT),
            Map.entry("input_cost_per_token_priority", PriceField.PRIORITY_INPUT),
            Map.entry("output_cost_per_token_priority", PriceField.PRIORITY_OUTPUT),
            Map.entry("input_cost_per_token_flex", PriceField.FLEX_INPUT),
            Map.entry("output_cost_per_token_flex", PriceField.FLEX_OUTPUT));

    /** The tier of service, if any, stands behind the size. */
    private static final Pattern TIER = Pattern.compile("(.+)_above_(\\d{1,5})k_tokens(_priority|_flex|_batches)?");

    /** LiteLLM's word for a provider, where it is not ours. */
    private static final Map<String, String> RENAMED = Map.of(
            "together_ai", "togetherai",
            "gemini", "google",
            "fireworks_ai", "fireworks-ai",
            "vertex_ai-language-models", "google-vertex",
            "bedrock", "amazon-bedrock",
            "bedrock_converse", "amazon-bedrock",
            "vercel_ai_gateway", "vercel",
            "nvidia_nim", "nvidia",
            "moonshot", "moonshotai",
            "text-completion-openai", "openai");

    private Catalogues() {}

    /**
     * Reads models.dev's {@code api.json}.
     *
     * @param source its place among the sources of the list that is made
     * @throws IllegalArgumentException not JSON of that form
     */
    public static Map<String, PriceEntry> modelsDev(byte[] json, int source) {
        Map<String, PriceEntry> entries = new TreeMap<>();
        tree(json, "models.dev")
                .properties()
                .forEach(provider -> provider.getValue()
                        .path("models")
                        .properties()
                        .forEach(model -> {
                            JsonNode cost = model.getValue().path("cost");
                            Map<PriceField, NanoUsd> amounts = amounts(cost, MODELS_DEV, 0);
                            modes(model.getValue().path("experimental").path("modes"), amounts);
                            JsonNode limit = model.getValue().path("limit");
                            put(
                                    entries,
                                    provider.getKey() + "/" + model.getKey(),
                                    entry(
                                            amounts,
                                            source,
                                            modelsDevTiers(cost),
                                            BesideTokens.searching(provider.getKey() + "/" + model.getKey(), false),
                                            count(limit, "context"),
                                            count(limit, "output")));
                        }));
        return entries;
    }

    /** What it costs to be served in another tier; which one, the request's body of that mode says. */
    private static void modes(JsonNode modes, Map<PriceField, NanoUsd> amounts) {
        for (JsonNode mode : modes) {
            JsonNode body = mode.path("provider").path("body");
            String tier = body.path("speed").asString(body.path("service_tier").asString(""));
            PriceField in = PriceField.of(tier + "-input");
            PriceField out = PriceField.of(tier + "-output");
            NanoUsd input = amount(mode.path("cost").path("input"), 0);
            NanoUsd output = amount(mode.path("cost").path("output"), 0);
            if (in != null && out != null && input != null && output != null && !input.isZero()) {
                amounts.put(in, input);
                amounts.put(out, output);
            }
        }
    }

    private static List<PriceEntry.Tier> modelsDevTiers(JsonNode cost) {
        TreeMap<Integer, Map<PriceField, NanoUsd>> tiers = new TreeMap<>();
        for (JsonNode tier : cost.path("tiers")) {
            String type = tier.path("tier").path("type").asString("context");
            int above = count(tier.path("tier"), "size");
            if (type.equals("context") && above > 0) {
                tiers.put(above, amounts(tier, MODELS_DEV, 0));
            }
        }
        return tiers(tiers);
    }

    /**
     * Reads LiteLLM's price file.
     *
     * @param source its place among the sources of the list that is made
     * @throws IllegalArgumentException not JSON of that form
     */
    public static Map<String, PriceEntry> liteLlm(byte[] json, int source) {
        Map<String, PriceEntry> entries = new TreeMap<>();
        tree(json, "litellm").properties().forEach(model -> {
            JsonNode facts = model.getValue();
            String said = facts.path("litellm_provider").asString("");
            if (!said.isEmpty() && !model.getKey().equals("sample_spec")) {
                String name = name(said, model.getKey());
                Map<PriceField, NanoUsd> amounts = amounts(facts, LITELLM, PER_MILLION);
                BesideTokens.add(facts, name, amounts);
                put(
                        entries,
                        name,
                        entry(
                                amounts,
                                source,
                                liteLlmTiers(facts),
                                BesideTokens.searching(
                                        name,
                                        facts.path("web_search_billing_unit")
                                                .asString("")
                                                .equals("per_query")),
                                count(facts, "max_input_tokens"),
                                count(facts, "max_output_tokens")));
            }
        });
        return entries;
    }

    private static String name(String said, String key) {
        String provider = RENAMED.getOrDefault(said, said);
        String model = key.startsWith(said + "/") ? key.substring(said.length() + 1) : key;
        return provider + "/" + model;
    }

    private static List<PriceEntry.Tier> liteLlmTiers(JsonNode facts) {
        TreeMap<Integer, Map<PriceField, NanoUsd>> tiers = new TreeMap<>();
        facts.properties().forEach(member -> {
            Matcher named = TIER.matcher(member.getKey());
            PriceField field = named.matches()
                    ? LITELLM.get(named.group(1) + Objects.requireNonNullElse(named.group(3), ""))
                    : null;
            NanoUsd amount = field == null ? null : amount(member.getValue(), PER_MILLION);
            if (field != null && amount != null) {
                tiers.computeIfAbsent(Integer.parseInt(named.group(2)) * 1000, size -> new EnumMap<>(PriceField.class))
                        .put(field, amount);
            }
        });
        return tiers(tiers);
    }

    private static void put(Map<String, PriceEntry> entries, String name, @Nullable PriceEntry entry) {
        boolean plain = name.length() <= MAX_NAME && name.chars().allMatch(c -> c > ' ' && c != 0x7f);
        if (entry != null && plain) {
            entries.put(name, entry);
        }
    }

    private static @Nullable PriceEntry entry(
            Map<PriceField, NanoUsd> amounts,
            int source,
            List<PriceEntry.Tier> tiers,
            Fees.Searching searching,
            int context,
            int maxOutput) {
        NanoUsd input = amounts.get(PriceField.INPUT);
        NanoUsd output = amounts.get(PriceField.OUTPUT);
        if (input == null || output == null || (input.isZero() && output.isZero())) {
            return null;
        }
        Overlay.withoutNonsense(amounts);
        Map<PriceField, Integer> sources = new EnumMap<>(PriceField.class);
        amounts.keySet().forEach(field -> sources.put(field, source));
        return new PriceEntry(amounts, sources, tiers, searching, context, maxOutput);
    }

    private static List<PriceEntry.Tier> tiers(TreeMap<Integer, Map<PriceField, NanoUsd>> bySize) {
        List<PriceEntry.Tier> tiers = new ArrayList<>();
        bySize.forEach((above, amounts) -> tiers.add(new PriceEntry.Tier(above, amounts)));
        return tiers;
    }

    /** A nothing beside input and output means that the catalogue does not know, so it is no amount. */
    private static Map<PriceField, NanoUsd> amounts(JsonNode from, Map<String, PriceField> names, int shift) {
        Map<PriceField, NanoUsd> amounts = new EnumMap<>(PriceField.class);
        names.forEach((name, field) -> {
            NanoUsd amount = amount(from.path(name), shift);
            boolean main = field == PriceField.INPUT || field == PriceField.OUTPUT;
            if (amount != null && (main || !amount.isZero())) {
                amounts.put(field, amount);
            }
        });
        return amounts;
    }

    static @Nullable NanoUsd amount(JsonNode number, int shift) {
        if (!number.isNumber()) {
            return null;
        }
        BigDecimal dollars = number.decimalValue();
        boolean sane = dollars.precision() < 40 && Math.abs(dollars.scale()) < 40;
        if (!sane || dollars.signum() < 0 || dollars.movePointRight(shift).compareTo(ABSURD) > 0) {
            return null;
        }
        return NanoUsd.ofUsd(dollars.movePointRight(shift).setScale(NANO, RoundingMode.HALF_EVEN));
    }

    private static int count(JsonNode from, String name) {
        JsonNode number = from.path(name);
        boolean usable = number.isIntegralNumber() && number.canConvertToInt();
        return usable && number.intValue() > 0 && number.intValue() <= MAX_TOKENS ? number.intValue() : 0;
    }

    private static JsonNode tree(byte[] json, String what) {
        try {
            JsonNode tree = JSON.readTree(json);
            if (tree.isObject()) {
                return tree;
            }
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException("what " + what + " publishes is not json", malformed);
        }
        throw new IllegalArgumentException("what " + what + " publishes is not a json object");
    }
}
