package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clouds that put a dialect into paths and bodies of their own: Claude on Vertex, and Azure's deployments. */
class CloudFormsTest {
    private static final String MESSAGE =
            "\"max_tokens\":100,\"temperature\":0.50,\"messages\":[{\"role\":\"user\",\"content\":\"Grüße\"}]}";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .configured("{ id: claude, quirk: vertex, auth: bearer, api-key: token, base-url: \""
                        + upstream.baseUrl() + "/publishers/anthropic\" }")
                .configured(
                        "{ id: azure, quirk: azure-deployments, api-key: azure-key, api-version: 2025-01-01-preview,"
                                + " base-url: \"" + upstream.baseUrl() + "/openai\" }")
                .model("sonnet", "claude/claude-sonnet-4-5@20250929")
                .model("gpt", "azure/our deployment")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> post(String path, String body, Map<String, String> headers) throws Exception {
        return caller.post(path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    private ReplayUpstream.Seen seen() {
        return upstream.requests().getLast();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":"sonnet","x":1, | {"anthropic_version":"vertex-2023-10-16","x":1,
            { "x":1 , "model" : "sonnet" ,"y":2, | {"anthropic_version":"vertex-2023-10-16", "x":1 , "y":2,
            {"anthropic_version":"vertex-2024-01-01","model":"sonnet", | {"anthropic_version":"vertex-2024-01-01",
            """)
    void claude_on_vertex_gets_the_callers_bytes_with_the_version_and_without_the_model(String given, String sent)
            throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        HttpResponse<byte[]> response = post(
                "/v1/messages",
                given + MESSAGE,
                Map.of("anthropic-version", "2023-06-01", "anthropic-beta", "context-1m-2025-08-07"));
        assertEquals(200, response.statusCode(), text(response));
        assertArrayEquals(ReplayUpstream.recorded("anthropic/message.json"), response.body());
        assertEquals(
                "POST /v1/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict HTTP/1.1", seen().line());
        assertEquals(sent + MESSAGE, seen().text());
        assertEquals("Bearer token", seen().headers().get("authorization"));
        assertEquals("context-1m-2025-08-07", seen().headers().get("anthropic-beta"));
        assertFalse(seen().headers().containsKey("anthropic-version"));
    }

    @Test
    void a_model_at_the_bodys_end_goes_with_its_comma() throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        post(
                "/v1/messages",
                "{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}] , \"model\":\"sonnet\"}",
                Map.of());
        assertEquals(
                "{\"anthropic_version\":\"vertex-2023-10-16\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}] }",
                seen().text());
    }

    @Test
    void a_stream_has_a_path_of_its_own_there() throws Exception {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt")));
        HttpResponse<byte[]> response =
                post("/v1/messages", "{\"model\":\"sonnet\",\"stream\":true," + MESSAGE, Map.of());
        assertArrayEquals(ReplayUpstream.recorded("anthropic/stream.txt"), response.body());
        assertEquals(
                "POST /v1/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict HTTP/1.1",
                seen().line());
        assertTrue(seen().text().contains("\"stream\":true"), seen().text());
    }

    @Test
    void tokens_are_counted_at_a_path_without_a_model() throws Exception {
        upstream.then(ReplayUpstream.json(200, "{\"input_tokens\":7}"));
        HttpResponse<byte[]> response = post("/v1/messages/count_tokens", "{\"model\":\"sonnet\"," + MESSAGE, Map.of());
        assertEquals("{\"input_tokens\":7}", text(response));
        assertEquals("POST /v1/publishers/anthropic/models/count-tokens:rawPredict HTTP/1.1", seen().line());
        assertTrue(seen().text().contains("\"model\":\"claude-sonnet-4-5@20250929\""), seen().text());
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void callers_of_other_dialects_reach_claude_there(boolean stream) throws Exception {
        upstream.then(
                stream
                        ? ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt"))
                        : ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        HttpResponse<byte[]> response = caller.chat("{\"model\":\"sonnet\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals(200, response.statusCode(), text(response));
        assertTrue(text(response).contains(stream ? "data: [DONE]" : "\"finish_reason\""), text(response));
        assertTrue(seen().line().contains(stream ? ":streamRawPredict" : ":rawPredict"), seen().line());
        assertTrue(seen().text().startsWith("{\"anthropic_version\":\"vertex-2023-10-16\","), seen().text());
        assertFalse(seen().text().contains("\"model\""), seen().text());
        assertTrue(seen().text().contains("\"max_tokens\":"), seen().text());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, chat/completions, chat.json, '\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]'",
        "/v1/embeddings, embeddings, embeddings.json, '\"input\":\"hi\"'",
    })
    void a_deployment_of_azures_has_a_path_of_its_own(String path, String operation, String recorded, String input)
            throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded(recorded)));
        HttpResponse<byte[]> response = post(path, "{\"model\":\"gpt\"," + input + "}", Map.of());
        assertEquals(200, response.statusCode(), text(response));
        assertArrayEquals(ReplayUpstream.recorded(recorded), response.body());
        assertEquals(
                "POST /v1/openai/deployments/our%20deployment/" + operation
                        + "?api-version=2025-01-01-preview HTTP/1.1",
                seen().line());
        assertEquals("azure-key", seen().headers().get("api-key"));
    }

    @Test
    void callers_of_other_dialects_reach_deployments_too() throws Exception {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        HttpResponse<byte[]> response = post("/v1/messages", "{\"model\":\"gpt\",\"stream\":true," + MESSAGE, Map.of());
        assertTrue(text(response).contains("event: message_stop"), text(response));
        assertTrue(seen().line().contains("/chat/completions?api-version="), seen().line());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            quirk: vertex, dialects: [openai-chat] | speaks anthropic-messages and nothing else
            quirk: azure-deployments, dialects: [openai-responses] | speaks openai-chat and nothing else
            api-version: "2024" | only quirk: azure-deployments sends
            quirk: azure-deployments, api-version: "a&b=c" | must be of letters, digits
            """)
    void what_does_not_go_together_is_said_at_the_start(String more, String said) {
        BadConfig bad = assertThrows(
                BadConfig.class,
                () -> ConfigFile.parse(
                        "t.yaml",
                        "providers: [ { id: p, base-url: \"https://a\", api-key: k, " + more + " } ]",
                        Path.of(""),
                        name -> null));
        assertTrue(String.valueOf(bad.getMessage()).contains(said), bad.getMessage());
    }
}
