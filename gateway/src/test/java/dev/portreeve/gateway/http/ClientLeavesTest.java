package dev.portreeve.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EventKind;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that leaves ends the upstream's work, and what was used until then is settled and recorded. */
class ClientLeavesTest {
    private static final String EVENT =
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .limited(EdgeFixture.limits(1 << 20, Duration.ofSeconds(60), Duration.ofMillis(50)))
                .provider("openai", upstream.baseUrl())
                .model("fast", "openai/gpt-5-mini")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private Socket ask() throws IOException {
        return caller.open(
                "/v1/chat/completions",
                "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    }

    private static void readUntil(Socket socket, String text) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder seen = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (!seen.toString().contains(text)) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new IOException("the answer ended: " + seen);
            }
            seen.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
        }
    }

    @Test
    void in_mid_stream_while_the_upstream_is_silent() throws Exception {
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(EVENT);
            exchange.hang();
        });
        try (Socket socket = ask()) {
            readUntil(socket, "Hello");
        }
        assertAbandoned(5);
    }

    @Test
    void before_the_first_event() throws Exception {
        upstream.then(ReplayUpstream.Exchange::hang);
        try (Socket socket = ask()) {
            readUntil(socket, ": waiting");
        }
        assertAbandoned(0);
    }

    private void assertAbandoned(long outputCounted) throws InterruptedException {
        assertTrue(upstream.clientLeft(20), "the upstream's connection was not closed");
        await().atMost(Duration.ofSeconds(20)).until(() -> !edge.purse.settled.isEmpty());
        assertEquals(outputCounted, edge.purse.settled.getFirst().outputTokens());
        await().atMost(Duration.ofSeconds(20)).until(() -> edge.lastRecord().kind() == EventKind.CALL_CLOSED);
    }

    @Test
    void comments_keep_a_silent_stream_alive_and_do_not_disturb_it() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        upstream.then(exchange -> {
            exchange.beginEvents();
            heard.await();
            exchange.chunk(EVENT + "data: [DONE]\n\n");
            exchange.endEvents();
        });
        try (Socket socket = ask()) {
            readUntil(socket, ": waiting\n\n");
            heard.countDown();
            readUntil(socket, "data: [DONE]\n\n");
        }
        assertEquals(1, edge.purse.settled.size());
    }
}
