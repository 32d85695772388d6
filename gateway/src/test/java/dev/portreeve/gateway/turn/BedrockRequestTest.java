package dev.portreeve.gateway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.Dialect;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Bedrock's Converse says in a way of its own: what it shall remember, and that no tool may be called. */
class BedrockRequestTest {
    private static final String CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    private static final String HOUR = ",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}";
    private static final String CACHED = ",\"cache_control\":{\"type\":\"ephemeral\"}}";
    private static final String POINT = "{\"cachePoint\":{\"type\":\"default\"}}";
    private static final String TOOLS = "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}]";
    private static final String LOOP = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
            + "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":{}}]},"
            + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":\"done\"}]}]";

    private static Translation of(String model, String members) {
        return Translation.of(
                Dialect.ANTHROPIC_MESSAGES,
                ("{\"model\":\"m\",\"max_tokens\":9," + members + "}").getBytes(StandardCharsets.UTF_8),
                Dialect.BEDROCK_CONVERSE,
                new Translation.Circumstances(model, 9, true, false, Unsupported.USUAL, 1_700_000_000));
    }

    private static String sent(Translation translation) {
        return new String(translation.request(), StandardCharsets.UTF_8);
    }

    @Test
    void what_shall_be_remembered_stands_behind_its_block() {
        Translation translation = of(
                CLAUDE,
                "\"system\":[{\"type\":\"text\",\"text\":\"long\"" + HOUR + ",{\"type\":\"text\",\"text\":\"short\"}],"
                        + "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}" + CACHED + "],"
                        + "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"" + CACHED
                        + ",{\"type\":\"text\",\"text\":\"a\"}]}]");
        String sent = sent(translation);
        assertTrue(
                sent.contains("\"system\":[{\"text\":\"long\"},{\"cachePoint\":{\"type\":\"default\",\"ttl\":\"1h\"}},"
                        + "{\"text\":\"short\"}]"),
                sent);
        assertTrue(sent.contains("\"content\":[{\"text\":\"a\"}," + POINT + ",{\"text\":\"a\"}]"), sent);
        assertTrue(sent.contains("}}}," + POINT + "]"), sent);
        assertFalse(
                translation.notes().toString().contains("cache_control"),
                translation.notes().toString());
    }

    @Test
    void a_point_inside_a_result_of_a_tool_stands_behind_the_result() {
        String sent = sent(of(
                CLAUDE,
                TOOLS + ","
                        + LOOP.replace(
                                "\"content\":\"done\"}",
                                "\"content\":[{\"type\":\"text\",\"text\":\"done\"" + CACHED + "]}")));
        assertTrue(sent.contains("\"content\":[{\"text\":\"done\"}]}}," + POINT + "]"), sent);
    }

    @Test
    void models_that_remember_less_are_told_less_and_others_nothing() {
        String members = "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"" + HOUR
                + "]}]," + "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}" + CACHED + "]";
        String nova = sent(of("eu.amazon.nova-pro-v1:0", members));
        assertTrue(nova.contains("{\"text\":\"a\"}," + POINT + "]"), nova);
        assertEquals(1, nova.split("cachePoint", -1).length - 1, nova);
        Translation llama = of("meta.llama3-3-70b-instruct-v1:0", members);
        assertFalse(sent(llama).contains("cachePoint"));
        assertTrue(
                llama.notes().toString().contains("dropped, the provider decides what it caches"),
                llama.notes().toString());
    }

    @Test
    void where_no_tool_was_called_none_is_named_if_none_may_be_called() {
        Translation translation = of(
                CLAUDE,
                TOOLS + ",\"tool_choice\":{\"type\":\"none\"},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]");
        assertFalse(sent(translation).contains("toolConfig"), sent(translation));
        assertFalse(sent(translation).contains("Do not call"), sent(translation));
        assertTrue(
                translation.notes().toString().contains("left out, since none of them may be called"),
                translation.notes().toString());
    }

    private static final String CALLED =
            "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"well\"},{\"toolUse\":{\"toolUseId\":\"t2\","
                    + "\"name\":\"f\",\"input\":{}}}]}},\"stopReason\":\"tool_use\","
                    + "\"usage\":{\"inputTokens\":1,\"outputTokens\":1,\"totalTokens\":2}}";
    private static final String[] EVENTS = {
        "{\"role\":\"assistant\"}",
        "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"well\"}}",
        "{\"contentBlockIndex\":0}",
        "{\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t2\",\"name\":\"f\"}}}",
        "{\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"{}\"}}}",
        "{\"contentBlockIndex\":1}",
        "{\"stopReason\":\"tool_use\"}",
    };

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void in_a_tool_loop_it_is_said_in_words_and_what_the_model_calls_all_the_same_does_not_reach_the_caller(
            boolean stream) {
        Translation translation = of(CLAUDE, TOOLS + ",\"tool_choice\":{\"type\":\"none\"}," + LOOP);
        assertTrue(sent(translation).contains("toolConfig"), sent(translation));
        assertTrue(sent(translation).contains("Do not call any tool"), sent(translation));
        String answer = stream
                ? streamed(translation)
                : new String(translation.answer(CALLED.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
        assertTrue(answer.contains("well") && answer.contains("end_turn"), answer);
        assertFalse(answer.contains("tool_use"), answer);
        assertTrue(
                translation.lostInAnswer().toString().contains("dropped, the request forbade them"),
                translation.lostInAnswer().toString());
    }

    private static String streamed(Translation translation) {
        StreamTranslation stream = translation.stream();
        StringBuilder all = new StringBuilder();
        for (String event : EVENTS) {
            all.append(new String(
                    stream.events(("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8)),
                    StandardCharsets.UTF_8));
        }
        all.append(new String(stream.rest(), StandardCharsets.UTF_8));
        return all.append(new String(stream.last(), StandardCharsets.UTF_8)).toString();
    }

    @Test
    void without_that_choice_calls_pass() {
        Translation translation = of(CLAUDE, TOOLS + "," + LOOP);
        String answer = new String(translation.answer(CALLED.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
        assertTrue(answer.contains("\"tool_use\""), answer);
    }
}
