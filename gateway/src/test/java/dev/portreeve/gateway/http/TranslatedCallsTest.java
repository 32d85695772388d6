package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each vendor's SDK at the other vendor's model, through the whole gate. */
class TranslatedCallsTest {
    private static final Usage FROM_ANTHROPIC =
            new Usage(4320, 4000, 89, new Usage.Parts(100, 200, 0, 30, 0), Usage.Basis.REPORTED);

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private AnthropicClient anthropic;
    private OpenAIClient openai;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        begin(fixture());
    }

    private EdgeFixture fixture() {
        return new EdgeFixture()
                .anthropic("anthropic", upstream.baseUrl())
                .provider("openai", upstream.baseUrl())
                .demo()
                .model("claude", "anthropic/claude-sonnet-4-5")
                .model("gpt", "openai/gpt-5-mini")
                .model("demo", "demo/demo");
    }

    private void begin(EdgeFixture fixture) {
        edge = fixture.start();
        caller = new Caller(edge);
        anthropic = AnthropicOkHttpClient.builder()
                .baseUrl(edge.uri("").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        end();
        upstream.close();
    }

    private void end() {
        anthropic.close();
        openai.close();
        caller.close();
        edge.close();
    }

    private static MessageCreateParams messages(String model) {
        return MessageCreateParams.builder()
                .model(model)
                .maxTokens(2000)
                .addUserMessage("hello")
                .build();
    }

    private static ChatCompletionCreateParams.Builder chat(String model) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .maxCompletionTokens(20_000)
                .addUserMessage("hello");
    }

    @Test
    void anthropics_sdk_at_openais_model() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("translation/messages-to-chat/answer.json")));
        Message message = anthropic.messages().create(messages("gpt"));
        assertEquals(
                "Grüße \uD83D\uDC4B",
                message.content().get(1).text().orElseThrow().text());
        assertEquals("read", message.content().get(2).toolUse().orElseThrow().name());
        assertEquals("tool_use", message.stopReason().orElseThrow().asString());
        assertEquals(30, message.usage().inputTokens());
        assertEquals(60, message.usage().cacheReadInputTokens().orElseThrow());
        assertEquals(
                List.of(new Usage(100, 60, 30, new Usage.Parts(10, 0, 0, 12, 0), Usage.Basis.REPORTED)),
                edge.purse.settled);
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals("POST /v1/chat/completions HTTP/1.1", seen.line());
        assertTrue(seen.text().startsWith("{\"max_completion_tokens\":2000,\"model\":\"gpt-5-mini\""), seen.text());
        assertFalse(seen.headers().containsKey("anthropic-version"), "headers of a dialect mean nothing in another");
    }

    @Test
    void anthropics_sdk_streams_from_openais_model() {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("translation/messages-to-chat/stream.txt")));
        Message message = streamed("gpt");
        assertEquals(
                "Let me see.", message.content().get(0).thinking().orElseThrow().thinking());
        assertEquals(
                "Hello é wörld", message.content().get(1).text().orElseThrow().text());
        assertEquals(
                "{path=a}",
                message.content().get(2).toolUse().orElseThrow()._input().toString());
        assertEquals("ping", message.content().get(3).toolUse().orElseThrow().name());
        assertEquals("tool_use", message.stopReason().orElseThrow().asString());
        assertEquals(30, message.usage().outputTokens());
        assertEquals(List.of(new Usage(100, 60, 30, Usage.Basis.REPORTED)), edge.purse.settled);
    }

    private Message streamed(String model) {
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = anthropic.messages().createStreaming(messages(model))) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.message();
    }

    @Test
    void anthropics_sdk_at_the_demo_provider() {
        String unary = anthropic
                .messages()
                .create(messages("demo"))
                .content()
                .getFirst()
                .text()
                .orElseThrow()
                .text();
        assertTrue(unary.contains("demo provider of Portreeve"), unary);
        assertEquals(
                unary,
                streamed("demo").content().getFirst().text().orElseThrow().text());
    }

    @Test
    void openais_sdk_at_anthropics_model() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        ChatCompletion answer =
                openai.chat().completions().create(chat("claude").build());
        ChatCompletion.Choice choice = answer.choices().getFirst();
        assertEquals("Grüße, \"gate\" \uD83D\uDC4B", choice.message().content().orElseThrow());
        assertEquals(
                "{\"name\":\"San Francisco, CA\",\"count\":1.50}",
                choice.message()
                        .toolCalls()
                        .orElseThrow()
                        .getFirst()
                        .asFunction()
                        .function()
                        .arguments());
        assertEquals("tool_calls", choice.finishReason().asString());
        assertEquals(4320, answer.usage().orElseThrow().promptTokens());
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals("POST /v1/messages HTTP/1.1", seen.line());
        assertTrue(seen.text().startsWith("{\"max_tokens\":20000,\"model\":\"claude-sonnet-4-5\""), seen.text());
        assertEquals("2023-06-01", seen.headers().get("anthropic-version"));
        assertEquals("sk-upstream", seen.headers().get("x-api-key"));
    }

    @Test
    void openais_sdk_streams_from_anthropics_model() {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt")));
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (com.openai.core.http.StreamResponse<ChatCompletionChunk> stream = openai.chat()
                .completions()
                .createStreaming(chat("claude")
                        .streamOptions(ChatCompletionStreamOptions.builder()
                                .includeUsage(true)
                                .build())
                        .build())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        ChatCompletion answer = accumulator.chatCompletion();
        ChatCompletion.Choice choice = answer.choices().getFirst();
        assertEquals("Hello é wörld", choice.message().content().orElseThrow());
        assertEquals(
                "{\"location\": \"Kiel\"}",
                choice.message()
                        .toolCalls()
                        .orElseThrow()
                        .getFirst()
                        .asFunction()
                        .function()
                        .arguments());
        assertEquals("tool_calls", choice.finishReason().asString());
        assertEquals(89, answer.usage().orElseThrow().completionTokens());
        assertEquals(List.of(FROM_ANTHROPIC), edge.purse.settled);
    }

    @Test
    void what_was_lost_is_in_the_record_and_in_a_header_for_who_asks() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        String body = "{\"model\":\"claude\",\"seed\":7,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        assertEquals("openai-chat to anthropic-messages", header(caller.chat(body), "x-portreeve-translation"));
        HttpResponse<byte[]> asked = caller.post(
                "/v1/chat/completions",
                body.getBytes(StandardCharsets.UTF_8),
                Map.of("x-portreeve-translation", "notes"));
        String notes = "openai-chat to anthropic-messages; seed: dropped, it has no counterpart";
        assertEquals(notes, header(asked, "x-portreeve-translation"));
        String wanted =
                "\"translation\":[\"openai-chat to anthropic-messages\",\"seed: dropped, it has no counterpart\"]";
        assertTrue(
                edge.journal.records().stream()
                        .anyMatch(record -> new String(record.leaf(), StandardCharsets.UTF_8).contains(wanted)),
                "the record says it too");
    }

    @Test
    void what_cannot_be_translated_is_refused_and_recorded() throws Exception {
        HttpResponse<byte[]> refused =
                caller.chat("{\"model\":\"claude\",\"n\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals(400, refused.statusCode());
        assertTrue(text(refused).contains("\"code\":\"unsupported_parameter\""), text(refused));
        HttpResponse<byte[]> count = caller.post(
                "/v1/messages/count_tokens",
                "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                Map.of());
        assertEquals(404, count.statusCode());
        assertTrue(text(count).contains("not_found_error"), text(count));
        assertTrue(upstream.requests().isEmpty());
    }

    @Test
    void a_providers_error_is_retold_in_the_callers_dialect() throws Exception {
        upstream.then(
                ReplayUpstream.json(
                        400,
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"messages: too long\"}}"));
        HttpResponse<byte[]> response =
                caller.chat("{\"model\":\"claude\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals(400, response.statusCode());
        assertTrue(text(response).startsWith("{\"error\":{\"message\":"), text(response));
        assertTrue(text(response).contains("messages: too long"), text(response));
        upstream.then(ReplayUpstream.json(429, "{\"error\":{\"message\":\"slow down\",\"type\":\"rate\"}}"));
        HttpResponse<byte[]> limited = caller.post(
                "/v1/messages",
                "{\"model\":\"gpt\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                Map.of());
        assertEquals(429, limited.statusCode());
        assertTrue(text(limited).contains("rate_limit_error") && text(limited).contains("slow down"), text(limited));
    }

    @Test
    void a_stream_that_breaks_never_looks_whole() throws Exception {
        String events =
                new String(ReplayUpstream.recorded("translation/messages-to-chat/stream.txt"), StandardCharsets.UTF_8);
        upstream.then(
                ReplayUpstream.events(events.replace("data: [DONE]\n\n", "").getBytes(StandardCharsets.UTF_8)));
        String body =
                "{\"model\":\"gpt\",\"max_tokens\":5,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        try (var socket = caller.open("/v1/messages", body)) {
            String seen = Caller.all(socket);
            assertTrue(seen.contains("event: error"), seen);
            assertFalse(seen.contains("message_stop") || seen.endsWith("0\r\n\r\n"), seen);
        }
    }

    @Test
    void what_guardrails_change_is_changed_before_the_translation() throws Exception {
        end();
        begin(fixture()
                .guardrail(Detector.PII, Position.INPUT, Action.MASK)
                .guardrail(Detector.PII, Position.OUTPUT, Action.MASK));
        String answer = new String(ReplayUpstream.recorded("anthropic/message.json"), StandardCharsets.UTF_8)
                .replace("The user greets.", "bob@example.com");
        upstream.then(ReplayUpstream.json(200, answer));
        HttpResponse<byte[]> response = caller.chat(
                "{\"model\":\"claude\",\"messages\":[{\"role\":\"user\",\"content\":\"write to ana@example.com\"}]}");
        assertEquals(200, response.statusCode(), text(response));
        String sent = upstream.requests().getFirst().text();
        assertTrue(sent.contains("write to [email]"), sent);
        assertFalse(text(response).contains("bob@example.com"), text(response));
    }
}
