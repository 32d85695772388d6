package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls under an idempotency key in the dialects beside chat completions, as they are and translated, through a whole gateway. */
class IdempotentDialectsTest {
    private static final String GOES_ON = ":streamGenerateContent";
    private static final String SETTLED = "SELECT 'settled=' || settled_nanos || ' held=' || held_nanos"
            + " FROM policy.budget_window WHERE budget_id = 'member:bot:total'";

    private static ReplayUpstream upstream;
    private static GatewayFixture fixture;
    private static String key;

    /** A way to ask, and what the provider behind it says. */
    private enum Ask {
        MESSAGES("/v1/messages", "claude", false, "anthropic/message.json"),
        MESSAGES_STREAM("/v1/messages", "claude", true, "anthropic/stream.txt"),
        MESSAGES_TRANSLATED("/v1/messages", "chat", false, "chat.json"),
        MESSAGES_STREAM_TRANSLATED("/v1/messages", "chat", true, "chat-stream.txt"),
        RESPONSES("/v1/responses", "answers", false, "response.json"),
        RESPONSES_STREAM("/v1/responses", "answers", true, "response-text-stream.txt"),
        RESPONSES_TRANSLATED("/v1/responses", "claude", false, "anthropic/message.json"),
        RESPONSES_STREAM_TRANSLATED("/v1/responses", "claude", true, "anthropic/stream.txt"),
        RESPONSES_ON_THE_CHAT_PATH("/v1/chat/completions", "answers", true, "response-text-stream.txt"),
        GEMINI("/v1beta/models/gemini:generateContent", "gemini", false, "gemini/answer.json"),
        GEMINI_EVENTS("/v1beta/models/gemini" + GOES_ON + "?alt=sse", "gemini", true, "gemini/stream.txt"),
        GEMINI_ARRAY("/v1beta/models/gemini" + GOES_ON, "gemini", true, "gemini/stream.txt"),
        GEMINI_TRANSLATED("/v1beta/models/claude:generateContent", "claude", false, "anthropic/message.json"),
        GEMINI_ARRAY_TRANSLATED("/v1beta/models/chat" + GOES_ON, "chat", true, "chat-stream.txt");

        private final String path;
        private final String model;
        private final boolean stream;
        private final String recording;

        Ask(String path, String model, boolean stream, String recording) {
            this.path = path;
            this.model = model;
            this.stream = stream;
            this.recording = recording;
        }

        ReplayUpstream.Script answer() {
            byte[] bytes = ReplayUpstream.recorded(recording);
            return stream ? ReplayUpstream.events(bytes) : ReplayUpstream.json(200, bytes);
        }

        String body(String words) {
            if (path.contains("models/")) {
                return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + words
                        + "\"}]}],\"generationConfig\":{\"maxOutputTokens\":100}}";
            }
            String streamed = "{\"model\":\"" + model + "\",\"stream\":" + stream + ",";
            return path.endsWith("messages")
                    ? streamed + "\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"" + words + "\"}]}"
                    : streamed + "\"max_output_tokens\":100,\"input\":\"" + words + "\"}";
        }

        /** What an error of this caller's dialect has and no other's. */
        String errorSign() {
            if (path.contains("models/")) {
                return "\"status\":\"INVALID_ARGUMENT\"";
            }
            return path.endsWith("messages") ? "{\"type\":\"error\",\"error\":{" : "\"param\":null";
        }
    }

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        upstream = new ReplayUpstream();
        fixture = GatewayFixture.configured(
                folder, """
                    providers:
                      - { id: chat-up, base-url: "BASE", api-key: k, dialects: [openai-chat] }
                      - { id: claude-up, base-url: "BASE", api-key: k, dialects: [anthropic-messages] }
                      - { id: answers-up, base-url: "BASE", api-key: k, dialects: [openai-responses] }
                      - { id: gemini-up, base-url: "BASE", api-key: k, dialects: [gemini] }
                    models:
                      - { name: chat, route: { targets: [{ model: chat-up/m }] } }
                      - { name: claude, route: { targets: [{ model: claude-up/m }] } }
                      - { name: answers, route: { targets: [{ model: answers-up/m }] } }
                      - { name: gemini, route: { targets: [{ model: gemini-up/m }] } }
                    organisation:
                      tenants: [{ id: acme, agents: [{ id: bot, budgets: [{ limit-usd: 100 }] }] }]
                    policies: [{ id: models, effect: allow, models: ["*"] }]
                    """.replace("BASE", upstream.baseUrl().toString()));
        key = fixture.newKey("bot");
    }

    @AfterAll
    static void stop() throws IOException {
        fixture.close();
        upstream.close();
    }

    private static HttpResponse<byte[]> post(Ask ask, String words, String body)
            throws IOException, InterruptedException {
        return fixture.http.send(
                HttpRequest.newBuilder(fixture.data().resolve(ask.path))
                        .header("x-api-key", key)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", words)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static String money() {
        String line = fixture.run("sql", SETTLED)
                .out()
                .lines()
                .filter(row -> row.contains("settled="))
                .findFirst()
                .orElse("");
        assertTrue(line.isEmpty() || line.contains("held=0"), line);
        return line;
    }

    @ParameterizedTest
    @EnumSource
    void what_is_asked_again_is_answered_with_the_same_bytes_and_charged_once(Ask ask) throws Exception {
        String words = UUID.randomUUID().toString();
        int asked = upstream.requests().size();
        String before = money();
        upstream.then(ask.answer());
        HttpResponse<byte[]> first = post(ask, words, ask.body("hello"));
        assertEquals(200, first.statusCode(), text(first));
        String paid = money();
        assertNotEquals(before, paid);
        HttpResponse<byte[]> again = post(ask, words, ask.body("hello"));
        assertEquals(200, again.statusCode(), text(again));
        assertArrayEquals(first.body(), again.body(), () -> text(first) + "\n------\n" + text(again));
        assertEquals(header(first, "content-type"), header(again, "content-type"));
        assertEquals("false", header(first, "x-portreeve-idempotent-replay"));
        assertEquals("true", header(again, "x-portreeve-idempotent-replay"));
        assertEquals(header(first, "x-portreeve-call-id"), header(again, "x-portreeve-replayed-call-id"));
        assertEquals(paid, money());
        assertEquals(asked + 1, upstream.requests().size());

        HttpResponse<byte[]> other = post(ask, words, ask.body("goodbye"));
        assertEquals(422, other.statusCode(), text(other));
        assertEquals("idempotency_key_reused", header(other, "x-portreeve-reason"));
        assertTrue(text(other).contains(ask.errorSign()), text(other));
        assertTrue(text(other).contains("this idempotency key stands for a request with another body"), text(other));
        assertEquals("false", header(other, "x-should-retry"));
        assertEquals(paid, money());
        assertEquals(asked + 1, upstream.requests().size());
    }

    @Test
    void in_the_dialects_whose_path_names_the_model_another_model_is_another_body() throws Exception {
        String words = UUID.randomUUID().toString();
        upstream.then(Ask.GEMINI.answer());
        assertEquals(200, post(Ask.GEMINI, words, Ask.GEMINI.body("hello")).statusCode());
        HttpResponse<byte[]> other = post(Ask.GEMINI_TRANSLATED, words, Ask.GEMINI.body("hello"));
        assertEquals(422, other.statusCode(), text(other));
        HttpResponse<byte[]> streamed = post(Ask.GEMINI_EVENTS, words, Ask.GEMINI.body("hello"));
        assertEquals(422, streamed.statusCode(), text(streamed));
    }

    /** One key in two dialects is two calls: their answers have nothing in common. */
    @Test
    void a_key_is_its_dialects() throws Exception {
        String words = UUID.randomUUID().toString();
        for (Ask ask : new Ask[] {Ask.MESSAGES, Ask.RESPONSES, Ask.GEMINI}) {
            upstream.then(ask.answer());
            HttpResponse<byte[]> made = post(ask, words, ask.body("hello"));
            assertEquals(200, made.statusCode(), text(made));
            assertEquals("false", header(made, "x-portreeve-idempotent-replay"));
        }
    }

    @Test
    void a_count_of_tokens_costs_nothing_and_is_made_each_time() throws Exception {
        String words = UUID.randomUUID().toString();
        for (int i = 0; i < 2; i++) {
            upstream.then(ReplayUpstream.json(200, "{\"input_tokens\":" + (7 + i) + "}"));
            HttpResponse<byte[]> counted = fixture.http.send(
                    HttpRequest.newBuilder(fixture.data().resolve("/v1/messages/count_tokens"))
                            .header("x-api-key", key)
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", words)
                            .POST(HttpRequest.BodyPublishers.ofString(Ask.MESSAGES.body("hello")))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertTrue(text(counted).contains(String.valueOf(7 + i)), text(counted));
        }
    }

    /** What failed in the middle of a stream was not an answer: who comes again has it made anew. */
    @ParameterizedTest
    @EnumSource(names = {"MESSAGES_STREAM", "RESPONSES_STREAM", "GEMINI_EVENTS", "GEMINI_ARRAY_TRANSLATED"})
    void a_stream_that_broke_is_made_anew(Ask ask) throws Exception {
        String words = UUID.randomUUID().toString();
        String recorded = new String(ReplayUpstream.recorded(ask.recording), StandardCharsets.UTF_8);
        String begun = recorded.substring(0, recorded.indexOf("\n\n") + 2);
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(begun);
            exchange.cut();
        });
        boolean broke;
        try {
            HttpResponse<byte[]> first = post(ask, words, ask.body("hello"));
            broke = first.statusCode() != 200;
        } catch (IOException cut) {
            broke = true;
        }
        assertTrue(broke);
        upstream.then(ask.answer());
        HttpResponse<byte[]> second = post(ask, words, ask.body("hello"));
        assertEquals(200, second.statusCode(), text(second));
        assertEquals("false", header(second, "x-portreeve-idempotent-replay"));
        assertFalse(text(second).contains("idempotency"), text(second));
        assertArrayEquals(second.body(), post(ask, words, ask.body("hello")).body());
    }
}
