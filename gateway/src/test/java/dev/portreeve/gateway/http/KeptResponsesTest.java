package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.gateway.response.StoredResponse;
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

/** Responses that the provider keeps: whoever they do not belong to finds nothing. */
class KeptResponsesTest {
    private static final String ID = "resp_0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    private static final String PATH = "/v1/responses";
    private static final String ASK = "{\"model\":\"fast\",\"max_output_tokens\":90,\"input\":\"hi\"}";
    private static final String ON = ASK.replace("\"input\"", "\"previous_response_id\":\"" + ID + "\",\"input\"");

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
                .responses("openai", upstream.baseUrl())
                .responses("other", upstream.baseUrl())
                .provider("chat", upstream.baseUrl())
                .model("fast", "openai/gpt-5-mini")
                .model("elsewhere", "other/gpt-5-mini")
                .model("chat", "chat/some-model")
                .model("forbidden", "openai/gpt-5-mini");
    }

    private void begin(EdgeFixture fixture) {
        edge = fixture.start();
        caller = new Caller(edge);
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

    private HttpResponse<byte[]> send(String method, String path) throws IOException, InterruptedException {
        return caller.send(method, path, Map.of());
    }

    private HttpResponse<byte[]> asStranger(String method, String path) throws IOException, InterruptedException {
        return caller.send(method, path, Map.of("Authorization", "Bearer " + EdgeFixture.STRANGER_KEY));
    }

    private void answer(String body) {
        upstream.then(ReplayUpstream.json(200, body));
    }

    private static String recorded() {
        return new String(ReplayUpstream.recorded("response.json"), StandardCharsets.UTF_8);
    }

    private String lastLine() {
        return upstream.requests().getLast().line();
    }

    @Test
    void its_owner_reads_goes_on_and_deletes() throws Exception {
        answer(recorded());
        assertEquals(200, post(ASK).statusCode());
        answer(recorded());
        HttpResponse<byte[]> read =
                send("GET", PATH + "/" + ID + "?include%5B%5D=reasoning.encrypted_content&after=x%0D%0Ay");
        assertEquals(200, read.statusCode(), new String(read.body(), StandardCharsets.UTF_8));
        assertArrayEquals(recorded().getBytes(StandardCharsets.UTF_8), read.body());
        assertEquals(
                "GET /v1/responses/" + ID + "?include%5B%5D=reasoning.encrypted_content&after=x%0D%0Ay HTTP/1.1",
                lastLine());
        assertEquals("0", header(read, "x-portreeve-cost-usd"));
        answer("{\"object\":\"list\",\"data\":[]}");
        assertEquals(200, send("GET", PATH + "/" + ID + "/input_items?limit=5").statusCode());
        assertEquals("GET /v1/responses/" + ID + "/input_items?limit=5 HTTP/1.1", lastLine());
        answer(recorded());
        assertEquals(200, post(ON).statusCode());
        assertEquals(
                ON.replace("fast", "gpt-5-mini"), upstream.requests().getLast().text());
        long alone = edge.purse.held.getFirst().estimate().inputTokens();
        long after = edge.purse.held.getLast().estimate().inputTokens();
        assertEquals(130 + ON.length() - ASK.length(), after - alone, "what it goes on from is held, too");
        answer("{\"id\":\"" + ID + "\",\"object\":\"response\",\"deleted\":true}");
        assertEquals(200, send("DELETE", PATH + "/" + ID).statusCode());
        assertEquals("DELETE /v1/responses/" + ID + " HTTP/1.1", lastLine());
        assertEquals(404, send("GET", PATH + "/" + ID).statusCode());
    }

    @Test
    void a_streamed_response_is_kept_as_well() throws Exception {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded("response-stream.txt")));
        post(ASK.replace("\"input\"", "\"stream\":true,\"input\""));
        answer(recorded());
        assertEquals(200, send("GET", PATH + "/resp_0a1b2c3d").statusCode());
    }

    @Test
    void for_anybody_else_it_looks_unknown() throws Exception {
        answer(recorded());
        post(ASK);
        HttpResponse<byte[]> unknown = send("GET", PATH + "/resp_unknown");
        assertEquals(404, unknown.statusCode());
        for (String[] each :
                new String[][] {{"GET", ""}, {"DELETE", ""}, {"GET", "/input_items"}, {"POST", "/cancel"}}) {
            HttpResponse<byte[]> others = asStranger(each[0], PATH + "/" + ID + each[1]);
            assertEquals(404, others.statusCode(), each[0] + each[1]);
            assertEquals(text(unknown), text(others));
        }
        edge.responses.keep(new StoredResponse("acme", "resp_others", "somebody", "openai", "fast", 1));
        HttpResponse<byte[]> on = post(ON.replace(ID, "resp_others"));
        assertEquals(400, on.statusCode());
        assertTrue(text(on).contains("\"code\":\"previous_response_not_found\""), text(on));
        assertEquals(text(on), text(post(ON.replace(ID, "resp_unknown"))));
        assertEquals(400, post(ON.replace("fast", "elsewhere")).statusCode(), "another provider has other responses");
        for (String path : List.of("/resp_0%2F..%2Fmodels", "/..", "/" + "x".repeat(300))) {
            int status = send("GET", PATH + path).statusCode();
            assertTrue(status == 404 || status == 400, path);
        }
        assertEquals(1, upstream.requests().size(), "nobody asked the provider");
    }

    @Test
    void what_is_not_kept_is_not_known() throws Exception {
        answer(recorded());
        post(ASK.replace("\"input\"", "\"store\":false,\"input\""));
        assertEquals(404, send("GET", PATH + "/" + ID).statusCode());
        String chat = ON.replace("fast", "chat");
        HttpResponse<byte[]> translated = post(chat);
        assertEquals(400, translated.statusCode());
        assertTrue(text(translated).contains("send the whole conversation as input"), text(translated));
    }

    @Test
    void its_owner_reads_it_as_a_stream_from_where_it_was_lost() throws Exception {
        edge.responses.keep(new StoredResponse("acme", ID, EdgeFixture.AGENT.member(), "openai", "fast", 1));
        byte[] rest = ReplayUpstream.recorded("response-text-stream.txt");
        upstream.then(ReplayUpstream.events(rest));
        HttpResponse<byte[]> read = send("GET", PATH + "/" + ID + "?stream=true&starting_after=3");
        assertEquals(200, read.statusCode(), text(read));
        assertEquals("text/event-stream", header(read, "content-type").replaceAll(";.*", ""));
        assertArrayEquals(rest, read.body());
        ReplayUpstream.Seen seen = upstream.requests().getLast();
        assertEquals("GET /v1/responses/" + ID + "?stream=true&starting_after=3 HTTP/1.1", seen.line());
        assertEquals("text/event-stream", seen.headers().get("accept"));
        await().until(() -> edge.purse.settled.size() == 1);
        assertEquals(Usage.NO_TOKENS, edge.purse.settled.getFirst(), "it was paid when it was made");
        assertEquals(404, asStranger("GET", PATH + "/" + ID + "?stream=true").statusCode());
        assertEquals(
                400,
                send("GET", PATH + "/" + ID + "?stream=true&starting_after=x").statusCode());
        assertEquals(
                400, send("GET", PATH + "/" + ID + "/input_items?stream=true").statusCode());
        assertEquals(1, upstream.requests().size(), "nobody else was asked for it");
        upstream.then(ReplayUpstream.json(400, "{\"error\":{\"message\":\"it was not made as a stream\"}}"));
        HttpResponse<byte[]> refused = send("GET", PATH + "/" + ID + "?stream=true");
        assertEquals(400, refused.statusCode());
        assertTrue(text(refused).contains("it was not made as a stream"), text(refused));
    }

    @Test
    void a_stream_of_a_kept_one_that_is_cut_does_not_end_well_and_a_guardrail_reads_it() throws Exception {
        caller.close();
        edge.close();
        begin(fixture().guardrail(Detector.PII, Position.OUTPUT, Action.BLOCK));
        edge.responses.keep(new StoredResponse("acme", ID, EdgeFixture.AGENT.member(), "openai", "fast", 1));
        String whole = new String(ReplayUpstream.recorded("response-text-stream.txt"), StandardCharsets.UTF_8);
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(whole.substring(0, whole.indexOf("event: response.completed")));
            exchange.cut();
        });
        assertFalse(streamed().contains("response.completed"));
        String secret = "write to ana@example.org";
        upstream.then(ReplayUpstream.events(("event: response.output_text.delta\n"
                        + "data: {\"type\":\"response.output_text.delta\","
                        + "\"sequence_number\":1,\"item_id\":\"i\",\"output_index\":0,\"content_index\":0,\"delta\":\""
                        + secret + "\"}\n\n" + whole.substring(whole.indexOf("event: response.completed")))
                .getBytes(StandardCharsets.UTF_8)));
        assertFalse(streamed().contains(secret));
    }

    /** All that comes of it, however it ends. */
    private String streamed() throws Exception {
        try {
            return text(send("GET", PATH + "/" + ID + "?stream=true"));
        } catch (IOException broken) {
            return "";
        }
    }

    @Test
    void rules_hold_for_what_is_kept() throws Exception {
        edge.responses.keep(new StoredResponse("acme", ID, EdgeFixture.AGENT.member(), "openai", "forbidden", 1));
        HttpResponse<byte[]> denied = send("GET", PATH + "/" + ID);
        assertEquals(403, denied.statusCode(), text(denied));
        assertTrue(upstream.requests().isEmpty());
    }

    @Test
    void guardrails_read_what_is_kept() throws Exception {
        caller.close();
        edge.close();
        begin(fixture().guardrail(Detector.PII, Position.OUTPUT, Action.MASK));
        edge.responses.keep(new StoredResponse("acme", ID, EdgeFixture.AGENT.member(), "openai", "fast", 1));
        answer(recorded().replace("The user greets.", "ana@example.com"));
        assertFalse(text(send("GET", PATH + "/" + ID)).contains("ana@example.com"));
        answer(
                "{\"object\":\"list\",\"data\":[{\"type\":\"message\",\"content\":[{\"type\":\"input_text\",\"text\":\"ana@example.com\"}]}]}");
        assertFalse(text(send("GET", PATH + "/" + ID + "/input_items")).contains("ana@example.com"));
    }

    @Test
    void an_answer_in_the_background_is_charged_as_the_most_it_can_become() throws Exception {
        answer(recorded()
                .replace("\"status\":\"completed\",\"background\":false", "\"status\":\"queued\",\"background\":true")
                .replaceAll("(?s)\"usage\":\\{.*},\"user\"", "\"usage\":null,\"user\""));
        String background = ASK.replace("\"input\"", "\"background\":true,\"input\"");
        assertEquals(200, post(background).statusCode());
        Usage charged = edge.purse.settled.getLast();
        assertEquals(Usage.Basis.ASSUMED, charged.basis());
        assertEquals(90, charged.outputTokens());
        answer(recorded());
        assertEquals(200, send("POST", PATH + "/" + ID + "/cancel").statusCode());
        assertEquals("POST /v1/responses/" + ID + "/cancel HTTP/1.1", lastLine());
    }

    @Test
    void without_the_store_answers_go_on_and_lookups_fail_closed() throws Exception {
        edge.responses.breakDown();
        answer(recorded());
        assertEquals(200, post(ASK).statusCode());
        assertEquals(503, send("GET", PATH + "/" + ID).statusCode());
        assertEquals(503, post(ON).statusCode());
    }

    @Test
    void openais_sdk_stores_reads_and_deletes() throws Exception {
        OpenAIClient openai = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
        try {
            answer(recorded());
            Response made = openai.responses()
                    .create(ResponseCreateParams.builder()
                            .model("fast")
                            .input("hello")
                            .build());
            answer(recorded());
            assertEquals(made.id(), openai.responses().retrieve(made.id()).id());
            answer("{\"object\":\"list\",\"data\":[],\"first_id\":\"a\",\"last_id\":\"a\",\"has_more\":false}");
            assertEquals(
                    0, openai.responses().inputItems().list(made.id()).data().size());
            answer("{\"id\":\"" + ID + "\",\"object\":\"response\",\"deleted\":true}");
            openai.responses().delete(made.id());
            assertEquals("DELETE /v1/responses/" + ID + " HTTP/1.1", lastLine());
        } finally {
            openai.close();
        }
    }
}
