package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callers of other dialects at Cohere's own chat API. */
class CohereCallsTest {
    private static final String GOLDEN = "translation/chat-to-cohere/";
    private static final String UNARY = "{\"model\":\"command\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAM =
            "{\"model\":\"command\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final Usage BILLED = new Usage(60, 0, 25, Usage.Basis.REPORTED);

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .configured("{ id: cohere, api-key: cohere-key, dialects: [cohere-chat], base-url: \""
                        + upstream.baseUrl() + "\" }")
                .model("command", "cohere/command-a-03-2025")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    @Test
    void what_it_bills_is_charged_and_what_it_read_is_shown() throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded(GOLDEN + "answer.json")));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(200, response.statusCode(), text(response));
        assertTrue(text(response).contains("\"prompt_tokens\":100"), text(response));
        assertTrue(
                text(response).contains("\"reasoning_content\":\"I will read the file.Let me see.\""), text(response));
        assertEquals(List.of(BILLED), edge.purse.settled);
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals("POST /v1/chat HTTP/1.1", seen.line());
        assertTrue(seen.text().startsWith("{\"model\":\"command-a-03-2025\",\"max_tokens\":8000,"), seen.text());
    }

    @Test
    void its_events_become_a_message() throws Exception {
        upstream.then(ReplayUpstream.events(ReplayUpstream.recorded(GOLDEN + "stream.txt")));
        HttpResponse<byte[]> response = caller.post(
                "/v1/messages",
                STREAM.replace("\"stream\"", "\"max_tokens\":100,\"stream\"").getBytes(StandardCharsets.UTF_8),
                Map.of());
        assertTrue(text(response).contains("event: message_stop"), text(response));
        assertTrue(text(response).contains("Hello é"), text(response));
        assertTrue(text(response).contains("\"stop_reason\":\"tool_use\""), text(response));
        assertEquals(List.of(BILLED), edge.purse.settled);
        assertTrue(upstream.requests().getFirst().text().contains("\"stream\":true"));
    }

    /** All that a caller sees of a stream that ends badly, whose connection is closed without an end. */
    private String broken() throws IOException {
        try (Socket socket = caller.open("/v1/chat/completions", STREAM)) {
            String seen = Caller.all(socket);
            assertFalse(seen.endsWith("\r\n0\r\n\r\n") && !seen.contains("HTTP/1.1 502"), seen);
            assertFalse(seen.contains("[DONE]"), seen);
            assertTrue(seen.contains("\"error\""), seen);
            return seen;
        }
    }

    @Test
    void an_answer_that_it_gave_up_does_not_end_well() throws Exception {
        String end = "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"ERROR\","
                + "\"error\":\"internal\",\"usage\":{\"billed_units\":{\"input_tokens\":3,\"output_tokens\":1}}}}\n\n";
        String start = "event: message-start\ndata: {\"type\":\"message-start\",\"id\":\"1\"}\n\n"
                + "event: content-delta\ndata: {\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"Hel\"}}}}\n\n";
        upstream.then(ReplayUpstream.events((start + end).getBytes(StandardCharsets.UTF_8)));
        broken();
        assertEquals(1, edge.purse.settled.size());
    }

    @Test
    void a_stream_that_stops_before_its_end_was_cut() throws Exception {
        upstream.then(ReplayUpstream.events("event: message-start\ndata: {\"type\":\"message-start\",\"id\":\"1\"}\n\n"
                .getBytes(StandardCharsets.UTF_8)));
        broken();
    }

    @ParameterizedTest
    @CsvSource({
        "401,502,upstream_auth",
        "498,502,upstream_auth",
        "422,422,upstream_refused",
        "429,429,rate_limit_exceeded",
        "503,503,upstream_refused"
    })
    void its_errors_are_retold(int status, int heard, String code) throws Exception {
        upstream.then(ReplayUpstream.json(status, "{\"id\":\"1\",\"message\":\"what it says\"}"));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(heard, response.statusCode(), text(response));
        assertTrue(text(response).contains("\"code\":\"" + code + "\""), text(response));
        assertEquals(heard != 502, text(response).contains("what it says"), text(response));
    }
}
