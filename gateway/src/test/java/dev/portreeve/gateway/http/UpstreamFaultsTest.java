package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EventKind;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an upstream does, the caller gets an error of its dialect, the record is written and the money settled. */
class UpstreamFaultsTest {
    private static final String UNARY = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAM =
            "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String FIRST_EVENT =
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}],\"usage\":null}\n\n";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        restart(upstream.baseUrl(), Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    private void restart(URI baseUrl, Duration idleTimeout, Duration callTimeout) {
        if (edge != null) {
            stopEdge();
        }
        edge = new EdgeFixture()
                .limited(EdgeFixture.limits(1 << 20, callTimeout, Duration.ofSeconds(15)))
                .provider("openai", baseUrl, null, idleTimeout)
                .model("fast", "openai/gpt-5-mini")
                .start();
        caller = new Caller(edge);
    }

    private void stopEdge() {
        caller.close();
        edge.close();
    }

    @AfterEach
    void stop() throws IOException {
        stopEdge();
        upstream.close();
    }

    private HttpResponse<byte[]> fails(String body, int status, String code) throws Exception {
        HttpResponse<byte[]> response = caller.chat(body);
        assertEquals(status, response.statusCode(), text(response));
        assertTrue(text(response).contains("\"code\":\"" + code + "\""), text(response));
        assertEquals(1, edge.purse.settled.size(), "settled once");
        assertEquals(EventKind.CALL_CLOSED, edge.lastRecord().kind());
        assertFalse(header(response, "x-request-id").isEmpty());
        assertFalse(header(response, "x-portreeve-decision").isEmpty());
        assertTrue(header(response, "x-portreeve-reason").startsWith("upstream_"), "a code with a page in the docs");
        return response;
    }

    @Test
    void one_that_refuses_the_connection() throws Exception {
        // Bound and not listening: the port is nobody else's meanwhile, and refuses.
        try (Socket nobody = new Socket()) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            restart(
                    URI.create("http://127.0.0.1:" + nobody.getLocalPort() + "/v1"),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10));
            fails(UNARY, 502, "upstream_unreachable");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {UNARY, STREAM})
    void one_that_hangs_before_its_answer(String body) throws Exception {
        restart(upstream.baseUrl(), Duration.ofMillis(200), Duration.ofSeconds(10));
        upstream.then(ReplayUpstream.Exchange::hang);
        fails(body, 504, "upstream_timeout");
        assertTrue(upstream.clientLeft(10), "the gateway lets go of a hanging upstream");
    }

    @Test
    void one_that_drips_past_the_calls_deadline() throws Exception {
        restart(upstream.baseUrl(), Duration.ofSeconds(5), Duration.ofMillis(400));
        upstream.then(exchange -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{");
            while (true) {
                exchange.raw(" ");
                Thread.sleep(20);
            }
        });
        fails(UNARY, 504, "upstream_timeout");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\nnot json!",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n[{}]",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            })
    void one_that_sends_garbage(String bytes) throws Exception {
        upstream.then(exchange -> {
            exchange.raw(bytes);
            exchange.cut();
        });
        fails(UNARY, 502, "upstream_garbage");
    }

    @Test
    void garbage_in_a_stream() throws Exception {
        upstream.then(ReplayUpstream.events("data: {not json}\n\ndata: [DONE]\n\n".getBytes(StandardCharsets.UTF_8)));
        fails(STREAM, 502, "upstream_garbage");
    }

    @Test
    void one_that_answers_a_stream_with_one_document() throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        fails(STREAM, 502, "upstream_garbage");
    }

    @Test
    void one_that_dies_without_an_answer() throws Exception {
        upstream.then(ReplayUpstream.Exchange::cut);
        fails(UNARY, 502, "upstream_cut");
    }

    @Test
    void one_that_dies_within_a_unary_answer() throws Exception {
        upstream.then(exchange -> {
            exchange.raw(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"choices\":");
            exchange.cut();
        });
        fails(UNARY, 502, "upstream_cut");
    }

    @Test
    void one_whose_answer_is_too_large() throws Exception {
        byte[] large = ("{\"x\":\"" + "a".repeat(2 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
        upstream.then(ReplayUpstream.json(200, large));
        fails(UNARY, 502, "upstream_too_large");
    }

    @Test
    void one_whose_event_is_too_large() throws Exception {
        byte[] large = ("data: {\"x\":\"" + "a".repeat(2 << 20) + "\"}\n\n").getBytes(StandardCharsets.UTF_8);
        upstream.then(ReplayUpstream.events(large));
        fails(STREAM, 502, "upstream_too_large");
    }

    /** The own error of a provider passes in its words where it is about the request, and in ours where it is about us. */
    @ParameterizedTest
    @CsvSource({
        "400, 400, theirs", "404, 404, theirs", "408, 504, theirs", "409, 409, theirs", "413, 400, theirs",
                "422, 422, theirs",
        "429, 429, theirs", "500, 502, theirs", "502, 502, theirs", "503, 503, theirs", "504, 504, theirs",
                "529, 503, theirs",
        "401, 502, upstream_auth", "402, 503, upstream_quota", "403, 502, upstream_denied"
    })
    void one_that_answers_with_an_error(int status, int seen, String code) throws Exception {
        upstream.then(exchange -> exchange.json(
                status,
                "Retry-After: 3\r\n",
                "{\"error\":{\"message\":\"key sk-secret\",\"code\":\"theirs\"}}".getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(seen, response.statusCode());
        assertTrue(text(response).contains("\"code\":\"" + code + "\""), text(response));
        boolean theirs = code.equals("theirs");
        assertEquals(theirs, text(response).contains("sk-secret"), "what is about our account stays here");
        assertEquals(theirs ? "3" : "", header(response, "retry-after"));
        assertEquals(theirs ? "" : "false", header(response, "x-should-retry"));
        assertEquals(1, upstream.requests().size());
        assertEquals(1, edge.purse.settled.size());
    }

    @Test
    void a_providers_empty_account_is_not_the_callers_rate() throws Exception {
        upstream.then(ReplayUpstream.json(429, "{\"error\":{\"message\":\"x\",\"code\":\"insufficient_quota\"}}"));
        fails(UNARY, 503, "upstream_quota");
    }

    @Test
    void an_error_page_of_a_proxy_does_not_pass() throws Exception {
        upstream.then(exchange -> exchange.raw(
                "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"));
        HttpResponse<byte[]> response = fails(UNARY, 503, "upstream_refused");
        assertFalse(text(response).contains("html"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "end", "hang"})
    void one_that_dies_in_mid_stream_never_looks_finished(String how) throws Exception {
        restart(upstream.baseUrl(), Duration.ofMillis(300), Duration.ofSeconds(10));
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(FIRST_EVENT);
            switch (how) {
                case "cut" -> exchange.cut();
                case "end" -> exchange.endEvents();
                default -> exchange.hang();
            }
        });
        String seen;
        // A plain socket, because clients throw away what they have read once a connection breaks.
        try (Socket socket = caller.open("/v1/chat/completions", STREAM)) {
            seen = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
        assertTrue(seen.startsWith("HTTP/1.1 200"), seen);
        assertFalse(seen.endsWith("\r\n0\r\n\r\n"), "the answer must not end like a whole one: " + seen);
        assertTrue(seen.contains(FIRST_EVENT), seen);
        assertTrue(seen.contains("data: {\"error\":{\"message\":"), seen);
        assertFalse(seen.contains("[DONE]"), seen);
        assertEquals(5, edge.purse.settled.getFirst().outputTokens(), "what came is what is counted");
        assertEquals(EventKind.CALL_CLOSED, edge.lastRecord().kind());
    }
}
