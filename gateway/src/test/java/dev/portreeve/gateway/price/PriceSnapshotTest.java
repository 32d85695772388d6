package dev.portreeve.gateway.price;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
                BUILT_IN.sources().stream().allMatch(source -> source.licence().equals("MIT")));
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
                   "output_cost_per_token_above_200k_tokens":2.25e-05,"input_cost_per_token_batches":1.5e-06,
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
                bytes("{\"a\":{\"models\":{\"m\":{\"cost\":{\"input\":9,\"output\":9,\"reasoning\":4}},"
                        + "\"n\":{\"cost\":{\"input\":5,\"output\":5}}}}}"),
                1);
        Map<String, PriceEntry> both = Catalogues.overlaid(first, second);
        PriceEntry entry = Objects.requireNonNull(both.get("a/m"));
        assertEquals(
                Map.of(PriceField.INPUT, usd("1"), PriceField.OUTPUT, usd("2"), PriceField.REASONING, usd("4")),
                entry.amounts());
        assertEquals(Map.of(PriceField.INPUT, 0, PriceField.OUTPUT, 0, PriceField.REASONING, 1), entry.sources());
        assertTrue(both.containsKey("a/n"));
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
        PriceSnapshot.write(file, "v1", sources, entries);
        byte[] once = Files.readAllBytes(file);
        PriceSnapshot.write(file, "v1", sources, entries);
        assertEquals(List.of(), differing(once, Files.readAllBytes(file)));
        assertTrue(PriceSnapshot.isOne(file));
        PriceSnapshot read = PriceSnapshot.read(file);
        assertEquals(List.of("a/m", "a/ü"), read.names());
        assertEquals(entries.get("a/m"), read.find("a/m"));
        assertEquals(entries.get("a/ü"), read.find("a/ü"));
        assertEquals(sources, read.sources());
    }

    private static List<Integer> differing(byte[] one, byte[] other) {
        int at = Arrays.mismatch(one, other);
        return at < 0 ? List.of() : List.of(at);
    }

    @Test
    void what_is_no_list_is_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("x.gz"), "version: 1");
        assertFalse(PriceSnapshot.isOne(file));
        assertThrows(RuntimeException.class, () -> PriceSnapshot.read(file));
        for (String text : List.of("", "[]", "{", "nothing")) {
            assertThrows(IllegalArgumentException.class, () -> Catalogues.modelsDev(bytes(text), 0));
            assertThrows(IllegalArgumentException.class, () -> Catalogues.liteLlm(bytes(text), 0));
        }
    }
}
