package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a provider makes in the background and tells as a stream: heard to its end it is charged as any stream, and left it goes on,
 * is charged at the most it can become, and is taken up again where it was left.
 */
class BackgroundStreamsTest {
    private static final String PATH = "/v1/responses";
    private static final String ID = "resp_0a1b2c3d";
    private static final String ASK =
            "{\"model\":\"own\",\"max_output_tokens\":900,\"background\":true,\"stream\":true,\"input\":\"hi\"}";
    private static final String EVENTS =
            new String(ReplayUpstream.recorded("response-text-stream.txt"), StandardCharsets.UTF_8);
    private static final String BEGUN = EVENTS.substring(0, EVENTS.indexOf("event: response.output_text.done"));
    private static final String REST = EVENTS.substring(BEGUN.length());

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        upstream = new ReplayUpstream();
        InMemoryBudgetLedger money = new InMemoryBudgetLedger(
                new OrganisationConfig(
                        List.of(new OrganisationConfig.Tenant("acme", List.of(), List.of(), List.of(), List.of()))),
                InstantSource.system());
        edge = new EdgeFixture()
                .budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .limited(EdgeFixture.limits(1 << 20, Duration.ofSeconds(60), Duration.ofMillis(50)))
                .responses("openai", upstream.baseUrl())
                .model("own", "openai/gpt-5-mini");
    }

    private void start() {
        edge.start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> get(String query) throws Exception {
        return caller.send("GET", PATH + "/" + ID + query, Map.of());
    }

    /** Reads until this was said, and leaves. */
    private void listenUntil(String said) throws IOException {
        try (Socket socket = caller.open(PATH, ASK)) {
            StringBuilder seen = new StringBuilder();
            while (!seen.toString().contains(said)) {
                int b = socket.getInputStream().read();
                assertTrue(b >= 0, seen::toString);
                seen.append((char) b);
            }
        }
    }

    private JsonNode closing(int records) {
        await().until(() -> edge.journal.records().size() >= records);
        assertEquals(records, edge.journal.records().size(), "settled once");
        return JsonMapper.shared()
                .readTree(new String(edge.journal.records().getLast().leaf(), StandardCharsets.UTF_8));
    }

    private static void assertUsed(JsonNode closing, String basis, long output) {
        assertEquals(basis, closing.findPath("basis").asString(), closing::toString);
        assertEquals(output, closing.findPath("output_tokens").asLong(), closing::toString);
    }

    @Test
    void heard_to_its_end_it_passes_in_its_very_bytes_and_is_charged_what_it_used() throws Exception {
        start();
        upstream.then(ReplayUpstream.events(EVENTS.getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> heard = caller.post(PATH, ASK.getBytes(StandardCharsets.UTF_8), Map.of());
        assertEquals(200, heard.statusCode(), text(heard));
        assertArrayEquals(EVENTS.getBytes(StandardCharsets.UTF_8), heard.body());
        assertEquals(
                ASK.replace("own", "gpt-5-mini"), upstream.requests().getLast().text());
        assertUsed(closing(2), "reported", 30);
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")));
        assertEquals(200, get("").statusCode());
    }

    @Test
    void the_vendors_sdk_follows_it_to_its_end() {
        start();
        upstream.then(ReplayUpstream.events(EVENTS.getBytes(StandardCharsets.UTF_8)));
        OpenAIClient openai = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
        try (StreamResponse<ResponseStreamEvent> stream = openai.responses()
                .createStreaming(ResponseCreateParams.builder()
                        .model("own")
                        .input("hi")
                        .background(true)
                        .build())) {
            ResponseAccumulator whole = ResponseAccumulator.create();
            stream.stream().forEach(whole::accumulate);
            assertEquals(ResponseStatus.COMPLETED, whole.response().status().orElseThrow());
        } finally {
            openai.close();
        }
    }

    @Test
    void who_leaves_is_charged_the_most_it_can_become_and_takes_it_up_again() throws Exception {
        start();
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(BEGUN);
            exchange.hang();
        });
        listenUntil("\"delta\":\"Hello \"");
        assertTrue(upstream.clientLeft(20), "nobody reads it here any more");
        JsonNode closing = closing(2);
        assertUsed(closing, "assumed", 900);
        assertTrue(closing.findPath("input_tokens").asLong() >= ASK.length(), closing::toString);
        upstream.then(ReplayUpstream.events(REST.getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> taken = get("?stream=true&starting_after=12");
        assertEquals(REST, text(taken));
        assertEquals(
                "GET /v1/responses/" + ID + "?stream=true&starting_after=12 HTTP/1.1",
                upstream.requests().getLast().line());
        JsonNode reading = closing(4);
        assertEquals(0, reading.findPath("output_tokens").asLong(), "it was paid when it was left");
        HttpResponse<byte[]> others = caller.send(
                "GET", PATH + "/" + ID + "?stream=true", Map.of("Authorization", "Bearer " + EdgeFixture.STRANGER_KEY));
        assertEquals(404, others.statusCode());
    }

    @Test
    void who_leaves_before_its_first_event_pays_for_what_may_be_made() throws Exception {
        start();
        upstream.then(exchange -> exchange.hang());
        try (Socket socket = caller.open(PATH, ASK)) {
            await().until(() -> !upstream.requests().isEmpty());
            assertFalse(socket.isClosed());
        }
        assertUsed(closing(2), "assumed", 900);
    }

    @Test
    void a_connection_that_breaks_ends_nothing_at_the_provider() throws Exception {
        start();
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(BEGUN);
            exchange.cut();
        });
        try (Socket socket = caller.open(PATH, ASK)) {
            String seen = Caller.all(socket);
            assertTrue(seen.contains("Hello ") && !seen.contains("response.completed"), seen);
        }
        assertUsed(closing(2), "assumed", 900);
        upstream.then(ReplayUpstream.events(REST.getBytes(StandardCharsets.UTF_8)));
        assertEquals(REST, text(get("?stream=true&starting_after=12")));
    }

    @Test
    void one_that_its_provider_ends_is_charged_what_came() throws Exception {
        start();
        upstream.then(ReplayUpstream.events((BEGUN
                        + "event: response.failed\n"
                        + "data: {\"type\":\"response.failed\",\"sequence_number\":13,\"response\":{\"id\":\"" + ID
                        + "\",\"object\":\"response\",\"status\":\"failed\",\"output\":[],\"usage\":null,"
                        + "\"error\":{\"code\":\"server_error\",\"message\":\"broken\"}}}\n\n")
                .getBytes(StandardCharsets.UTF_8)));
        try (Socket socket = caller.open(PATH, ASK)) {
            assertTrue(Caller.all(socket).contains("Hello "));
        }
        JsonNode closing = closing(2);
        assertEquals("estimated", closing.findPath("basis").asString(), closing::toString);
        long output = closing.findPath("output_tokens").asLong();
        assertTrue(output > 0 && output < 100, closing::toString);
    }

    @Test
    void one_that_is_cancelled_ends_its_stream_and_is_charged_what_came() throws Exception {
        start();
        upstream.then(ReplayUpstream.events((BEGUN
                        + "event: response.cancelled\ndata: {\"type\":\"response.cancelled\",\"sequence_number\":13,"
                        + "\"response\":{\"id\":\"" + ID
                        + "\",\"object\":\"response\",\"status\":\"cancelled\",\"output\":[],"
                        + "\"usage\":null}}\n\n")
                .getBytes(StandardCharsets.UTF_8)));
        assertTrue(text(caller.post(PATH, ASK.getBytes(StandardCharsets.UTF_8), Map.of()))
                .contains("response.cancelled"));
        assertEquals("estimated", closing(2).findPath("basis").asString());
    }

    @Test
    void one_that_is_refused_costs_nothing_and_looks_refused() throws Exception {
        // No heartbeat may begin the answer before.
        edge.limited(EdgeFixture.limits(1 << 20, Duration.ofSeconds(60), Duration.ofSeconds(60)));
        start();
        upstream.then(ReplayUpstream.json(400, "{\"error\":{\"message\":\"no such thing\"}}"));
        HttpResponse<byte[]> refused = caller.post(PATH, ASK.getBytes(StandardCharsets.UTF_8), Map.of());
        assertEquals(400, refused.statusCode(), text(refused));
        assertEquals(0, closing(2).findPath("output_tokens").asLong());
    }

    @Test
    void a_guardrail_that_cuts_it_does_not_hide_that_it_goes_on() throws Exception {
        edge.guardrail(Detector.PII, Position.OUTPUT, Action.BLOCK);
        start();
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(BEGUN.replace("Hello ", "write to ana@example.org now "));
            exchange.chunk(REST);
            exchange.endEvents();
        });
        String seen;
        try {
            seen = text(caller.post(PATH, ASK.getBytes(StandardCharsets.UTF_8), Map.of()));
        } catch (IOException broken) {
            seen = "";
        }
        assertFalse(seen.contains("ana@example.org"));
        JsonNode closing = closing(2);
        assertFalse(closing.findPath("basis").asString().equals("estimated"), closing::toString);
    }
}
