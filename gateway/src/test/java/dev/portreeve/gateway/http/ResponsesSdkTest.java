package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStreamEvent;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenAI's Java SDK in its newer dialect, at a model of that dialect and at two others. */
class ResponsesSdkTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private OpenAIClient openai;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .responses("openai", upstream.baseUrl())
                .provider("chat", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .demo()
                .model("own", "openai/gpt-5-mini")
                .model("chat", "chat/some-model")
                .model("claude", "anthropic/claude-sonnet-4-5")
                .model("demo", "demo/demo")
                .start();
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        openai.close();
        edge.close();
        upstream.close();
    }

    private static ResponseCreateParams ask(String model) {
        return ResponseCreateParams.builder()
                .model(model)
                .input("hello")
                .maxOutputTokens(20_000)
                .store(false)
                .build();
    }

    private Response unary(String model) {
        return openai.responses().create(ask(model)).validate();
    }

    private Response streamed(String model) {
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = openai.responses().createStreaming(ask(model))) {
            stream.stream().map(ResponseStreamEvent::validate).forEach(accumulator::accumulate);
        }
        return accumulator.response().validate();
    }

    private static String text(Response response) {
        StringBuilder text = new StringBuilder();
        response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .forEach(part -> text.append(part.text()));
        return text.toString();
    }

    private static String call(Response response) {
        return response.output().stream()
                .flatMap(item -> item.functionCall().stream())
                .map(call -> call.name() + call.arguments())
                .findFirst()
                .orElse("");
    }

    private static String thought(Response response) {
        return response.output().stream()
                .flatMap(item -> item.reasoning().stream())
                .map(item -> item.summary().getFirst().text() + "|"
                        + item.encryptedContent().orElse(""))
                .findFirst()
                .orElse("");
    }

    @Test
    void at_a_model_of_its_dialect() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")))
                .then(ReplayUpstream.events(ReplayUpstream.recorded("response-stream.txt")));
        Response unary = unary("own");
        assertEquals("Grüße, \"gate\" \uD83D\uDC4B", text(unary));
        assertEquals("read{\"path\": \"a\"}", call(unary));
        Response streamed = streamed("own");
        assertEquals("Hello é wörld", text(streamed));
        assertEquals(30, streamed.usage().orElseThrow().outputTokens());
    }

    @Test
    void at_a_model_of_the_older_dialect() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("translation/messages-to-chat/answer.json")))
                .then(ReplayUpstream.events(ReplayUpstream.recorded("translation/messages-to-chat/stream.txt")));
        Response unary = unary("chat");
        assertEquals("Grüße \uD83D\uDC4B", text(unary));
        assertTrue(call(unary).startsWith("read{"), call(unary));
        assertEquals(60, unary.usage().orElseThrow().inputTokensDetails().cachedTokens());
        Response streamed = streamed("chat");
        assertEquals("Let me see.|", thought(streamed));
        assertEquals("Hello é wörld", text(streamed));
        assertEquals("read{\"path\":\"a\"}", call(streamed));
        assertEquals(
                2,
                streamed.output().stream()
                        .filter(ResponseOutputItem::isFunctionCall)
                        .count());
        assertEquals(
                "POST /v1/chat/completions HTTP/1.1",
                upstream.requests().getFirst().line());
        assertTrue(upstream.requests().getFirst().text().contains("\"max_completion_tokens\":20000"));
    }

    @Test
    void at_anthropics_model() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")))
                .then(ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt")));
        Response unary = unary("claude");
        assertEquals("Grüße, \"gate\" \uD83D\uDC4B", text(unary));
        assertTrue(thought(unary).contains("|anthropic-thinking."), thought(unary));
        assertEquals(4320, unary.usage().orElseThrow().inputTokens());
        Response streamed = streamed("claude");
        assertEquals("Let me see.|anthropic-thinking.EqQBCgIYAhIkAbc=", thought(streamed));
        assertEquals("Hello é wörld", text(streamed));
        assertEquals(89, streamed.usage().orElseThrow().outputTokens());
    }

    @Test
    void at_the_demo_provider() {
        String unary = text(unary("demo"));
        assertTrue(unary.contains("demo provider of Portreeve"), unary);
        assertEquals(unary, text(streamed("demo")));
    }
}
