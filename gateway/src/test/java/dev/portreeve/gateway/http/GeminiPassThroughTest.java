package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ModelConfig.HostedTools;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gemini's dialect on both sides: bytes, paths, usage, errors, ends of streams and what guardrails see (INV-6). */
class GeminiPassThroughTest {
    private static final String WHOLE = "/v1beta/models/smart:generateContent";
    private static final String STREAM = "/v1beta/models/smart:streamGenerateContent?alt=sse";
    private static final String MAIL = "ana@example.com";
    private static final String ASK =
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}],\"generationConfig\":{\"maxOutputTokens\":9}}";
    private static final Usage USED =
            new Usage(4020, 3000, 100, new Usage.Parts(0, 0, 400, 40, 0), Usage.Basis.REPORTED);
    private static final Usage STREAMED =
            new Usage(4000, 3000, 61, new Usage.Parts(0, 0, 0, 40, 0), Usage.Basis.REPORTED);

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
                .gemini("google", upstream.baseUrl())
                .model("smart", "google/gemini-2.5-pro")
                .model("deny", "google/gemini-2.5-pro", null, HostedTools.DENY)
                .model("forbidden", "google/gemini-2.5-pro");
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

    private HttpResponse<byte[]> post(String path, String body) throws IOException, InterruptedException {
        return caller.post(path, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private static String recorded(String name) {
        return new String(ReplayUpstream.recorded(name), StandardCharsets.UTF_8);
    }

    @Test
    void a_call_passes_byte_for_byte_both_ways() throws Exception {
        byte[] answer = ReplayUpstream.recorded("gemini/answer.json");
        upstream.then(ReplayUpstream.json(200, answer));
        String body =
                "{ \"x_future\":[1.50,1e3],\n\"contents\" : [{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\","
                        + "\"data\":\"iVBORw0KGgo=\"}}]}],\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}],"
                        + "\"generationConfig\":{\"maxOutputTokens\":64000,\"thinkingConfig\":{\"includeThoughts\":true}}}\n";
        HttpResponse<byte[]> response = caller.post(
                WHOLE,
                body.getBytes(StandardCharsets.UTF_8),
                Map.of("x-goog-api-key", "another", "anthropic-beta", "x"));
        assertEquals(200, response.statusCode(), text(response));
        assertArrayEquals(answer, response.body());
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals(body, seen.text());
        assertEquals("POST /v1/models/gemini-2.5-pro:generateContent HTTP/1.1", seen.line());
        assertEquals("sk-upstream", seen.headers().get("x-goog-api-key"));
        assertFalse(seen.headers().containsKey("authorization"), "the caller's key left the house");
        assertEquals(USED, edge.purse.settled.getLast());
    }

    @Test
    void a_stream_passes_byte_for_byte_however_the_network_cuts_it() throws Exception {
        byte[] events = ReplayUpstream.recorded("gemini/stream.txt");
        for (int size : new int[] {1, 61, 997, events.length}) {
            upstream.then(exchange -> {
                exchange.beginEvents();
                for (int from = 0; from < events.length; from += size) {
                    exchange.chunk(Arrays.copyOfRange(events, from, Math.min(events.length, from + size)));
                }
                exchange.endEvents();
            });
            assertArrayEquals(events, post(STREAM, ASK).body());
            assertEquals(STREAMED, edge.purse.settled.getLast());
        }
        assertEquals(
                "POST /v1/models/gemini-2.5-pro:streamGenerateContent?alt=sse HTTP/1.1",
                upstream.requests().getFirst().line());
    }

    @Test
    void a_stream_without_events_is_one_array() throws Exception {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("gemini/stream.txt")));
        HttpResponse<byte[]> response = post("/v1beta/models/smart:streamGenerateContent", ASK);
        assertTrue(header(response, "content-type").startsWith("application/json"));
        String elements = recorded("gemini/stream.txt")
                .replaceAll("(?m)^data: ", "")
                .strip()
                .replace("\r\n\r\n", ",\r\n");
        assertEquals("[" + elements + "]", text(response));
        upstream.then(ReplayUpstream.json(
                429, "{\"error\":{\"code\":429,\"message\":\"slow\",\"status\":\"RESOURCE_EXHAUSTED\"}}"));
        HttpResponse<byte[]> refused = post("/v1beta/models/smart:streamGenerateContent", ASK);
        assertEquals(429, refused.statusCode());
        assertTrue(text(refused).startsWith("{\"error\""), text(refused));
    }

    @Test
    void what_follows_the_reason_belongs_to_the_end() throws Exception {
        String usage = "data: {\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":2}}\n\n";
        String two = recorded("gemini/stream.txt") + ": comment\n\n" + usage;
        upstream.then(ReplayUpstream.events(two.getBytes(StandardCharsets.UTF_8)));
        assertEquals(two, text(post(STREAM, ASK)));
        assertEquals(new Usage(7, 0, 2, Usage.Basis.REPORTED), edge.purse.settled.getLast());
        String blocked = "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n";
        upstream.then(ReplayUpstream.events(blocked.getBytes(StandardCharsets.UTF_8)));
        assertEquals(blocked, text(post(STREAM, ASK)));
    }

    @Test
    void a_stream_that_closes_before_its_reason_was_cut() throws Exception {
        String events = recorded("gemini/stream.txt");
        String begun = events.substring(0, events.lastIndexOf("data: "));
        upstream.then(ReplayUpstream.events(begun.getBytes(StandardCharsets.UTF_8)));
        String cut = broken(STREAM);
        assertTrue(cut.contains("data: {\"error\":{\"code\":502,"), cut);
        assertTrue(cut.contains("\"status\":\"UNAVAILABLE\""), cut);
        String error = "{\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}";
        upstream.then(ReplayUpstream.events((begun + "data: " + error + "\n\n").getBytes(StandardCharsets.UTF_8)));
        String said = broken(STREAM);
        assertTrue(said.contains("data: " + error + "\n\n"), said);
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(events);
            exchange.cut();
        });
        String held = broken(STREAM);
        assertFalse(held.contains("finishReason"), "the end is only said when it is known: " + held);
        assertEquals(Usage.Basis.ESTIMATED, edge.purse.settled.getLast().basis());
        upstream.then(ReplayUpstream.events(begun.getBytes(StandardCharsets.UTF_8)));
        String array = broken("/v1beta/models/smart:streamGenerateContent");
        assertFalse(array.strip().endsWith("]"), array);
    }

    /** The bytes of an answer whose transfer never ends properly. */
    private String broken(String path) throws IOException {
        try (var socket = caller.open(path, ASK)) {
            String seen = Caller.all(socket);
            assertFalse(seen.endsWith("0\r\n\r\n"), "a broken answer looks whole");
            return seen.replaceAll("\r\n[0-9a-f]+\r\n", "");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/models/smart:generateContent, gemini-2.5-pro:generateContent",
        "/v1beta1/models/smart:generateContent, gemini-2.5-pro:generateContent",
        "/v1beta/models/models%2Fsmart:generateContent, gemini-2.5-pro:generateContent",
        "/v1beta/models/google%2Fgemini-x:generateContent, gemini-x:generateContent",
        "/v1beta/models/google/gemini-x%3Atuned%2Fa%20b:generateContent, gemini-x%3Atuned%2Fa%20b:generateContent",
        "/v1beta1/publishers/google/models/smart:generateContent, gemini-2.5-pro:generateContent",
        "/v1beta1/projects/p/locations/l/publishers/google/models/smart:generateContent, gemini-2.5-pro:generateContent",
    })
    void a_model_is_found_in_every_form_of_path(String path, String step) throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        HttpResponse<byte[]> response = post(path, ASK);
        if (path.contains("%20")) {
            assertEquals(404, response.statusCode(), "a name with a space is nobody's");
            return;
        }
        assertEquals(200, response.statusCode(), text(response));
        assertEquals(
                "POST /v1/models/" + step + " HTTP/1.1",
                upstream.requests().getFirst().line());
    }

    @Test
    void an_upstream_name_is_one_step_of_the_path() throws Exception {
        restart(new EdgeFixture().gemini("google", upstream.baseUrl()).model("odd", "google/arn:aws/x?y#z é"));
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        assertEquals(200, post("/v1beta/models/odd:generateContent", ASK).statusCode());
        assertEquals(
                "POST /v1/models/arn%3Aaws%2Fx%3Fy%23z%20%C3%A9:generateContent HTTP/1.1",
                upstream.requests().getFirst().line());
    }

    @Test
    void tokens_are_counted_for_nothing() throws Exception {
        upstream.then(ReplayUpstream.json(200, "{\"totalTokens\":14}"));
        HttpResponse<byte[]> response =
                post("/v1beta/models/smart:countTokens", "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}");
        assertEquals("{\"totalTokens\":14}", text(response));
        assertEquals(
                "POST /v1/models/gemini-2.5-pro:countTokens HTTP/1.1",
                upstream.requests().getFirst().line());
        assertEquals(Usage.NO_TOKENS, edge.purse.settled.getLast());
        upstream.then(ReplayUpstream.json(200, "{\"totalTokens\":15}"));
        String whole =
                "{\"generateContentRequest\":{\"model\":\"models/gemini-2.5-pro\",\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}}";
        assertEquals("{\"totalTokens\":15}", text(post("/v1beta/models/smart:countTokens", whole)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'contents':[{}]}|{'generationConfig':{'maxOutputTokens':N},'contents':[{}]}",
                "{'contents':[{}],'generationConfig':null}|{'contents':[{}],'generationConfig':{'maxOutputTokens':N}}",
                "{'contents':[{}],'generationConfig':{}}|{'contents':[{}],'generationConfig':{'maxOutputTokens':N}}",
                "{'contents':[{}],'generation_config':{'topK':1}}|{'contents':[{}],'generation_config':{'maxOutputTokens':N,'topK':1}}",
                "{'contents':[{}],'generationConfig':{'max_output_tokens':null}}|{'contents':[{}],'generationConfig':{'max_output_tokens':N}}",
            })
    void a_request_without_a_bound_gets_one(String sent, String got) throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        HttpResponse<byte[]> response = post(WHOLE, sent.replace('\'', '"'));
        String cap = header(response, "x-portreeve-output-cap");
        assertTrue(Integer.parseInt(cap) > 0);
        assertEquals(
                got.replace('\'', '"').replace("N", cap),
                upstream.requests().getFirst().text());
    }

    @Test
    void each_answer_is_held() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        post(WHOLE, ASK.replace("\"maxOutputTokens\"", "\"candidateCount\":3,\"maxOutputTokens\""));
        assertEquals(27, edge.purse.held.getLast().estimate().outputTokens());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'tools':[{'googleSearch':{}}],'contents':[{}]}|{'contents':[{}]}|googleSearch",
                "{'contents':[{}],'tools':[{'functionDeclarations':[{'name':'f', 'x':1.50}],'codeExecution':{}},{'url_context':{}}]}"
                        + "|{'contents':[{}],'tools':[{'functionDeclarations':[{'name':'f', 'x':1.50}]}]}|codeExecution url_context",
                "{'contents':[{}],'tools':[{'mcpServers':[{'name':'x'}]},{'something_new':1},{'googleSearchRetrieval':null}]}"
                        + "|{'contents':[{}]}|mcpServers something_new",
            })
    void tools_of_the_provider_are_stripped_or_denied(String sent, String got, String kinds) throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        String capped = sent.replace('\'', '"')
                .replace("{\"", "{\"")
                .replaceFirst("\\{", "{\"generationConfig\":{\"maxOutputTokens\":9},");
        HttpResponse<byte[]> response =
                caller.post(WHOLE, capped.getBytes(StandardCharsets.UTF_8), Map.of("x-portreeve-translation", "1"));
        assertEquals(200, response.statusCode(), text(response));
        assertEquals(
                got.replace('\'', '"').replaceFirst("\\{", "{\"generationConfig\":{\"maxOutputTokens\":9},"),
                upstream.requests().getFirst().text());
        for (String kind : kinds.split(" ")) {
            assertTrue(header(response, "x-portreeve-translation").contains("tools." + kind + ": stripped"), kind);
        }
        HttpResponse<byte[]> denied = post("/v1beta/models/deny:generateContent", capped);
        assertEquals(403, denied.statusCode());
        assertTrue(text(denied).contains("\"status\":\"PERMISSION_DENIED\""), text(denied));
        assertEquals("hosted_tool_denied", header(denied, "x-portreeve-reason"));
    }

    @Test
    void guardrails_read_contents_instructions_arguments_and_results() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.INPUT, Action.MASK));
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        String body = "{\"system_instruction\":{\"parts\":[{\"text\":\"S\"}]},\"contents\":["
                + "{\"role\":\"user\",\"parts\":[{\"text\":\"S\"},{\"thoughtSignature\":\"kept@example.com\"}]},"
                + "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"n\",\"args\":{\"name\":\"S\",\"deep\":[{\"id\":\"S\"}]}}}]},"
                + "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"n\",\"response\":{\"output\":\"S\"}}},"
                + "{\"codeExecutionResult\":{\"output\":\"S\"}}]}]}";
        assertEquals(200, post(WHOLE, body.replace("\"S\"", "\"" + MAIL + "\"")).statusCode());
        String sent = upstream.requests().getFirst().text();
        assertFalse(sent.contains(MAIL), sent);
        assertEquals(6, sent.split("\\[email]", -1).length - 1, sent);
        assertTrue(sent.contains("kept@example.com"), "a signature must not be touched");
    }

    @Test
    void guardrails_read_answers_and_streams_to_their_end() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.OUTPUT, Action.BLOCK));
        upstream.then(ReplayUpstream.json(200, recorded("gemini/answer.json").replace("San Francisco, CA", MAIL)));
        HttpResponse<byte[]> blocked = post(WHOLE, ASK);
        assertEquals(400, blocked.statusCode());
        assertTrue(text(blocked).contains("\"status\":\"INVALID_ARGUMENT\""), text(blocked));
        assertFalse(text(blocked).contains(MAIL));
        String stream =
                recorded("gemini/stream.txt").replace("Hello ", "ana@exam").replace("é wörld", "ple.com ");
        upstream.then(ReplayUpstream.events(stream.getBytes(StandardCharsets.UTF_8)));
        String seen = text(post(STREAM, ASK));
        assertFalse(seen.contains("ana@exam"), seen);
        assertTrue(seen.contains("{\"error\":{\"code\":400,"), seen);
        String last = recorded("gemini/stream.txt").replace("{\"text\":\"\"}", "{\"text\":\"" + MAIL + "\"}");
        upstream.then(ReplayUpstream.events(last.getBytes(StandardCharsets.UTF_8)));
        String end = text(post(STREAM, ASK));
        assertFalse(end.contains(MAIL), end);
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("gemini/stream.txt")));
        assertTrue(text(post(STREAM, ASK)).endsWith("\"responseId\":\"r-2\"}\r\n\r\n"));
    }

    @Test
    void masks_change_the_text_and_nothing_else() throws Exception {
        restart(fixture().guardrail(Detector.PII, Position.OUTPUT, Action.MASK));
        String answer = recorded("gemini/answer.json").replace("San Francisco, CA", MAIL);
        upstream.then(ReplayUpstream.json(200, answer));
        assertEquals(answer.replace(MAIL, "[email]"), text(post(WHOLE, ASK)));
    }

    @Test
    void refusals_have_googles_form() throws Exception {
        for (String body : List.of(
                "",
                "{",
                "[]",
                "{}",
                "{\"contents\":[]}",
                "{\"contents\":[1]}",
                ASK.replace("9", "0"),
                ASK.replace("\"contents\"", "\"tools\":{},\"contents\""),
                ASK.replace("\"contents\"", "\"generation_config\":{},\"contents\""),
                ASK.replace("\"contents\"", "\"cachedContent\":\"cachedContents/x\",\"contents\""),
                ASK.replace(
                        "{\"text\":\"hi\"}",
                        "{\"fileData\":{\"fileUri\":\"https://generativelanguage.googleapis.com/v1beta/files/x\"}}"),
                ASK.replace("{\"text\":\"hi\"}", "{\"file_data\":{\"file_uri\":\"gs://bucket/x\"}}"))) {
            HttpResponse<byte[]> response = post(WHOLE, body);
            assertEquals(400, response.statusCode(), body + text(response));
            assertTrue(text(response).contains("\"status\":\"INVALID_ARGUMENT\""), text(response));
        }
        says(404, "NOT_FOUND", post("/v1beta/models/none:generateContent", ASK));
        says(404, "NOT_FOUND", post("/v1beta/models/smart:predictContent", ASK));
        says(403, "PERMISSION_DENIED", post("/v1beta/models/forbidden:generateContent", ASK));
        says(
                401,
                "UNAUTHENTICATED",
                caller.post(WHOLE, ASK.getBytes(StandardCharsets.UTF_8), Map.of("authorization", "Bearer x")));
        says(405, "INVALID_ARGUMENT", caller.send("PUT", WHOLE, Map.of()));
        edge.purse.empty = true;
        HttpResponse<byte[]> gone = post(STREAM, ASK);
        says(429, "RESOURCE_EXHAUSTED", gone);
        assertTrue(text(gone).contains("google.rpc.QuotaFailure") && text(gone).contains("PerDay"), text(gone));
        assertEquals("false", header(gone, "x-should-retry"));
        assertTrue(upstream.requests().isEmpty());
    }

    private static void says(int status, String word, HttpResponse<byte[]> response) {
        assertEquals(status, response.statusCode(), text(response));
        assertTrue(text(response).startsWith("{\"error\":{\"code\":" + status + ","), text(response));
        assertTrue(text(response).contains("\"status\":\"" + word + "\""), text(response));
    }

    @Test
    void a_providers_error_passes_unless_it_speaks_of_the_account() throws Exception {
        String slow = "{\"error\": {\"code\": 429, \"message\": \"slow down\", \"status\": \"RESOURCE_EXHAUSTED\","
                + "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"7s\"}]}}";
        upstream.then(ReplayUpstream.json(429, slow));
        HttpResponse<byte[]> passed = post(WHOLE, ASK);
        assertEquals(429, passed.statusCode());
        assertEquals(slow, text(passed));
        upstream.then(ReplayUpstream.json(429, slow.replace("slow down", "GenerateRequestsPerDayPerProject")));
        says(503, "UNAVAILABLE", post(WHOLE, ASK));
        upstream.then(
                ReplayUpstream.json(400, "{\"error\":{\"code\":400,\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}"));
        says(502, "UNAVAILABLE", post(WHOLE, ASK));
    }

    @Test
    void a_key_in_the_address_opens_nothing_unless_that_is_configured() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")));
        assertEquals(401, withKey());
        restart(fixture().keyInQuery());
        assertEquals(200, withKey());
        assertFalse(upstream.requests().getFirst().line().contains(EdgeFixture.KEY));
    }

    private int withKey() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(edge.uri(WHOLE + "?key=" + EdgeFixture.KEY))
                .POST(HttpRequest.BodyPublishers.ofString(ASK))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        }
    }

    @Test
    void models_are_listed_in_three_shapes() throws Exception {
        Map<String, String> google = Map.of("x-goog-api-key", EdgeFixture.KEY);
        for (String path : List.of("/v1beta/models", "/v1/models")) {
            String listed = text(caller.send("GET", path, google));
            assertTrue(listed.startsWith("{\"models\":[{\"name\":\"models/smart\","), listed);
            assertFalse(listed.contains("forbidden"), listed);
        }
        String first = text(caller.send("GET", "/v1beta/models?pageSize=1", Map.of()));
        assertTrue(first.contains("models/smart") && first.endsWith("\"nextPageToken\":\"smart\"}"), first);
        String second = text(caller.send("GET", "/v1beta/models?pageSize=1&pageToken=smart", Map.of()));
        assertTrue(second.contains("models/deny") && !second.contains("nextPageToken"), second);
        says(400, "INVALID_ARGUMENT", caller.send("GET", "/v1beta/models?pageToken=gone", Map.of()));
        assertTrue(text(caller.send("GET", "/v1/models", Map.of("x-goog-api-client", "google-genai-sdk/1.0")))
                .startsWith("{\"models\""));
        assertTrue(text(caller.send("GET", "/v1/models", Map.of("user-agent", "google-genai-sdk/1.0")))
                .startsWith("{\"models\""));
        assertTrue(text(caller.send("GET", "/v1/models", Map.of())).contains("\"object\":\"list\""));
        String anthropic = text(caller.send("GET", "/v1/models?limit=1", Map.of("anthropic-version", "2023-06-01")));
        assertTrue(anthropic.contains("\"has_more\":true") && anthropic.contains("\"last_id\":\"smart\""), anthropic);
        String rest = text(caller.send("GET", "/v1/models?after_id=smart", Map.of("anthropic-version", "2023-06-01")));
        assertTrue(rest.contains("\"has_more\":false") && rest.contains("\"first_id\":\"deny\""), rest);
        String one = text(caller.send("GET", "/v1beta/models/smart", Map.of()));
        assertTrue(one.startsWith("{\"name\":\"models/smart\""), one);
        says(404, "NOT_FOUND", caller.send("GET", "/v1beta/models/forbidden", Map.of()));
    }
}
