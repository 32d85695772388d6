package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.Prices.PricedModel;
import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists in their order, amounts from their text, and never a model for nothing by accident. */
class PricesTest {
    @TempDir
    private Path folder;

    private static Prices load(@Nullable Path file) {
        return Prices.load(new PricesConfig(file, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180")));
    }

    @Test
    void the_built_in_list_knows_well_known_models() {
        PricedModel model = load(null).of("openai", "gpt-5-mini");
        assertEquals(NanoUsd.ofUsd("0.25"), model.price().inputPerMillion());
        assertEquals(NanoUsd.ofUsd("0.025"), model.price().cachedInputPerMillion());
        assertEquals(NanoUsd.ofUsd("2"), model.price().outputPerMillion());
        assertEquals(128_000, model.maxOutputTokens());
        assertTrue(model.listed());
        assertTrue(load(null).of("demo", "anything").listed());
    }

    @Test
    void a_provider_under_its_other_name_has_the_same_prices() {
        String model = "meta-llama/Llama-3.3-70B-Instruct-Turbo";
        assertTrue(load(null).of("togetherai", model).listed());
        assertEquals(load(null).of("togetherai", model), load(null).of("together", model));
    }

    @Test
    void a_list_may_have_every_sort_of_price_and_tiers() throws IOException {
        Path file = Files.writeString(folder.resolve("prices.yaml"), """
            version: mine-2
            models:
              a/m: { input: 1, output: 2, cache-write: 1.25, cache-write-1h: 2, reasoning: 3, tiers: [ { above: 1000, input: 4, output: 5 } ] }
            """);
        PricedModel model = load(file).of("a", "m");
        assertEquals(NanoUsd.ofUsd("2"), model.price().rates().dearestInput());
        assertEquals(NanoUsd.ofUsd("3"), model.price().rates().dearestOutput());
        assertEquals(
                NanoUsd.ofUsd("4"), model.price().tiers().getFirst().rates().dearestInput());
    }

    @Test
    void a_list_may_have_fees() throws IOException {
        Path file = Files.writeString(folder.resolve("prices.yaml"), """
            version: mine-3
            models:
              a/m: { input: 1, output: 2, web-search: 0.02, web-search-high: 0.03, code-interpreter: 0.1, searching: once }
            """);
        Fees fees = load(file).of("a", "m").price().fees();
        assertEquals(NanoUsd.ofUsd("0.02"), fees.of(HostedService.WEB_SEARCH));
        assertEquals(NanoUsd.ofUsd("0.03"), fees.asked(Fees.Search.MUCH, 1).of(HostedService.WEB_SEARCH));
        assertEquals(NanoUsd.ofUsd("0.4"), fees.asked(Fees.Search.USUAL, 4).of(HostedService.CODE_INTERPRETER));
        assertEquals(Fees.Searching.ONCE, fees.searching());
        assertEquals(HostedService.MAPS.unlisted(), fees.of(HostedService.MAPS));
    }

    @Test
    void providers_that_state_costs_are_known() {
        assertTrue(load(null).of("openrouter", "anthropic/claude-sonnet-4.5").statesCost());
        assertTrue(load(null).of("perplexity", "a-model-of-tomorrow").statesCost());
        assertTrue(load(null).of("xai", "grok-4").statesCost());
        assertFalse(load(null).of("openai", "gpt-5").statesCost());
    }

    @Test
    void an_unknown_model_costs_the_high_default() {
        PricedModel model = load(null).of("somewhere", "new");
        assertFalse(model.listed());
        assertEquals(NanoUsd.ofUsd("30"), model.price().inputPerMillion());
        assertEquals(NanoUsd.ofUsd("180"), model.price().outputPerMillion());
    }

    @Test
    void the_operators_list_is_looked_at_first() throws IOException {
        Path file = Files.writeString(
                folder.resolve("prices.yaml"),
                "version: mine-1\n"
                        + "models:\n"
                        + "  gpt-5-mini: { input: 0.100000001, output: 1 }\n"
                        + "  'local/*': { input: 0, output: 0 }\n");
        Prices prices = load(file);
        PricedModel mine = prices.of("openai", "gpt-5-mini");
        assertEquals("mine-1", mine.price().version());
        assertEquals(
                NanoUsd.ofUsd("0.25"),
                load(null).of("openai", "gpt-5-mini").price().inputPerMillion());
        assertTrue(prices.of("local", "llama").listed());
        assertTrue(prices.of("openai", "gpt-5").price().version().startsWith("builtin"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "models: {}                                                     | has no \"version\"",
                "version: x                                                     | models is not a mapping",
                "{version: x, models: {m: 7}}                                   | model \"m\" is not a mapping",
                "{version: x, models: {m: {input: 1}}}                          | has no \"output\"",
                "{version: x, models: {m: {input: one, output: 1}}}             | \"one\" is no amount of dollars",
                "{version: x, models: {m: {input: -1, output: 1}}}              | \"-1\" is below zero",
                "{version: x, models: {m: {input: 1, output: 1, ouput: 2}}}     | unknown key \"ouput\"",
                "{version: x, models: {m: {input: 1, output: 1, searching: often}}}    | searching \"often\" is not"
                        + " one of",
                "{version: x, models: {m: {input: 1, output: 1, tiers: [{above: 5, web-search: 1}]}}} | unknown key"
                        + " \"web-search\"",
                "{version: x, models: {m: {input: 1, output: 1, max-output-tokens: x}}} | \"x\" is no number of tokens",
                "{version: x                                                    | is not valid yaml",
            })
    void a_list_with_a_mistake_says_where(String yaml, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("prices.yaml"), yaml);
        String said = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> load(file)).getMessage());
        assertTrue(said.contains(message), said);
        assertTrue(said.contains("prices.yaml"), said);
    }
}
