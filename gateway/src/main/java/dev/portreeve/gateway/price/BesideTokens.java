package dev.portreeve.gateway.price;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** What LiteLLM's price file says beside the prices of tokens: searches by their size, and a factor for speed. */
final class BesideTokens {
    /** OpenAI's models that search whatever they are asked, and all of Perplexity's. */
    private static final Pattern ALWAYS = Pattern.compile("perplexity/.*|(openai|azure)/.*-search-(preview|api).*");

    private static final Pattern GEMINI = Pattern.compile("google(-vertex)?/.*");
    /** There its file has the fee of the preview on a model without one. */
    private static final Pattern OPENAI = Pattern.compile("(openai|azure)/.*");

    private static final int NANO = 9;

    private BesideTokens() {}

    /** @param eachSearch whether the catalogue says that each search is charged */
    static Fees.Searching searching(String name, boolean eachSearch) {
        if (ALWAYS.matcher(name).matches()) {
            return Fees.Searching.ALWAYS;
        }
        boolean once = GEMINI.matcher(name).matches() && !eachSearch && !name.contains("gemini-3");
        return once ? Fees.Searching.ONCE : Fees.Searching.EACH;
    }

    static void add(JsonNode facts, String name, Map<PriceField, NanoUsd> amounts) {
        JsonNode searches = facts.path("search_context_cost_per_query");
        if (!OPENAI.matcher(name).matches() || ALWAYS.matcher(name).matches()) {
            put(searches, "search_context_size_medium", PriceField.WEB_SEARCH, amounts);
            put(searches, "search_context_size_low", PriceField.WEB_SEARCH_LOW, amounts);
            put(searches, "search_context_size_high", PriceField.WEB_SEARCH_HIGH, amounts);
        }
        JsonNode factor = facts.path("provider_specific_entry").path("fast");
        scaled(amounts, PriceField.INPUT, factor, PriceField.FAST_INPUT);
        scaled(amounts, PriceField.OUTPUT, factor, PriceField.FAST_OUTPUT);
    }

    private static void put(JsonNode from, String member, PriceField field, Map<PriceField, NanoUsd> amounts) {
        NanoUsd amount = Catalogues.amount(from.path(member), 0);
        if (amount != null && !amount.isZero() && !amount.equals(amounts.get(PriceField.WEB_SEARCH))) {
            amounts.put(field, amount);
        }
    }

    private static void scaled(Map<PriceField, NanoUsd> amounts, PriceField of, JsonNode factor, PriceField to) {
        NanoUsd usual = amounts.get(of);
        BigDecimal times = factor.isNumber() ? factor.decimalValue() : BigDecimal.ZERO;
        boolean sane = times.compareTo(BigDecimal.ONE) > 0 && times.compareTo(BigDecimal.valueOf(20)) < 0;
        if (usual != null && sane) {
            amounts.put(to, new NanoUsd(scaled(usual, times)));
        }
    }

    private static long scaled(NanoUsd usual, BigDecimal times) {
        return BigDecimal.valueOf(usual.nanos(), NANO)
                .multiply(times)
                .setScale(NANO, RoundingMode.CEILING)
                .unscaledValue()
                .longValueExact();
    }
}
