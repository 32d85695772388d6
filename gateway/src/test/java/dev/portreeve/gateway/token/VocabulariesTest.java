package dev.portreeve.gateway.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.TokenCount;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts as the vendors' own tokenizer does, and never for long. */
class VocabulariesTest {
    private static final Vocabularies VOCABULARIES = new Vocabularies();

    private static TokenCount count(String model, String body) {
        return Objects.requireNonNull(VOCABULARIES.of("openai", model))
                .request(body.getBytes(StandardCharsets.UTF_8), 0);
    }

    @ParameterizedTest
    @CsvSource({
        // The figures are those of tiktoken.
        "gpt-4, tiktoken is great!, 6",
        "gpt-4o, tiktoken is great!, 6",
        "gpt-4, hello world, 2",
        "gpt-4-turbo, antidisestablishmentarianism, 6",
        "gpt-4, 2 + 2 = 4, 7",
        "gpt-3.5-turbo, お誕生日おめでとう, 9",
        "gpt-4o, お誕生日おめでとう, 8",
        "gpt-5-mini, hello world, 2",
        "text-embedding-3-small, hello world, 2",
    })
    void counts_as_published(String model, String text, long tokens) {
        assertEquals(tokens, count(model, text).input());
    }

    @ParameterizedTest
    @CsvSource({
        "openai, gpt-4.1-mini, true",
        "azure, gpt-4o, true",
        "openrouter, openai/gpt-4o, true",
        "openrouter, anthropic/claude-sonnet-4.5, false",
        "anthropic, claude-sonnet-4-5, false",
        "google, gemini-2.5-pro, false",
        "openai, a-model-of-tomorrow, false",
        "house, gpt-4o, false",
    })
    void knows_whose_vocabulary_is_published(String provider, String model, boolean known) {
        if (known) {
            assertNotNull(VOCABULARIES.of(provider, model));
        } else {
            assertNull(VOCABULARIES.of(provider, model));
        }
    }

    @Test
    void an_answer_of_a_model_that_thinks_is_not_counted() {
        assertEquals(TokenCount.UNKNOWN, count("gpt-5", "{}").output(List.of("hello")));
        assertEquals(2 + 16, count("gpt-4o", "{}").output(List.of("hello world")));
        assertEquals(0, count("gpt-4o", "{}").output(List.of()));
    }

    @Test
    void what_is_not_text_or_too_much_of_it_is_not_counted() {
        assertEquals(
                TokenCount.UNKNOWN,
                count("gpt-4o", "{\"url\":\"data:image/png;base64,iVBORw0KGgo=\"}")
                        .input());
        assertNotEquals(
                TokenCount.UNKNOWN,
                count("gpt-4o", "{\"url\":\"data:image/png;base6\"}").input());
        assertEquals(
                TokenCount.UNKNOWN,
                count("gpt-4o", "a ".repeat(Vocabularies.MOST)).input());
        TokenCount lessThanItsMedia =
                Objects.requireNonNull(VOCABULARIES.of("openai", "gpt-4o")).request(new byte[] {'{', '}'}, -1);
        assertEquals(TokenCount.UNKNOWN, lessThanItsMedia.input());
    }

    @Test
    void who_has_no_patience_gets_no_number() {
        Vocabularies hasty = new Vocabularies(Duration.ofNanos(-1));
        assertEquals(
                TokenCount.UNKNOWN,
                Objects.requireNonNull(hasty.of("openai", "gpt-4o"))
                        .request("hello".getBytes(StandardCharsets.UTF_8), 0)
                        .input());
    }

    /** A naive encoder needs minutes for these. */
    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "\n", "=", "0", "ア", "\uD83D\uDE00", "\u0301", "ab", "<|endoftext|>"})
    void long_runs_end(String run) {
        String text = run.repeat(200_000 / run.length());
        long tokens = count("gpt-4o", text).input();
        assertTrue(tokens <= text.getBytes(StandardCharsets.UTF_8).length, run + " has " + tokens);
    }

    @Test
    void never_counts_more_than_bytes() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                text.appendCodePoint(random.nextInt(4) == 0 ? random.nextInt(0xD800) : 32 + random.nextInt(95));
            }
            long tokens = count("gpt-4", text.toString()).input();
            int bytes = text.toString().getBytes(StandardCharsets.UTF_8).length;
            assertTrue(tokens > 0 && tokens <= bytes, () -> tokens + " of " + bytes + " in " + text);
        }
    }
}
