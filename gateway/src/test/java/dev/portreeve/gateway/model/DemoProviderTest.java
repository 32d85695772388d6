package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerMeter;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo provider: deterministic, honest about what it is, and able to plan one tool call. */
class DemoProviderTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"notes__read\",\"parameters\":{}}}]";

    private final DemoProvider demo = new DemoProvider("demo", InstantSource.fixed(Instant.EPOCH));
    private final List<AnswerChunk> chunks = new ArrayList<>();

    private Usage ask(Operation operation, String body) throws CallEnded {
        ModelRequest request =
                Dialect.OPENAI_CHAT.read(RequestPath.of(operation), body.getBytes(StandardCharsets.UTF_8), false);
        return demo.answer(
                new ProviderCall(
                        request, "demo", 1000, Deadline.in(Duration.ofSeconds(5)), Map.of(), new ProviderReply()),
                request.content(),
                chunks::add);
    }

    private JsonNode answer(String messages, String more) throws CallEnded {
        Usage usage = ask(Operation.CHAT, "{\"model\":\"demo\",\"messages\":[" + messages + "]" + more + "}");
        AnswerMeter meter = Dialect.OPENAI_CHAT.meter();
        meter.readAnswer(chunks.getLast().bytes());
        assertEquals(usage, meter.reported(), "what it says is what it returns");
        return JSON.readTree(chunks.getLast().bytes()).path("choices").path(0);
    }

    @Test
    void calls_a_tool_that_is_offered_and_asked_for() throws CallEnded {
        JsonNode choice = answer(
                "{\"role\":\"user\",\"content\":\"please use tool notes__read with {\\\"path\\\": \\\"a b.txt\\\"}\"}",
                "," + TOOLS);
        assertEquals("tool_calls", choice.path("finish_reason").asString());
        JsonNode function = choice.path("message").path("tool_calls").path(0).path("function");
        assertEquals("notes__read", function.path("name").asString());
        assertEquals(
                "a b.txt",
                JSON.readTree(function.path("arguments").asString())
                        .path("path")
                        .asString());
    }

    @Test
    void calls_no_tool_that_is_not_offered() throws CallEnded {
        JsonNode choice = answer("{\"role\":\"user\",\"content\":\"use tool other__tool with {}\"}", "," + TOOLS);
        assertEquals("stop", choice.path("finish_reason").asString());
    }

    @Test
    void repeats_what_a_tool_answered() throws CallEnded {
        JsonNode choice = answer(
                "{\"role\":\"user\",\"content\":\"use tool notes__read\"},{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"forty-two\"}",
                "," + TOOLS);
        assertTrue(choice.path("message").path("content").asString().contains("forty-two"));
    }

    @Test
    void keeps_to_the_bound_it_is_given() throws CallEnded {
        JsonNode choice = answer("{\"role\":\"user\",\"content\":\"hello\"}", ",\"max_tokens\":3");
        assertEquals("length", choice.path("finish_reason").asString());
        assertEquals("This is the ", choice.path("message").path("content").asString());
    }

    @Test
    void streams_what_it_would_answer_at_once() throws CallEnded {
        JsonNode whole = answer("{\"role\":\"user\",\"content\":\"hello\"}", ",\"n\":2");
        chunks.clear();
        ask(
                Operation.CHAT,
                "{\"model\":\"demo\",\"stream\":true,\"n\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
        StringBuilder second = new StringBuilder();
        for (AnswerChunk chunk : chunks) {
            for (TextRun run : chunk.text()) {
                if (run.channel().startsWith("choice 1")) {
                    second.append(run.text());
                }
            }
        }
        assertEquals(whole.path("message").path("content").asString(), second.toString());
    }

    @Test
    void embeddings_are_equal_for_equal_texts_and_of_length_one() throws CallEnded {
        ask(Operation.EMBEDDINGS, "{\"model\":\"demo\",\"input\":[\"a\",\"b\",\"a\"],\"dimensions\":8}");
        JsonNode data = JSON.readTree(chunks.getFirst().bytes()).path("data");
        assertEquals(data.path(0).path("embedding"), data.path(2).path("embedding"));
        assertEquals(8, data.path(1).path("embedding").size());
        double square = 0;
        for (JsonNode number : data.path(1).path("embedding")) {
            square += number.asDouble() * number.asDouble();
        }
        assertEquals(1.0, square, 1e-4);
    }
}
