package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.Part;
import com.google.genai.types.Tool;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Google's own Java SDK as a caller: at a model of its dialect, and at one of OpenAI's. */
class GeminiSdkTest {
    private static final GenerateContentConfig TOOLS = GenerateContentConfig.builder()
            .tools(Tool.builder()
                    .functionDeclarations(FunctionDeclaration.builder()
                            .name("get_weather")
                            .parametersJsonSchema(Map.of("type", "object"))
                            .build())
                    .build())
            .build();

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Client client;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .gemini("google", upstream.baseUrl())
                .provider("chat", upstream.baseUrl())
                .model("smart", "google/gemini-2.5-pro")
                .model("gpt", "chat/gpt-5-mini")
                .model("forbidden", "google/gemini-2.5-flash")
                .start();
        client = client(EdgeFixture.KEY);
    }

    private Client client(String key) {
        return Client.builder()
                .apiKey(key)
                .vertexAI(false)
                .httpOptions(
                        HttpOptions.builder().baseUrl(edge.uri("").toString()).build())
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        edge.close();
        upstream.close();
    }

    private static String recorded(String name) {
        return new String(ReplayUpstream.recorded(name), StandardCharsets.UTF_8);
    }

    private static ReplayUpstream.Script events(String events) {
        return ReplayUpstream.events(events.getBytes(StandardCharsets.UTF_8));
    }

    private String streamed(String model) {
        StringBuilder said = new StringBuilder();
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(model, "hello", TOOLS)) {
            for (GenerateContentResponse chunk : stream) {
                for (Part part : chunk.parts() == null ? List.<Part>of() : chunk.parts()) {
                    if (!part.thought().orElse(false)) {
                        said.append(part.text().orElse(""));
                    }
                    part.functionCall()
                            .ifPresent(call -> said.append(call.args().orElseThrow()));
                }
            }
        }
        return said.toString();
    }

    @Test
    void a_tool_loop_at_googles_model() {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        GenerateContentResponse first = client.models.generateContent("smart", "hello", TOOLS);
        FunctionCall call = first.functionCalls().getFirst();
        assertEquals("get_weather", call.name().orElseThrow());
        assertEquals("Kiel", call.args().orElseThrow().get("location"));
        assertEquals(
                4000, first.usageMetadata().orElseThrow().promptTokenCount().orElseThrow());
        Content said = first.candidates().orElseThrow().getFirst().content().orElseThrow();
        assertArrayEquals(
                Base64.getDecoder().decode("CiQBjz1rXw+ab/c="),
                said.parts().orElseThrow().get(2).thoughtSignature().orElseThrow());
        client.models.generateContent(
                "smart",
                List.of(
                        Content.fromParts(Part.fromText("hello")),
                        said,
                        Content.fromParts(Part.fromFunctionResponse("get_weather", Map.of("output", "sunny")))),
                TOOLS);
        String second = upstream.requests().get(1).text();
        assertTrue(second.contains("CiQBjz1rXw"), second);
        assertTrue(second.contains("sunny"), second);
    }

    @Test
    void a_stream_from_googles_model() {
        upstream.then(events(recorded("gemini/stream.txt")));
        assertEquals("Hello é wörld{location=Kiel}", streamed("smart"));
        assertEquals(
                new Usage(4000, 3000, 61, new Usage.Parts(0, 0, 0, 40, 0), Usage.Basis.REPORTED),
                edge.purse.settled.getFirst());
    }

    @Test
    void a_stream_that_was_cut_is_an_error() {
        String events = recorded("gemini/stream.txt");
        upstream.then(events(events.substring(0, events.lastIndexOf("data: "))));
        assertThrows(RuntimeException.class, () -> streamed("smart"));
    }

    @Test
    void tokens_are_counted() {
        upstream.then(ReplayUpstream.json(200, "{\"totalTokens\":14}"));
        assertEquals(
                14,
                client.models.countTokens("smart", "hello", null).totalTokens().orElseThrow());
    }

    @Test
    void a_tool_loop_at_openais_model() {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("translation/messages-to-chat/answer.json")))
                .always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        GenerateContentResponse first = client.models.generateContent("gpt", "hello", TOOLS);
        FunctionCall call = first.functionCalls().getFirst();
        assertEquals("read", call.name().orElseThrow());
        Content said = first.candidates().orElseThrow().getFirst().content().orElseThrow();
        assertEquals(100, first.usageMetadata().orElseThrow().promptTokenCount().orElseThrow());
        List<Part> results = first.functionCalls().stream()
                .map(each -> Part.fromFunctionResponse(each.name().orElseThrow(), Map.of("output", "found")))
                .toList();
        client.models.generateContent(
                "gpt",
                List.of(
                        Content.fromParts(Part.fromText("hello")),
                        said,
                        Content.builder().role("user").parts(results).build()),
                TOOLS);
        String second = upstream.requests().get(1).text();
        assertTrue(
                second.contains("\"tool_call_id\":\"" + call.id().orElseThrow() + "\",\"content\":\"found\""), second);
        assertFalse(second.contains("thoughtSignature"), second);
    }

    @Test
    void a_stream_from_openais_model() {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("translation/messages-to-chat/stream.txt")));
        String said = streamed("gpt");
        assertTrue(said.startsWith("Hello é wörld{"), said);
        assertEquals(
                "POST /v1/chat/completions HTTP/1.1",
                upstream.requests().getFirst().line());
        assertTrue(upstream.requests().getFirst().text().contains("\"stream\":true"));
    }

    @Test
    void refusals_have_their_status_and_are_not_repeated() {
        assertEquals(404, refused(client, "none"));
        assertEquals(403, refused(client, "forbidden"));
        try (Client mistyped = client("prk_wrong")) {
            assertEquals(401, refused(mistyped, "smart"));
        }
        assertTrue(upstream.requests().isEmpty());
        assertEquals(2, refusals(), "the SDK asked again");
    }

    /** Nothing in an answer stops its repetitions of a 429; its own setting does, which its page says. */
    @Test
    void a_budget_that_is_gone_is_asked_for_once_where_the_client_is_told_so() {
        edge.purse.empty = true;
        HttpOptions once = HttpOptions.builder()
                .baseUrl(edge.uri("").toString())
                .retryOptions(HttpRetryOptions.builder().attempts(1).build())
                .build();
        try (Client patient = Client.builder()
                .apiKey(EdgeFixture.KEY)
                .vertexAI(false)
                .httpOptions(once)
                .build()) {
            assertEquals(429, refused(patient, "smart"));
        }
        assertEquals(1, refusals());
    }

    private long refusals() {
        return edge.journal.events().stream()
                .filter(event -> event.kind().code().equals("call.closed")
                        || event.kind().code().equals("call.refused"))
                .count();
    }

    private static int refused(Client by, String model) {
        return assertThrows(ApiException.class, () -> by.models.generateContent(model, "hello", null))
                .code();
    }
}
