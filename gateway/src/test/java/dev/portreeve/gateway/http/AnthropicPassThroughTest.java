package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.InMemoryJournal.Fault;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anthropic's dialect on both sides: bytes, headers, usage, errors and what guardrails see (INV-6). */
class AnthropicPassThroughTest {
    private static final String PATH = "/v1/messages";
    private static final String MAIL = "ana@example.com";
    private static final String ASK =
            "{\"model\":\"smart\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String ASK_STREAM = ASK.replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"");

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        begin(fixture());
    }

    private EdgeFixture fixture() {
        return new EdgeFixture()
                .anthropic("anthropic", upstream.baseUrl())
                .model("smart", "anthropic/claude-sonnet-4-5");
    }

    private void begin(EdgeFixture fixture) {
        edge = fixture.start();
        caller = new Caller(edge);
    }

    private void restart(EdgeFixture fixture) {
        caller.close();
        edge.close();
        begin(fixture);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> post(String body) throws IOException, InterruptedException {
        return post(body, Map.of());
    }

    private HttpResponse<byte[]> post(String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return caller.post(PATH, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    @Test
    void a_message_passes_byte_for_byte_both_ways() throws Exception {
        byte[] answer = ReplayUpstream.recorded("anthropic/message.json");
        upstream.then(exchange ->
                exchange.json(200, "request-id: req_9\r\nanthropic-ratelimit-requests-remaining: 7\r\n", answer));
        String body =
                "{ \"system\":[{\"type\":\"text\",\"text\":\"first\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}],\"model\""
                        + " : \"anthropic/claude-sonnet-4-5\",\"x_future\":[1.50,1e3],\n"
                        + "\"context_management\":{\"edits\":[]},\"thinking\":{\"type\":\"adaptive\"},"
                        + " \"max_tokens\":64000,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"iVBORw0KGgo=\"}}]}]}\n";
        HttpResponse<byte[]> response = caller.post(
                "/v1/messages?beta=true",
                body.getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "anthropic-version",
                        "2023-06-01",
                        "anthropic-beta",
                        "context-management-2025-06-27,x-2",
                        "x-api-key",
                        "another",
                        "x-claude-code-session-id",
                        "s-1"));
        assertEquals(200, response.statusCode(), text(response));
        assertArrayEquals(answer, response.body());
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals(body.replace("anthropic/claude-sonnet-4-5", "claude-sonnet-4-5"), seen.text());
        assertEquals("POST /v1/messages HTTP/1.1", seen.line());
        assertEquals("context-management-2025-06-27,x-2", seen.headers().get("anthropic-beta"));
        assertEquals("2023-06-01", seen.headers().get("anthropic-version"));
        assertEquals("sk-upstream", seen.headers().get("x-api-key"));
        assertFalse(seen.headers().containsKey("authorization"), "the caller's key left the house");
        assertFalse(seen.headers().containsKey("x-claude-code-session-id"));
        assertEquals("req_9", header(response, "x-portreeve-upstream-request-id"));
        assertEquals(header(response, "x-portreeve-call-id"), header(response, "request-id"));
        assertEquals("", header(response, "anthropic-ratelimit-requests-remaining"), "limits that all callers share");
        // 20 plain, 4000 cached, 100 and 200 written, 50 put out: at $3, 0.30, 3.75, 6 and 15 per million.
        assertEquals("0.003585", header(response, "x-portreeve-cost-usd"));
    }

    @Test
    void a_stream_passes_byte_for_byte_however_the_network_cuts_it() throws Exception {
        byte[] events = ReplayUpstream.recorded("anthropic/stream.txt");
        for (int size : new int[] {1, 61, 997, events.length}) {
            upstream.then(exchange -> {
                exchange.beginEvents();
                for (int from = 0; from < events.length; from += size) {
                    exchange.chunk(Arrays.copyOfRange(events, from, Math.min(events.length, from + size)));
                }
                exchange.endEvents();
            });
            assertArrayEquals(events, post(ASK_STREAM).body());
            assertEquals(
                    new Usage(4320, 4000, 89, new Usage.Parts(100, 200, 0, 30, 0), Usage.Basis.REPORTED),
                    edge.purse.settled.getLast());
        }
    }

    @Test
    void events_without_names_are_known_by_their_type() throws Exception {
        String events = new String(ReplayUpstream.recorded("anthropic/stream.txt"), StandardCharsets.UTF_8)
                .replaceAll("event: .*\n", "");
        upstream.then(ReplayUpstream.events(events.getBytes(StandardCharsets.UTF_8)));
        assertEquals(events, text(post(ASK_STREAM)));
        assertEquals(89, edge.purse.settled.getLast().outputTokens());
    }

    @Test
    void each_of_four_headers_opens_the_gate() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        for (String name : List.of("x-api-key", "x-goog-api-key", "api-key")) {
            var request = java.net.http.HttpRequest.newBuilder(edge.uri(PATH))
                    .header(name, EdgeFixture.KEY)
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(ASK))
                    .build();
            try (var client = java.net.http.HttpClient.newHttpClient()) {
                assertEquals(
                        200,
                        client.send(request, HttpResponse.BodyHandlers.ofString())
                                .statusCode(),
                        name);
            }
        }
        assertEquals(200, post(ASK).statusCode());
    }

    @Test
    void a_request_without_a_bound_gets_one() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        HttpResponse<byte[]> response = post(ASK.replace("\"max_tokens\":9,", ""));
        String cap = header(response, "x-portreeve-output-cap");
        assertTrue(Integer.parseInt(cap) > 0);
        assertTrue(upstream.requests().getFirst().text().startsWith("{\"max_tokens\":" + cap + ","));
        assertEquals("2023-06-01", upstream.requests().getFirst().headers().get("anthropic-version"));
    }

    @Test
    void a_stream_that_the_provider_breaks_off_says_so_once_and_in_its_words() throws Exception {
        String events = new String(ReplayUpstream.recorded("anthropic/stream.txt"), StandardCharsets.UTF_8);
        String begun = events.substring(0, events.indexOf("event: content_block_stop"));
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
        upstream.then(ReplayUpstream.events(
                (begun + "event: error\ndata: " + error + "\n\n").getBytes(StandardCharsets.UTF_8)));
        String seen = broken(ASK_STREAM);
        assertTrue(seen.contains("event: error\ndata: " + error + "\n\n"), seen);
        assertEquals(seen.indexOf("event: error"), seen.lastIndexOf("event: error"));
        assertFalse(seen.contains("message_stop"));
        // What had been produced until then is charged by what the stream had reported.
        assertEquals(Usage.Basis.ESTIMATED, edge.purse.settled.getLast().basis());
        Usage said = edge.purse.said.getLast();
        assertEquals(4320, said.inputTokens(), "the input is known from the stream's beginning");
        assertEquals(4000, said.cachedInputTokens());
        assertTrue(said.outputTokens() < 89, "of the output only the beginning: " + said);
        upstream.then(ReplayUpstream.events(begun.getBytes(StandardCharsets.UTF_8)));
        String cut = broken(ASK_STREAM);
        assertTrue(cut.contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\""), cut);
        assertFalse(cut.contains("message_stop"));
    }

    /** The bytes of an answer whose transfer never ends properly. */
    private String broken(String body) throws IOException {
        try (var socket = caller.open(PATH, body)) {
            String seen = Caller.all(socket);
            assertFalse(seen.endsWith("0\r\n\r\n"), "a broken answer looks whole");
            return seen.replaceAll("\r\n[0-9a-f]+\r\n", "");
        }
    }

    @Test
    void guardrails_read_texts_tool_inputs_and_tool_results() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.INPUT, Action.MASK));
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        String body = "{\"model\":\"smart\",\"max_tokens\":9,\"system\":\"S\",\"messages\":["
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"S\"}]},"
                + "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{\"name\":\"S\",\"deep\":[{\"id\":\"S\"}]}}]},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{\"type\":\"text\",\"text\":\"S\"}]},"
                + "{\"type\":\"document\",\"source\":{\"data\":\"S\",\"type\":\"text\",\"media_type\":\"text/plain\"}}]}]}";
        assertEquals(200, post(body.replace("\"S\"", "\"" + MAIL + "\"")).statusCode());
        String sent = upstream.requests().getFirst().text();
        assertFalse(sent.contains(MAIL), sent);
        assertEquals(6, sent.split("\\[email]", -1).length - 1, sent);
    }

    @Test
    void guardrails_read_answers_and_streams() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.OUTPUT, Action.BLOCK));
        String leak = new String(ReplayUpstream.recorded("anthropic/message.json"), StandardCharsets.UTF_8)
                .replace("San Francisco, CA", MAIL);
        upstream.then(ReplayUpstream.json(200, leak));
        HttpResponse<byte[]> blocked = post(ASK);
        assertEquals(400, blocked.statusCode());
        assertTrue(text(blocked).contains("\"type\":\"invalid_request_error\""), text(blocked));
        assertFalse(text(blocked).contains(MAIL));
        String stream = new String(ReplayUpstream.recorded("anthropic/stream.txt"), StandardCharsets.UTF_8)
                .replace("Hello ", "ana@exam")
                .replace("é wörld", "ple.com ");
        upstream.then(ReplayUpstream.events(stream.getBytes(StandardCharsets.UTF_8)));
        String seen = text(post(ASK_STREAM));
        assertFalse(seen.contains("ana@exam"), seen);
        assertTrue(seen.contains("\"type\":\"error\""), seen);
    }

    @Test
    void wrong_requests_are_answered_in_the_dialect() throws Exception {
        for (String body :
                List.of("", "{", "[]", "{\"model\":\"smart\"}", "{\"messages\":[]}", ASK.replace("9", "0"))) {
            HttpResponse<byte[]> response = post(body);
            assertEquals(400, response.statusCode(), body);
            assertTrue(
                    text(response).startsWith("{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\""),
                    text(response));
        }
        HttpResponse<byte[]> wrong = caller.send("GET", PATH, Map.of());
        assertEquals(405, wrong.statusCode());
        assertTrue(text(wrong).startsWith("{\"type\":\"error\""), text(wrong));
        assertTrue(upstream.requests().isEmpty());
    }

    @Test
    void a_stream_whose_opening_record_fails_never_begins() throws Exception {
        upstream.always(ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt")));
        edge.journal.next(Fault.FAILS);
        HttpResponse<byte[]> response = post(ASK_STREAM);
        assertEquals(503, response.statusCode());
        assertTrue(text(response).contains("api_error"), text(response));
    }

    @Test
    void usage_that_cannot_be_true_neither_fails_nor_gets_cheaper() throws Exception {
        Map<String, Usage> cases = Map.of(
                "{}",
                new Usage(0, 0, 0, Usage.Basis.REPORTED),
                "{\"input_tokens\":-5,\"output_tokens\":null}",
                new Usage(0, 0, 0, Usage.Basis.REPORTED),
                "{\"input_tokens\":10,\"cache_creation_input_tokens\":7,\"output_tokens\":3}",
                new Usage(17, 0, 3, new Usage.Parts(7, 0, 0, 0, 0), Usage.Basis.REPORTED),
                "{\"input_tokens\":1,\"cache_creation_input_tokens\":1,\"cache_creation\":{\"ephemeral_1h_input_tokens\":9},\"output_tokens\":1}",
                new Usage(10, 0, 1, new Usage.Parts(0, 9, 0, 0, 0), Usage.Basis.REPORTED),
                "{\"output_tokens\":5,\"output_tokens_details\":{\"thinking_tokens\":50}}",
                new Usage(0, 0, 5, new Usage.Parts(0, 0, 0, 5, 0), Usage.Basis.REPORTED));
        for (Map.Entry<String, Usage> each : cases.entrySet()) {
            upstream.then(
                    ReplayUpstream.json(200, "{\"type\":\"message\",\"content\":[],\"usage\":" + each.getKey() + "}"));
            assertEquals(200, post(ASK).statusCode());
            assertEquals(each.getValue(), edge.purse.settled.getLast(), each.getKey());
        }
        assertThrows(IllegalArgumentException.class, () -> new Usage(0, 1, 0, Usage.Basis.REPORTED));
    }
}
