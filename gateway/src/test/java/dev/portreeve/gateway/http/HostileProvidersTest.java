package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.http.HostileStreamsTest.Recorded;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Providers that babble, never stop, or hardly speak, in every dialect that callers speak: the caller hears of an error and never of an
 * end, the call is settled and recorded, and no connection to the provider is left.
 */
class HostileProvidersTest {
    private static final int TEN_MEGABYTES = 10 * 1024 * 1024;

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        begin(Duration.ofSeconds(30));
    }

    private void begin(Duration callTimeout) {
        edge = new EdgeFixture()
                .limited(EdgeFixture.limits(1 << 20, callTimeout, Duration.ofSeconds(15)))
                .provider("a", upstream.baseUrl())
                .anthropic("b", upstream.baseUrl())
                .responses("c", upstream.baseUrl())
                .gemini("d", upstream.baseUrl())
                .model("chat", "a/m")
                .model("messages", "b/m")
                .model("responses", "c/m")
                .model("gemini", "d/m")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    /** Its first event, whole. */
    private static byte[] first(Recorded recorded) throws IOException {
        byte[] stream = recorded.stream();
        String text = new String(stream, StandardCharsets.ISO_8859_1);
        int end = text.contains("\r\n\r\n") ? text.indexOf("\r\n\r\n") + 4 : text.indexOf("\n\n") + 2;
        return Arrays.copyOf(stream, end);
    }

    /** Sends these bytes as a whole stream; all that the caller sees. */
    private String streamed(Recorded recorded, ReplayUpstream.Script script) throws Exception {
        upstream.then(script);
        String seen;
        try (Socket socket = caller.open(recorded.path(), recorded.ask())) {
            seen = Caller.all(socket);
        }
        assertFalse(seen.contains(recorded.end()), () -> recorded + " looks whole: " + seen);
        assertTrue(seen.contains("error"), () -> recorded + " says nothing: " + seen);
        await().until(() -> edge.purse.settled.size() == 1);
        await().until(() -> edge.journal.records().size() == 2);
        await().until(() -> upstream.open() == 0);
        return seen;
    }

    private static ReplayUpstream.Script events(byte[]... pieces) {
        return exchange -> {
            exchange.beginEvents();
            for (byte[] piece : pieces) {
                exchange.chunk(piece);
            }
            exchange.endEvents();
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void an_event_that_is_no_json(Recorded recorded) throws Exception {
        String garbage = "event: message_start\ndata: {not json: hunter2}\n\n";
        String seen = streamed(recorded, events(bytes(garbage)));
        assertTrue(seen.startsWith("HTTP/1.1 502"), seen);
        assertFalse(seen.contains("hunter2"), seen);
    }

    @ParameterizedTest
    @EnumSource
    void an_event_that_is_no_json_after_a_good_one(Recorded recorded) throws Exception {
        String seen = streamed(recorded, events(first(recorded), bytes("event: message_delta\ndata: [{]\n\n")));
        assertTrue(seen.startsWith("HTTP/1.1 200"), seen);
    }

    @ParameterizedTest
    @EnumSource
    void an_event_of_ten_megabytes(Recorded recorded) throws Exception {
        byte[] large = new byte[TEN_MEGABYTES];
        Arrays.fill(large, (byte) 'a');
        String seen = streamed(recorded, events(first(recorded), bytes("data: {\"x\":\""), large, bytes("\"}\n\n")));
        assertTrue(seen.length() < 1 << 20, "what is too large goes nowhere");
    }

    @ParameterizedTest
    @EnumSource
    void bytes_that_are_no_text_at_all(Recorded recorded) throws Exception {
        ByteArrayOutputStream noise = new ByteArrayOutputStream();
        for (int i = 0; i < 5_000; i++) {
            noise.write(i * 7 + (i >> 3));
        }
        streamed(recorded, exchange -> {
            exchange.beginEvents();
            exchange.chunk(noise.toByteArray());
            exchange.cut();
        });
    }

    /** Slower than the connection's own patience would notice: the call's deadline ends it. */
    @ParameterizedTest
    @EnumSource
    void one_that_trickles_byte_by_byte(Recorded recorded) throws Exception {
        caller.close();
        edge.close();
        begin(Duration.ofMillis(700));
        byte[] stream = recorded.stream();
        streamed(recorded, exchange -> {
            exchange.beginEvents();
            for (byte each : stream) {
                exchange.chunk(new byte[] {each});
                Thread.sleep(30);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_in_one_piece_that_is_no_json_or_is_cut_within_a_character(Recorded recorded) throws Exception {
        String path = recorded.path().replace(":streamGenerateContent?alt=sse", ":generateContent");
        byte[] ask = bytes(recorded.ask()
                .replace("\"stream\":true,\"stream_options\":{\"include_usage\":true},", "")
                .replace("\"stream\":true,", ""));
        upstream.then(ReplayUpstream.json(200, "{\"hunter2\""));
        HttpResponse<byte[]> garbage = caller.post(path, ask, Map.of());
        assertEquals(502, garbage.statusCode(), text(garbage));
        assertFalse(text(garbage).contains("hunter2"), text(garbage));
        byte[] cut = Arrays.copyOf(bytes("{\"x\":\"é"), bytes("{\"x\":\"é").length - 1);
        upstream.then(exchange -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n");
            exchange.raw(new String(cut, StandardCharsets.ISO_8859_1));
            exchange.cut();
        });
        assertEquals(502, caller.post(path, ask, Map.of()).statusCode());
        await().until(() -> edge.purse.settled.size() == 2);
    }
}
