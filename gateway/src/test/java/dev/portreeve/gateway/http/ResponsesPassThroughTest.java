package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** OpenAI's Responses dialect on both sides: bytes, usage, errors and what guardrails see (INV-6). */
class ResponsesPassThroughTest {
    private static final String PATH = "/v1/responses";
    private static final String MAIL = "ana@example.com";
    private static final String ASK = "{\"model\":\"fast\",\"max_output_tokens\":90,\"store\":false,\"input\":\"hi\"}";
    private static final String ASK_STREAM = ASK.replace("\"store\"", "\"stream\":true,\"store\"");
    private static final Usage USED = new Usage(100, 60, 30, new Usage.Parts(10, 0, 0, 12, 0), Usage.Basis.REPORTED);

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        begin(fixture());
    }

    private EdgeFixture fixture() {
        return new EdgeFixture().responses("openai", upstream.baseUrl()).model("fast", "openai/gpt-5-mini");
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
        return caller.post(PATH, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private static byte[] recorded(String name) {
        return ReplayUpstream.recorded(name);
    }

    private static String stream() {
        return new String(recorded("response-stream.txt"), StandardCharsets.UTF_8);
    }

    @Test
    void a_response_passes_byte_for_byte_both_ways() throws Exception {
        byte[] answer = recorded("response.json");
        upstream.then(ReplayUpstream.json(200, answer));
        String body = "{ \"model\" : \"openai/gpt-5-mini\",\"x_future\":[1.50,1e3],\n\"store\":false,\"include\":"
                + "[\"reasoning.encrypted_content\"],\"max_output_tokens\": 64,\"input\":[{\"type\":\"reasoning\",\"id\":\"rs_0\","
                + "\"summary\":[],\"encrypted_content\":\"gAAA\"},{\"role\":\"user\",\"content\":\"hi\"}],"
                + "\"tools\":[ {\"type\":\"function\",\"name\":\"read\",\"parameters\":{}} ]}\n";
        HttpResponse<byte[]> response = post(body);
        assertEquals(200, response.statusCode(), text(response));
        assertArrayEquals(answer, response.body());
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals("POST /v1/responses HTTP/1.1", seen.line());
        assertEquals(body.replace("openai/gpt-5-mini", "gpt-5-mini"), seen.text());
        assertEquals("Bearer sk-upstream", seen.headers().get("authorization"));
        assertEquals(List.of(USED), edge.purse.settled);
    }

    @Test
    void a_stream_passes_byte_for_byte_however_the_network_cuts_it() throws Exception {
        byte[] events = recorded("response-stream.txt");
        for (int size : new int[] {1, 61, 997, events.length}) {
            upstream.then(exchange -> {
                exchange.beginEvents();
                for (int from = 0; from < events.length; from += size) {
                    exchange.chunk(Arrays.copyOfRange(events, from, Math.min(events.length, from + size)));
                }
                exchange.endEvents();
            });
            assertArrayEquals(events, post(ASK_STREAM).body());
            assertEquals(USED, edge.purse.settled.getLast());
        }
    }

    @Test
    void events_without_names_and_what_servers_put_behind_the_end_change_nothing() throws Exception {
        String events = stream().replaceAll("event: .*\n", "");
        upstream.then(ReplayUpstream.events((events + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8)));
        assertEquals(events, text(post(ASK_STREAM)));
        assertEquals(USED, edge.purse.settled.getLast());
    }

    @Test
    void paths_that_programs_really_use_lead_here() throws Exception {
        upstream.always(ReplayUpstream.json(200, recorded("response.json")));
        for (String path : List.of("/responses", "/v1/responses", "/v1/v1/responses", "/v1/chat/completions")) {
            HttpResponse<byte[]> response = caller.post(path, ASK.getBytes(StandardCharsets.UTF_8), Map.of());
            assertArrayEquals(recorded("response.json"), response.body(), path);
        }
        assertTrue(upstream.requests().stream().allMatch(seen -> seen.line().equals("POST /v1/responses HTTP/1.1")));
    }

    @Test
    void tokens_are_counted_for_nothing() throws Exception {
        byte[] count = "{\"object\":\"response.input_tokens\",\"input_tokens\":11}".getBytes(StandardCharsets.UTF_8);
        upstream.then(ReplayUpstream.json(200, count));
        HttpResponse<byte[]> response = caller.post(
                "/v1/responses/input_tokens",
                "{\"model\":\"fast\",\"input\":\"hi\"}".getBytes(StandardCharsets.UTF_8),
                Map.of());
        assertArrayEquals(count, response.body());
        assertEquals(
                "POST /v1/responses/input_tokens HTTP/1.1",
                upstream.requests().getFirst().line());
        assertEquals("0", header(response, "x-portreeve-cost-usd"));
    }

    @Test
    void a_request_without_a_bound_gets_one() throws Exception {
        upstream.always(ReplayUpstream.json(200, recorded("response.json")));
        String cap = header(post(ASK.replace("\"max_output_tokens\":90,", "")), "x-portreeve-output-cap");
        assertTrue(upstream.requests().getFirst().text().startsWith("{\"max_output_tokens\":" + cap + ","));
        post(ASK.replace("90", "null"));
        assertTrue(upstream.requests().getLast().text().contains("\"max_output_tokens\":" + cap + ","));
    }

    @Test
    void a_stream_that_breaks_says_so_and_never_looks_whole() throws Exception {
        String begun = stream().substring(0, stream().indexOf("event: response.output_text.done"));
        String failed =
                "{\"type\":\"response.failed\",\"sequence_number\":9,\"response\":{\"id\":\"resp_1\",\"status\":\"failed\","
                        + "\"error\":{\"code\":\"server_error\",\"message\":\"oh\"}}}";
        upstream.then(ReplayUpstream.events(
                (begun + "event: response.failed\ndata: " + failed + "\n\n").getBytes(StandardCharsets.UTF_8)));
        String seen = broken();
        assertTrue(seen.contains("event: response.failed\ndata: " + failed + "\n\n"), seen);
        assertEquals(Usage.Basis.ESTIMATED, edge.purse.settled.getLast().basis());
        upstream.then(ReplayUpstream.events(begun.getBytes(StandardCharsets.UTF_8)));
        String cut = broken();
        assertTrue(
                cut.contains("event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,\"code\":\"upstream_cut\""),
                cut);
        assertTrue(cut.contains("event: response.failed\n"), cut);
        assertFalse(cut.contains("response.completed"), cut);
    }

    /** The bytes of an answer whose transfer never ends properly. */
    private String broken() throws IOException {
        try (var socket = caller.open(PATH, ASK_STREAM)) {
            String seen = Caller.all(socket);
            assertFalse(seen.endsWith("0\r\n\r\n"), "a broken answer looks whole");
            return seen.replaceAll("\r\n[0-9a-f]+\r\n", "");
        }
    }

    @Test
    void guardrails_read_instructions_items_and_tool_outputs() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.INPUT, Action.MASK));
        upstream.always(ReplayUpstream.json(200, recorded("response.json")));
        String body = "{\"model\":\"fast\",\"store\":false,\"instructions\":\"S\",\"input\":["
                + "{\"role\":\"user\",\"content\":\"S\"},{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"S\"}]},"
                + "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"n\",\"arguments\":\"{\\\"a\\\":\\\"S\\\"}\"},"
                + "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":\"input_text\",\"text\":\"S\"}]},"
                + "{\"type\":\"custom_tool_call\",\"call_id\":\"d\",\"name\":\"n\",\"input\":\"S\"}]}";
        assertEquals(
                200,
                post(body.replace("S\"", MAIL + "\"").replace("S\\", MAIL + "\\"))
                        .statusCode());
        String sent = upstream.requests().getFirst().text();
        assertFalse(sent.contains(MAIL), sent);
        assertEquals(6, sent.split("\\[email]", -1).length - 1, sent);
    }

    @Test
    void what_guardrails_mask_is_masked_wherever_a_stream_repeats_it() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.OUTPUT, Action.MASK));
        String leak = stream()
                .replace("Hello é wörld", "at ana@example.com now")
                .replace("\"Hello \"", "\"at ana@exam\"")
                .replace("\"é wörld\"", "\"ple.com now\"");
        upstream.then(ReplayUpstream.events(leak.getBytes(StandardCharsets.UTF_8)));
        String seen = text(post(ASK_STREAM));
        assertFalse(seen.contains("ana@"), seen);
        assertTrue(seen.contains("\"text\":\"at [email] now\""), seen);
        assertTrue(seen.endsWith("\"metadata\":{}}}\n\n"), "the end is there");
        assertEquals(5, seen.split("\\[email]", -1).length - 1, "pieces once, repetitions thrice and once at the end");
        assertEquals(30, edge.purse.settled.getLast().outputTokens());
    }

    @Test
    void what_guardrails_block_never_leaves() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.OUTPUT, Action.BLOCK));
        String leak = stream().replace("Hello ", "ana@exam").replace("é wörld", "ple.com ");
        upstream.then(ReplayUpstream.events(leak.getBytes(StandardCharsets.UTF_8)));
        String seen = text(post(ASK_STREAM));
        assertFalse(seen.contains("ana@exam"), seen);
        assertTrue(seen.contains("content_policy_violation"), seen);
        upstream.then(ReplayUpstream.json(
                200, new String(recorded("response.json"), StandardCharsets.UTF_8).replace("The user greets.", MAIL)));
        HttpResponse<byte[]> blocked = post(ASK);
        assertEquals(400, blocked.statusCode());
        assertTrue(text(blocked).contains("\"code\":\"content_policy_violation\""), text(blocked));
    }

    @Test
    void wrong_requests_are_answered_in_the_dialect() throws Exception {
        for (String body : List.of(
                "",
                "{",
                "[]",
                "{\"model\":\"fast\"}",
                "{\"input\":\"hi\"}",
                ASK.replace("90", "0"),
                ASK.replace("\"hi\"", "7"),
                ASK.replace("\"hi\"", "[7]"),
                ASK.replace("\"hi\"", "[{\"type\":\"item_reference\",\"id\":\"rs_1\"}]"),
                ASK.replace("\"store\"", "\"conversation\":\"conv_1\",\"store\""),
                ASK.replace("\"store\"", "\"prompt\":{\"id\":\"pmpt_1\"},\"store\""))) {
            HttpResponse<byte[]> response = post(body);
            assertEquals(400, response.statusCode(), body);
            assertTrue(text(response).startsWith("{\"error\":{\"message\":"), text(response));
        }
        assertEquals(405, caller.send("GET", PATH, Map.of()).statusCode());
        assertTrue(upstream.requests().isEmpty());
    }

    @Test
    void an_exhausted_budget_is_said_so_that_agents_stop() throws Exception {
        edge.purse.empty = true;
        HttpResponse<byte[]> response = post(ASK_STREAM);
        assertEquals(429, response.statusCode());
        assertTrue(text(response).contains("\"code\":\"insufficient_quota\""), text(response));
        assertEquals("false", header(response, "x-should-retry"));
    }
}
