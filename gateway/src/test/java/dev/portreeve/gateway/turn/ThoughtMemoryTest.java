package dev.portreeve.gateway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.Dialect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets back which thoughts, and for how long. */
class ThoughtMemoryTest {
    private static final List<Part> THOUGHTS =
            List.of(new Part.Thinking("Let me look.", "sig"), new Part.RedactedThinking("opaque"));

    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final ThoughtMemory memory = new ThoughtMemory(() -> now);
    private final Thoughts own = memory.of("acme", "bot").at("anthropic", "claude");

    private static Part.ToolUse call(String id, String name) {
        return new Part.ToolUse(id, name, Json.object());
    }

    @Test
    void each_call_has_the_thoughts_before_it() {
        own.keep(List.of(
                THOUGHTS.get(0),
                new Part.Text("I look."),
                call("c1", "read"),
                call("c2", "read"),
                THOUGHTS.get(1),
                call("c3", "write")));
        assertEquals(List.of(THOUGHTS.get(0)), own.before("c1", "read"));
        assertEquals(List.of(), own.before("c2", "read"), "it was called together with the one before");
        assertEquals(List.of(THOUGHTS.get(1)), own.before("c3", "write"));
    }

    @Test
    void nobody_else_gets_them_and_no_other_model() {
        own.keep("c1", "read", THOUGHTS);
        assertEquals(THOUGHTS, own.before("c1", "read"));
        assertEquals(
                List.of(), memory.of("acme", "other").at("anthropic", "claude").before("c1", "read"));
        assertEquals(
                List.of(), memory.of("other", "bot").at("anthropic", "claude").before("c1", "read"));
        assertEquals(List.of(), memory.of("acme", "bot").at("bedrock", "claude").before("c1", "read"));
        assertEquals(
                List.of(), memory.of("acme", "bot").at("anthropic", "claude-2").before("c1", "read"));
        assertEquals(List.of(), own.before("c1", "write"), "another tool's call that has the same id");
        assertEquals(List.of(), Thoughts.NONE.before("c1", "read"));
    }

    @Test
    void thoughts_without_a_signature_are_not_kept() {
        own.keep(List.of(new Part.Thinking("unsigned", null), new Part.Thinking("empty", ""), call("c1", "read")));
        assertEquals(List.of(), own.before("c1", "read"));
    }

    @Test
    void they_are_forgotten_an_hour_after_they_were_last_needed() {
        own.keep("c1", "read", THOUGHTS);
        now = now.plus(Duration.ofMinutes(50));
        assertEquals(THOUGHTS, own.before("c1", "read"));
        now = now.plus(Duration.ofMinutes(50));
        assertEquals(THOUGHTS, own.before("c1", "read"));
        now = now.plus(Duration.ofMinutes(61));
        assertEquals(List.of(), own.before("c1", "read"));
    }

    @Test
    void the_oldest_give_way() {
        for (int i = 0; i < 10_001; i++) {
            own.keep("c" + i, "read", THOUGHTS);
        }
        assertEquals(List.of(), own.before("c0", "read"));
        assertEquals(THOUGHTS, own.before("c1", "read"));
        List<Part> large = List.of(new Part.Thinking("x".repeat(1_000_000), "sig"));
        for (int i = 0; i < 40; i++) {
            own.keep("large" + i, "read", large);
        }
        assertEquals(List.of(), own.before("c2", "read"));
        assertEquals(List.of(), own.before("large0", "read"));
        assertEquals(large, own.before("large39", "read"));
        own.keep("too large", "read", List.of(new Part.Thinking("x".repeat(1_100_000), "sig")));
        assertEquals(List.of(), own.before("too large", "read"));
    }

    @Test
    void encrypted_reasoning_of_openais_models_goes_back_to_them() {
        Translation.Circumstances known = new Translation.Circumstances(
                "gpt-5-mini", 1000, true, false, Unsupported.USUAL, 1, new CallerMemory(own, ResponseFrame.NONE));
        String ask = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"look\"}";
        Translation first = Translation.of(Dialect.OPENAI_CHAT, utf8(ask + "]}"), Dialect.OPENAI_RESPONSES, known);
        first.answer(utf8("{\"id\":\"resp_1\",\"status\":\"completed\",\"model\":\"m\",\"output\":["
                + "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"gAAAA+/==\"},"
                + "{\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"look\",\"arguments\":\"{}\"}]}"));
        Translation second = Translation.of(
                Dialect.OPENAI_CHAT,
                utf8(ask
                        + ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":"
                        + "{\"name\":\"look\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"nothing\"}]}"),
                Dialect.OPENAI_RESPONSES,
                known);
        String sent = new String(second.request(), StandardCharsets.UTF_8);
        assertTrue(
                sent.contains(
                        "{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"gAAAA+/==\"},"
                                + "{\"type\":\"function_call\",\"call_id\":\"call_1\""),
                sent);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
