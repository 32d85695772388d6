package dev.portreeve.examples.approver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A receiver on a real port, and beside it the port where a gateway would await the decision. */
final class ApprovalReceiverTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private record Delivered(String id, String timestamp, String signature, byte[] body) {}

    private final BlockingQueue<Delivered> decisions = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final WebhookSecret secret = new WebhookSecret(SECRET);
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer gateway;
    private ApprovalReceiver receiver;

    @BeforeEach
    void start() throws IOException {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        gateway.createContext("/decide", exchange -> {
            try (exchange) {
                var headers = exchange.getRequestHeaders();
                decisions.add(new Delivered(
                        headers.getFirst("webhook-id"),
                        headers.getFirst("webhook-timestamp"),
                        headers.getFirst("webhook-signature"),
                        exchange.getRequestBody().readAllBytes()));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        gateway.start();
        receiver = new ApprovalReceiver(
                0,
                SECRET,
                request -> new ApprovalReceiver.Decision(
                        request.path("tool").asString().equals("notes__write_note"), "petra", "looked at it"),
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                InstantSource.system());
    }

    @AfterEach
    void stop() {
        receiver.close();
        gateway.stop(0);
        client.close();
    }

    private String notice(String tool) {
        String text = """
                {"type":"approval.requested","timestamp":"2026-01-01T00:00:00Z","data":{"ticket":"t-1","tool":"$TOOL",\
                "arguments":{"path":"a.md","text":"some text"},"decision_url":"http://127.0.0.1:$PORT/decide"}}""";
        return text.replace("$TOOL", tool)
                .replace("$PORT", "" + gateway.getAddress().getPort());
    }

    private int post(String id, String body, String signature) throws IOException, InterruptedException {
        long now = InstantSource.system().instant().getEpochSecond();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return client.send(
                        HttpRequest.newBuilder(receiver.url())
                                .header("webhook-id", id)
                                .header("webhook-timestamp", "" + now)
                                .header(
                                        "webhook-signature",
                                        signature.isEmpty() ? secret.sign(id, now, bytes) : signature)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void answersWithASignedDecision() throws Exception {
        assertEquals(204, post("msg_1", notice("notes__write_note"), ""));
        Delivered delivered = decisions.poll(30, TimeUnit.SECONDS);
        assertTrue(secret.verifies(
                delivered.id(),
                delivered.timestamp(),
                delivered.signature(),
                delivered.body(),
                InstantSource.system().instant()));
        JsonNode decision = JSON.readTree(delivered.body());
        assertEquals("t-1", decision.path("ticket").asString());
        assertEquals("approve", decision.path("decision").asString());
        assertEquals("petra", decision.path("approver").asString());
        assertEquals("looked at it", decision.path("reason").asString());
    }

    @Test
    void aProgramThatDecidesByItselfDoesSoInItsAnswer() throws Exception {
        ApprovalReceiver.Approver quick = new ApprovalReceiver.Approver() {
            @Override
            public ApprovalReceiver.Decision decide(JsonNode request) {
                return new ApprovalReceiver.Decision(true, "petra", "small");
            }

            @Override
            public boolean isQuick() {
                return true;
            }
        };
        receiver.close();
        receiver = new ApprovalReceiver(
                0, SECRET, quick, new PrintStream(printed, true, StandardCharsets.UTF_8), InstantSource.system());
        long now = InstantSource.system().instant().getEpochSecond();
        byte[] notice = notice("notes__write_note").getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> answer = client.send(
                HttpRequest.newBuilder(receiver.url())
                        .header("webhook-id", "msg_8")
                        .header("webhook-timestamp", "" + now)
                        .header("webhook-signature", secret.sign("msg_8", now, notice))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(notice))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertEquals(200, answer.statusCode());
        assertTrue(secret.verifies(
                "msg_8",
                answer.headers().firstValue("webhook-timestamp").orElseThrow(),
                answer.headers().firstValue("webhook-signature").orElseThrow(),
                answer.body(),
                InstantSource.system().instant()));
        JsonNode decision = JSON.readTree(answer.body());
        assertEquals("t-1", decision.path("ticket").asString());
        assertEquals("approve", decision.path("decision").asString());
        assertNull(decisions.poll());
    }

    @Test
    void saysNoAsWell() throws Exception {
        assertEquals(204, post("msg_2", notice("notes__delete_note"), ""));
        Delivered delivered = decisions.poll(30, TimeUnit.SECONDS);
        assertEquals("deny", JSON.readTree(delivered.body()).path("decision").asString());
    }

    @Test
    void decidesARepeatedMessageOnce() throws Exception {
        assertEquals(204, post("msg_3", notice("notes__write_note"), ""));
        assertEquals(204, post("msg_3", notice("notes__write_note"), ""));
        assertEquals(204, post("msg_4", notice("notes__delete_note"), ""));
        JsonNode first = JSON.readTree(decisions.poll(30, TimeUnit.SECONDS).body());
        JsonNode second = JSON.readTree(decisions.poll(30, TimeUnit.SECONDS).body());
        assertTrue(!first.path("decision").equals(second.path("decision")), first + " " + second);
        receiver.close();
        assertNull(decisions.poll());
    }

    @Test
    void refusesWhatIsNotSigned() throws Exception {
        assertEquals(401, post("msg_5", notice("notes__write_note"), "v1,AAAA"));
        assertEquals(400, post("msg_6", "not json", ""));
        assertEquals(204, post("msg_7", "{\"type\":\"something.else\"}", ""));
        assertEquals(
                405,
                client.send(
                                HttpRequest.newBuilder(URI.create(receiver.url().toString()))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode());
        receiver.close();
        assertNull(decisions.poll());
    }

    @Test
    void showsWhatWouldHide() throws Exception {
        String shown = ApprovalReceiver.show(JSON.readTree("{\"path\":\"\u202egnp.exe\",\"esc\":\"\\u001b[2J\"}"));
        assertEquals("{\n  \"path\" : \"\\u202egnp.exe\",\n  \"esc\" : \"\\u001B[2J\"\n}", shown);
    }
}
