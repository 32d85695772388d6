package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseRetrieveParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that the gateway keeps, read as streams: finished ones, those that are being made, and from an event on. */
class KeptStreamsTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;
    private OpenAIClient openai;

    @BeforeEach
    void open() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .provider("chat", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .responses("openai", upstream.baseUrl())
                .model("chat", "chat/gpt-5-mini")
                .model("claude", "anthropic/claude-sonnet-4-5")
                .model("own", "openai/gpt-5-mini");
    }

    private void start() {
        edge.start();
        caller = new Caller(edge);
        openai = OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        openai.close();
        caller.close();
        edge.close();
        upstream.close();
    }

    private static byte[] answer(String text) {
        return ("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":10,\"total_tokens\":30}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static ResponseCreateParams.Builder ask(String model) {
        return ResponseCreateParams.builder().model(model).input("hello").maxOutputTokens(1000);
    }

    private HttpResponse<byte[]> get(String id, String query) throws Exception {
        return caller.send("GET", "/v1/responses/" + id + query, Map.of());
    }

    private Response streamedInBackground() {
        try (StreamResponse<ResponseStreamEvent> stream =
                openai.responses().createStreaming(ask("chat").background(true).build())) {
            return accumulated(stream);
        }
    }

    private static Response accumulated(StreamResponse<ResponseStreamEvent> stream) {
        ResponseAccumulator whole = ResponseAccumulator.create();
        stream.stream().forEach(whole::accumulate);
        return whole.response();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "claude"})
    void a_finished_response_is_read_as_the_stream_that_the_vendors_sdk_understands(String model) {
        start();
        upstream.then(
                model.equals("chat")
                        ? ReplayUpstream.json(200, answer("Grüße"))
                        : ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        Response made = openai.responses().create(ask(model).build());
        try (StreamResponse<ResponseStreamEvent> stream = openai.responses()
                .retrieveStreaming(made.id(), ResponseRetrieveParams.builder().build())) {
            Response read = accumulated(stream);
            assertEquals(made.output(), read.output());
            assertEquals(made.id(), read.id());
            assertEquals(ResponseStatus.COMPLETED, read.status().orElseThrow());
        }
    }

    @Test
    void a_stream_goes_on_behind_the_event_that_is_known() throws Exception {
        start();
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        Response made = openai.responses().create(ask("claude").build());
        HttpResponse<byte[]> all = get(made.id(), "?stream=true");
        assertEquals("text/event-stream", header(all, "content-type"));
        String[] events = text(all).split("(?<=\n\n)");
        assertTrue(events[0].startsWith(
                "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"));
        assertTrue(events[events.length - 1].startsWith("event: response.completed\n"));
        for (int known = 0; known < events.length; known++) {
            assertTrue(events[known].contains("\"sequence_number\":" + known + ","), events[known]);
            String rest = text(get(made.id(), "?stream=true&starting_after=" + known));
            assertEquals(String.join("", java.util.Arrays.copyOfRange(events, known + 1, events.length)), rest);
        }
        assertEquals(400, get(made.id(), "?stream=true&starting_after=-1").statusCode());
        assertEquals(400, get(made.id(), "?stream=true&starting_after=x").statusCode());
        assertEquals(200, get(made.id(), "?stream=false").statusCode());
        assertEquals(404, get("resp_nobodys", "").statusCode());
        assertEquals(404, get("resp_nobodys", "?stream=true").statusCode());
    }

    /** What came so far of an answer whose end is not there yet. */
    private static String until(InputStream in, String mark) throws IOException {
        StringBuilder seen = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!seen.toString().contains(mark)) {
            int read = in.read(buffer);
            assertTrue(read > 0, "the answer ended: " + seen);
            seen.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
        }
        return seen.toString();
    }

    @Test
    void what_is_made_in_the_background_is_streamed_and_taken_up_again_by_its_number() throws Exception {
        start();
        CountDownLatch slow = new CountDownLatch(1);
        upstream.then(exchange -> {
            slow.await();
            exchange.json(200, "", answer("done"));
        });
        String body = "{\"model\":\"chat\",\"input\":\"hello\",\"background\":true,\"stream\":true,"
                + "\"stream_options\":{\"include_obfuscation\":false},\"max_output_tokens\":1000}";
        String begun;
        try (Socket socket = caller.open("/v1/responses", body)) {
            begun = until(socket.getInputStream(), "response.in_progress\",\"sequence_number\":1");
        }
        String id = begun.replaceAll("(?s).*\"id\":\"(resp_[0-9a-f]+)\".*", "$1");
        Awaitility.await().until(() -> !upstream.requests().isEmpty());
        assertFalse(upstream.requests().getFirst().text().contains("stream"), "asked for in one piece");
        slow.countDown();
        String rest = text(get(id, "?stream=true&starting_after=1"));
        assertTrue(rest.startsWith("event: response.output_item.added\n"), rest);
        assertTrue(rest.contains("\"delta\":\"done\"") && rest.contains("event: response.completed"), rest);
        assertTrue(rest.contains("\"background\":true"), rest);
        Awaitility.await().until(() -> edge.purse.settled.contains(new Usage(20, 0, 10, Usage.Basis.REPORTED)));
        assertEquals(1, upstream.requests().size(), "who stops listening stops nothing");
    }

    @Test
    void the_vendors_sdk_follows_a_background_stream_to_its_end() {
        start();
        upstream.then(ReplayUpstream.json(200, answer("done")));
        Response made = streamedInBackground();
        assertEquals(ResponseStatus.COMPLETED, made.status().orElseThrow());
        assertEquals(made.output(), openai.responses().retrieve(made.id()).output());
    }

    @Test
    void one_that_fails_and_one_that_is_cancelled_end_the_stream_with_that() throws Exception {
        start();
        upstream.then(ReplayUpstream.json(500, "{\"error\":{\"message\":\"broken\"}}"));
        Response failed = streamedInBackground();
        assertEquals(ResponseStatus.FAILED, failed.status().orElseThrow());
        upstream.then(ReplayUpstream.Exchange::hang);
        Response begun = openai.responses().create(ask("chat").background(true).build());
        try (Socket socket = new Socket("127.0.0.1", edge.uri("/").getPort())) {
            socket.getOutputStream()
                    .write(("GET /v1/responses/" + begun.id()
                                    + "?stream=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + EdgeFixture.KEY + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            until(socket.getInputStream(), "response.in_progress");
            openai.responses().cancel(begun.id());
            String end = until(socket.getInputStream(), "event: response.failed");
            assertTrue(end.contains("event: response.failed"), end);
        }
        assertTrue(text(get(begun.id(), "?stream=true")).contains("\"status\":\"cancelled\""));
    }

    @Test
    void what_is_refused_is_refused_at_once_in_a_stream_too() throws Exception {
        start();
        edge.purse.empty = true;
        HttpResponse<byte[]> refused = caller.post(
                "/v1/responses",
                "{\"model\":\"chat\",\"input\":\"hello\",\"background\":true,\"stream\":true,\"max_output_tokens\":9}"
                        .getBytes(StandardCharsets.UTF_8),
                Map.of());
        assertEquals(429, refused.statusCode(), text(refused));
        assertTrue(text(refused).contains("insufficient_quota"), text(refused));
    }

    @Test
    void guardrails_read_what_is_streamed_from_what_is_kept() throws Exception {
        edge.guardrail(Detector.PII, Position.OUTPUT, Action.MASK);
        start();
        upstream.then(ReplayUpstream.json(200, answer("write to ana@example.org")));
        Response made = openai.responses().create(ask("chat").build());
        String streamed = text(get(made.id(), "?stream=true"));
        assertTrue(streamed.contains("write to ") && streamed.contains("response.completed"), streamed);
        assertFalse(streamed.contains("ana@example.org"), streamed);
    }

    @Test
    void a_response_that_its_provider_keeps_is_streamed_by_the_provider() throws Exception {
        start();
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")));
        Response made = openai.responses().create(ask("own").build());
        byte[] events = ReplayUpstream.recorded("response-text-stream.txt");
        upstream.then(ReplayUpstream.events(events));
        assertArrayEquals(events, get(made.id(), "?stream=true").body());
    }
}
