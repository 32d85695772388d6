package dev.portreeve.gateway.price;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.ServiceTier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snapshot in the program, and how one is made from catalogues. */
class PriceSnapshotTest {
    private static final PriceSnapshot BUILT_IN = PriceSnapshot.builtIn();

    @TempDir
    private Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static NanoUsd usd(String amount) {
        return NanoUsd.ofUsd(amount);
    }

    @Test
    void each_entry_of_the_built_in_list_is_found_priced_and_has_a_source() {
        List<String> names = BUILT_IN.names();
        assertTrue(names.size() > 1_000, "only " + names.size());
        for (String name : names) {
            PriceEntry entry = Objects.requireNonNull(BUILT_IN.find(name), name);
            Price price = BUILT_IN.price(entry);
            assertEquals(BUILT_IN.version(), price.version());
            assertTrue(price.atMost(1_000_000, 1_000_000).nanos() > 0, name + " is free");
            assertEquals(entry.amounts().keySet(), entry.sources().keySet(), name);
            entry.sources()
                    .values()
                    .forEach(source -> assertTrue(source < BUILT_IN.sources().size(), name));
        }
        assertTrue(
                BUILT_IN.sources().stream()
                        .map(PriceSnapshot.Source::licence)
                        .allMatch(licence -> licence.equals("MIT") || licence.equals("facts")),
                String.valueOf(BUILT_IN.sources()));
        assertNull(BUILT_IN.find("a"));
        assertNull(BUILT_IN.find("openai/gpt-5-min"));
        assertNull(BUILT_IN.find("zzz/zzz"));
    }

    @Test
    void models_dev_is_read_by_its_decimal_text() {
        String api = """
                {"google":{"models":{
                  "g":{"cost":{"input":1.25,"output":10,"cache_read":0.125,"cache_write":0,"reasoning":12,"input_audio":3,
                    "tiers":[{"tier":{"type":"context","size":200000},"input":2.5,"output":15}]},"limit":{"context":1048576,"output":65536}},
                  "float":{"cost":{"input":0.19999999999999998,"output":0.30000000000000004}},
                  "free":{"cost":{"input":0,"output":0}}, "half":{"cost":{"input":1}}, "none":{}, "minus":{"cost":{"input":-1,"output":1}},
                  "text":{"cost":{"input":"1","output":"2"}}, "mad":{"cost":{"input":1e99,"output":1}}}}}
                """;
        Map<String, PriceEntry> read = Catalogues.modelsDev(bytes(api), 3);
        assertEquals(List.of("google/float", "google/g"), List.copyOf(read.keySet()));
        PriceEntry entry = Objects.requireNonNull(read.get("google/g"));
        assertEquals(usd("12"), entry.amounts().get(PriceField.REASONING));
        assertFalse(entry.amounts().containsKey(PriceField.CACHE_WRITE));
        assertEquals(3, entry.sources().get(PriceField.INPUT));
        assertEquals(65_536, entry.maxOutputTokens());
        Price price = entry.price("v");
        assertEquals(usd("1.25"), price.rates().cacheWrite());
        assertEquals(usd("2.5"), price.tiers().getFirst().rates().cacheWrite());
        assertEquals(usd("12"), price.tiers().getFirst().rates().reasoning());
        PriceEntry rounded = Objects.requireNonNull(read.get("google/float"));
        assertEquals(usd("0.2"), rounded.amounts().get(PriceField.INPUT));
        assertEquals(usd("0.3"), rounded.amounts().get(PriceField.OUTPUT));
    }

    @Test
    void litellm_is_read_per_token_under_our_names() {
        String file = """
                {"sample_spec":{"litellm_provider":"one of","input_cost_per_token":0.0,"output_cost_per_token":1.0},
                 "claude-x":{"litellm_provider":"anthropic","input_cost_per_token":3e-06,"output_cost_per_token":1.5e-05,
                   "cache_creation_input_token_cost":3.75e-06,"cache_creation_input_token_cost_above_1hr":6e-06,
                   "cache_read_input_token_cost":3e-07,"input_cost_per_token_above_200k_tokens":6e-06,
                   "output_cost_per_token_above_200k_tokens":2.25e-05,"input_cost_per_token_batches":1.5e-06,"output_cost_per_token_batches":7.5e-06,
                   "max_input_tokens":200000,"max_output_tokens":64000},
                 "together_ai/m":{"litellm_provider":"together_ai","input_cost_per_token":1e-07,"output_cost_per_token":2e-07},
                 "odd":7, "image":{"litellm_provider":"openai","output_cost_per_image":0.04}}
                """;
        Map<String, PriceEntry> read = Catalogues.liteLlm(bytes(file), 0);
        assertEquals(List.of("anthropic/claude-x", "togetherai/m"), List.copyOf(read.keySet()));
        PriceEntry entry = Objects.requireNonNull(read.get("anthropic/claude-x"));
        assertEquals(usd("6"), entry.amounts().get(PriceField.CACHE_WRITE_HOUR));
        assertEquals(usd("1.5"), entry.amounts().get(PriceField.BATCH_INPUT));
        assertEquals(200_000, entry.tiers().getFirst().above());
        assertEquals(usd("22.5"), entry.tiers().getFirst().amounts().get(PriceField.OUTPUT));
    }

    @Test
    void the_first_catalogue_goes_before_the_second_amount_by_amount() {
        Map<String, PriceEntry> first =
                Catalogues.modelsDev(bytes("{\"a\":{\"models\":{\"m\":{\"cost\":{\"input\":1,\"output\":2}}}}}"), 0);
        Map<String, PriceEntry> second = Catalogues.modelsDev(
                bytes("{\"a\":{\"models\":{\"m\":{\"cost\":{\"input\":9,\"output\":5,\"reasoning\":7}},"
                        + "\"n\":{\"cost\":{\"input\":5,\"output\":5}}}}}"),
                1);
        Map<String, PriceEntry> both = Overlay.of(first, second);
        PriceEntry entry = Objects.requireNonNull(both.get("a/m"));
        assertEquals(
                Map.of(PriceField.INPUT, usd("1"), PriceField.OUTPUT, usd("2"), PriceField.REASONING, usd("2.8")),
                entry.amounts(),
                "it is moved as far as the plain price is");
        assertEquals(Map.of(PriceField.INPUT, 0, PriceField.OUTPUT, 0, PriceField.REASONING, 1), entry.sources());
        assertTrue(both.containsKey("a/n"));
    }

    @Test
    void prices_of_another_list_are_left_out_where_its_plain_price_is_far_off() {
        Map<String, PriceEntry> first = Catalogues.modelsDev(
                bytes("{\"a\":{\"models\":{\"m\":{\"cost\":{\"input\":0.1,\"output\":0.1}}}}}"), 0);
        Map<String, PriceEntry> second = Catalogues.liteLlm(
                bytes("{\"m\":{\"litellm_provider\":\"a\",\"input_cost_per_token\":0.01,\"output_cost_per_token\":0.01,"
                        + "\"input_cost_per_token_batches\":0.005,\"output_cost_per_token_batches\":0.005}}"),
                1);
        PriceEntry entry = Objects.requireNonNull(Overlay.of(first, second).get("a/m"));
        assertEquals(
                Set.of(PriceField.INPUT, PriceField.OUTPUT), entry.amounts().keySet());
    }

    @Test
    void tiers_of_service_are_read_with_their_tiers_of_size() {
        String file = """
                {"gpt-x":{"litellm_provider":"openai","input_cost_per_token":4e-06,"output_cost_per_token":2e-05,
                   "input_cost_per_token_priority":8e-06,"output_cost_per_token_priority":4e-05,
                   "input_cost_per_token_flex":2e-06,"output_cost_per_token_flex":1e-05,
                   "input_cost_per_token_above_272k_tokens":8e-06,"output_cost_per_token_above_272k_tokens":3e-05,
                   "input_cost_per_token_above_272k_tokens_priority":2e-05,"output_cost_per_token_above_272k_tokens_priority":7e-05},
                 "claude-x":{"litellm_provider":"anthropic","input_cost_per_token":5e-06,"output_cost_per_token":2.5e-05,
                   "provider_specific_entry":{"us":1.1,"fast":2.0}},
                 "odd":{"litellm_provider":"openai","input_cost_per_token":4e-06,"output_cost_per_token":2e-05,
                   "input_cost_per_token_priority":4e-06,"output_cost_per_token_priority":2e-05}}
                """;
        Map<String, PriceEntry> read = Catalogues.liteLlm(bytes(file), 0);
        Price price = Objects.requireNonNull(read.get("openai/gpt-x")).price("v");
        assertEquals(usd("8"), price.rates(ServiceTier.PRIORITY).input());
        assertEquals(usd("10"), price.rates(ServiceTier.FLEX).output());
        Price.Schedule priority = Objects.requireNonNull(price.services().get(ServiceTier.PRIORITY));
        assertEquals(272_000, priority.tiers().getFirst().above());
        assertEquals(usd("20"), priority.tiers().getFirst().rates().input());
        assertEquals(usd("70"), priority.tiers().getFirst().rates().output());
        Price.Schedule flex = Objects.requireNonNull(price.services().get(ServiceTier.FLEX));
        assertEquals(usd("4"), flex.tiers().getFirst().rates().input(), "half of what is usual, as below that size");
        Price fast = Objects.requireNonNull(read.get("anthropic/claude-x")).price("v");
        assertEquals(usd("50"), fast.rates(ServiceTier.FAST).output());
        Price odd = Objects.requireNonNull(read.get("openai/odd")).price("v");
        assertFalse(odd.lists(ServiceTier.PRIORITY), "what is served sooner never costs the same");
    }

    @Test
    void modes_of_a_model_are_prices_of_tiers() {
        String api = """
                {"anthropic":{"models":{"c":{"cost":{"input":5,"output":25},"experimental":{"modes":{"fast":{
                  "cost":{"input":30,"output":150},"provider":{"body":{"speed":"fast"}}}}}}}},
                 "openai":{"models":{"g":{"cost":{"input":2.5,"output":15},"experimental":{"modes":{
                  "fast":{"cost":{"input":5,"output":30},"provider":{"body":{"service_tier":"priority"}}},
                  "pro":{"cost":{"input":7,"output":30},"provider":{"body":{"reasoning":{"mode":"pro"}}}}}}}}}}
                """;
        Map<String, PriceEntry> read = Catalogues.modelsDev(bytes(api), 0);
        Price claude = Objects.requireNonNull(read.get("anthropic/c")).price("v");
        assertEquals(usd("150"), claude.rates(ServiceTier.FAST).output());
        Price gpt = Objects.requireNonNull(read.get("openai/g")).price("v");
        assertEquals(usd("5"), gpt.rates(ServiceTier.PRIORITY).input());
        assertFalse(gpt.lists(ServiceTier.FAST));
    }

    @Test
    void fees_are_read_and_those_that_are_missing_come_from_what_providers_publish() {
        String file = """
                {"perplexity/sonar":{"litellm_provider":"perplexity","input_cost_per_token":1e-06,"output_cost_per_token":1e-06,
                   "search_context_cost_per_query":{"search_context_size_low":0.005,"search_context_size_medium":0.008,"search_context_size_high":0.012}},
                 "gemini/gemini-3-x":{"litellm_provider":"gemini","input_cost_per_token":1e-06,"output_cost_per_token":1e-06,
                   "search_context_cost_per_query":{"search_context_size_low":0.014,"search_context_size_medium":0.014,"search_context_size_high":0.014},
                   "web_search_billing_unit":"per_query"},
                 "gemini/gemini-2.5-x":{"litellm_provider":"gemini","input_cost_per_token":1e-06,"output_cost_per_token":1e-06},
                 "gpt-x":{"litellm_provider":"openai","input_cost_per_token":1e-06,"output_cost_per_token":1e-06}}
                """;
        ToolFees fees = ToolFees.builtIn();
        Map<String, PriceEntry> read = fees.under(Catalogues.liteLlm(bytes(file), 0), 1);
        PriceEntry sonar = Objects.requireNonNull(read.get("perplexity/sonar"));
        assertEquals(Fees.Searching.ALWAYS, sonar.searching());
        assertEquals(usd("0.008"), sonar.price("v").fees().of(HostedService.WEB_SEARCH));
        Fees much = sonar.price("v").fees().asked(Fees.Search.MUCH, 1);
        assertEquals(usd("0.012"), much.of(HostedService.WEB_SEARCH));
        assertEquals(
                Fees.Searching.EACH,
                Objects.requireNonNull(read.get("google/gemini-3-x")).searching());
        PriceEntry older = Objects.requireNonNull(read.get("google/gemini-2.5-x"));
        assertEquals(Fees.Searching.ONCE, older.searching());
        assertEquals(usd("0.035"), older.amounts().get(PriceField.WEB_SEARCH));
        assertEquals(1, older.sources().get(PriceField.WEB_SEARCH));
        PriceEntry gpt = Objects.requireNonNull(read.get("openai/gpt-x"));
        assertEquals(usd("0.0025"), gpt.price("v").fees().of(HostedService.FILE_SEARCH));
        Fees preview = gpt.price("v").fees().asked(Fees.Search.PREVIEW, 4);
        assertEquals(usd("0.025"), preview.of(HostedService.WEB_SEARCH));
        assertEquals(usd("0.12"), preview.of(HostedService.CODE_INTERPRETER), "four gigabytes cost four times one");
        assertEquals(
                HostedService.IMAGE_GENERATION.unlisted(), preview.of(HostedService.IMAGE_GENERATION), "never nothing");
    }

    @Test
    void a_list_that_is_written_is_read_again_and_always_has_the_same_bytes() throws IOException {
        Map<String, PriceEntry> entries = Catalogues.modelsDev(
                bytes(
                        "{\"a\":{\"models\":{\"ü\":{\"cost\":{\"input\":1,\"output\":2}},\"m\":{\"cost\":{\"input\":3,\"output\":4,"
                                + "\"tiers\":[{\"tier\":{\"size\":10},\"input\":5,\"output\":6}]}}}}}"),
                0);
        List<PriceSnapshot.Source> sources = List.of(new PriceSnapshot.Source("s", "1", "MIT"));
        Path file = folder.resolve("p.gz");
        PriceEntry searching = new PriceEntry(
                Map.of(PriceField.INPUT, usd("1"), PriceField.OUTPUT, usd("2"), PriceField.WEB_SEARCH, usd("0.01")),
                Map.of(PriceField.INPUT, 0, PriceField.OUTPUT, 0, PriceField.WEB_SEARCH, 0),
                List.of(),
                Fees.Searching.ONCE,
                0,
                0);
        entries.put("a/searching", searching);
        PriceSnapshot.write(file, "v1", sources, entries);
        byte[] once = Files.readAllBytes(file);
        PriceSnapshot.write(file, "v1", sources, entries);
        assertEquals(List.of(), differing(once, Files.readAllBytes(file)));
        assertTrue(PriceSnapshot.isOne(once));
        PriceSnapshot read = PriceSnapshot.of(once, "it");
        assertEquals(List.of("a/m", "a/searching", "a/ü"), read.names());
        assertEquals(searching, read.find("a/searching"));
        assertEquals(entries.get("a/m"), read.find("a/m"));
        assertEquals(entries.get("a/ü"), read.find("a/ü"));
        assertEquals(sources, read.sources());
    }

    private static List<Integer> differing(byte[] one, byte[] other) {
        int at = Arrays.mismatch(one, other);
        return at < 0 ? List.of() : List.of(at);
    }

    @Test
    void what_is_no_list_is_refused() {
        assertFalse(PriceSnapshot.isOne(bytes("version: 1")));
        assertThrows(IllegalArgumentException.class, () -> PriceSnapshot.of(bytes("version: 1"), "it"));
        for (String text : List.of("", "[]", "{", "nothing")) {
            assertThrows(IllegalArgumentException.class, () -> Catalogues.modelsDev(bytes(text), 0));
            assertThrows(IllegalArgumentException.class, () -> Catalogues.liteLlm(bytes(text), 0));
        }
    }
}
