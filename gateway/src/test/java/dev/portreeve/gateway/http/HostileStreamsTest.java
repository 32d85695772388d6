package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a network does to streams, and what callers do to memory: events that come in halves or in pairs, within a character;
 * streams that end at any byte; conversations of ten thousand messages. In every dialect that callers speak.
 */
class HostileStreamsTest {
    private static final int CUTS = 12;

    /** A recorded stream, how it is asked for, and what only a whole one contains. */
    enum Recorded {
        CHAT("chat-stream.txt", "/v1/chat/completions", "chat", "[DONE]"),
        MESSAGES("anthropic/stream.txt", "/v1/messages", "messages", "message_stop"),
        RESPONSES("response-text-stream.txt", "/v1/responses", "responses", "response.completed"),
        GEMINI("gemini/stream.txt", "/v1beta/models/gemini:streamGenerateContent?alt=sse", "gemini", "finishReason");

        private final String file;
        private final String path;
        private final String model;
        private final String end;

        Recorded(String file, String path, String model, String end) {
            this.file = file;
            this.path = path;
            this.model = model;
            this.end = end;
        }

        String path() {
            return path;
        }

        String end() {
            return end;
        }

        byte[] stream() throws IOException {
            return ReplayUpstream.recorded(file);
        }

        String ask() {
            return switch (this) {
                case CHAT ->
                    "{\"model\":\"" + model + "\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
                case MESSAGES ->
                    "{\"model\":\"" + model
                            + "\",\"stream\":true,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
                case RESPONSES -> "{\"model\":\"" + model + "\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
                case GEMINI -> "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}";
            };
        }
    }

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
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

    @ParameterizedTest
    @EnumSource
    void events_in_halves_in_pairs_and_within_a_character_come_out_as_they_are(Recorded recorded) throws Exception {
        byte[] stream = recorded.stream();
        Random random = new Random(7);
        for (int round = 0; round < 6; round++) {
            long seed = random.nextLong();
            upstream.then(exchange -> {
                Random pieces = new Random(seed);
                exchange.beginEvents();
                for (int from = 0; from < stream.length; ) {
                    int to = Math.min(stream.length, from + 1 + pieces.nextInt(pieces.nextBoolean() ? 3 : 900));
                    exchange.chunk(Arrays.copyOfRange(stream, from, to));
                    from = to;
                }
                exchange.endEvents();
            });
            HttpResponse<byte[]> response =
                    caller.post(recorded.path, recorded.ask().getBytes(StandardCharsets.UTF_8), Map.of());
            assertArrayEquals(stream, response.body(), "seed " + seed);
        }
        await().until(() -> edge.purse.settled.size() == 6);
    }

    @ParameterizedTest
    @EnumSource
    void a_stream_that_ends_anywhere_before_its_end_never_looks_whole_and_is_settled(Recorded recorded)
            throws Exception {
        byte[] stream = recorded.stream();
        int end = new String(stream, StandardCharsets.ISO_8859_1).indexOf(recorded.end);
        Random random = new Random(11);
        // Of what gave out nothing yet, one more attempt is made, and then there is nobody.
        upstream.always(ReplayUpstream.Exchange::cut);
        for (int round = 0; round < CUTS; round++) {
            int at = 1 + random.nextInt(end - 1);
            boolean cleanly = random.nextBoolean();
            upstream.then(exchange -> {
                exchange.beginEvents();
                exchange.chunk(Arrays.copyOf(stream, at));
                if (cleanly) {
                    exchange.endEvents();
                } else {
                    exchange.cut();
                }
            });
            String told = recorded + " cut at " + at;
            try {
                HttpResponse<byte[]> response =
                        caller.post(recorded.path, recorded.ask().getBytes(StandardCharsets.UTF_8), Map.of());
                assertTrue(response.statusCode() >= 400, () -> told + " looks whole: " + text(response));
            } catch (IOException broken) {
                // As a client should hear it.
                assertFalse(broken instanceof ConnectException, told);
            }
            int settled = round + 1;
            await().until(() -> edge.purse.settled.size() == settled);
        }
    }

    @Test
    void ten_thousand_messages_pass_untouched_and_through_a_translation() throws Exception {
        StringBuilder messages = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            messages.append(i == 0 ? "" : ",")
                    .append("{\"role\":\"user\",\"content\":\"q")
                    .append(i)
                    .append("\"},{\"role\":\"assistant\",\"content\":\"a")
                    .append(i)
                    .append("\"}");
        }
        String body = "{\"model\":\"m\",\"max_tokens\":5,\"messages\":[" + messages + "]}";
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        String ours = body.replace("\"m\"", "\"chat\"");
        assertEquals(200, caller.chat(ours).statusCode());
        assertEquals(body, upstream.requests().getLast().text());
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        HttpResponse<byte[]> translated = caller.chat(body.replace("\"m\"", "\"messages\""));
        assertEquals(200, translated.statusCode(), text(translated));
        String sent = upstream.requests().getLast().text();
        assertTrue(sent.contains("q4999") && sent.contains("a4999") && sent.contains("q0"), "all of them");
    }
}
