package dev.portreeve.gateway.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import dev.portreeve.audit.deliver.Batch;
import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.gateway.objectstore.BucketServer;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.WebhookSecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What receivers over HTTP are sent, and what follows from their answers. */
class HttpReceiversTest {
    private static final Secret SECRET = new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private HttpServer server;
    private final List<Headers> heads = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private int status = 200;
    private String answer = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            heads.add(exchange.getRequestHeaders());
            bodies.add(exchange.getRequestBody().readAllBytes());
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/logs");
    }

    private Receiver webhook(RecordFormat format) {
        return new WebhookReceiver(new DeliveryConfig.Hook(url(), SECRET, false), format, InstantSource.system());
    }

    private Receiver otlp() {
        return new OtlpReceiver(
                new DeliveryConfig.Otlp(url(), new Secret("Bearer abc"), "authorization", false),
                InstantSource.fixed(Instant.parse("2026-11-22T11:00:00Z")));
    }

    @Test
    void a_webhook_gets_the_records_byte_for_byte_under_a_signature_that_holds() throws Exception {
        Batch batch = Records.batch(10, 3);
        try (Receiver receiver = webhook(RecordFormat.JSONL)) {
            receiver.take(batch);
            receiver.take(batch);
        }
        Headers head = heads.getFirst();
        assertEquals("siem_acme_10-12", head.getFirst("webhook-id"));
        assertEquals("siem_acme_10-12", heads.getLast().getFirst("webhook-id"));
        assertEquals(
                WebhookSecret.Verification.GENUINE,
                WebhookSecret.of(SECRET)
                        .verify(
                                head.getFirst("webhook-id"),
                                head.getFirst("webhook-timestamp"),
                                head.getFirst("webhook-signature"),
                                bodies.getFirst(),
                                Instant.now()));
        JsonNode body = JsonMapper.shared().readTree(bodies.getFirst());
        assertEquals("audit.records", body.path("type").asString());
        assertEquals(10, body.at("/data/first").asInt());
        assertEquals(13, body.at("/data/end").asInt());
        assertEquals(3, body.at("/data/records").size());
        String line = new String(batch.records().get(1).leaf(), StandardCharsets.UTF_8);
        assertTrue(new String(bodies.getFirst(), StandardCharsets.UTF_8).contains("," + line + ","));
    }

    @Test
    void a_webhook_may_get_ocsf() throws Exception {
        try (Receiver receiver = webhook(RecordFormat.OCSF)) {
            receiver.take(Records.batch(0, 2));
        }
        assertEquals(
                6003,
                JsonMapper.shared()
                        .readTree(bodies.getFirst())
                        .at("/data/records/1/class_uid")
                        .asInt());
    }

    @ParameterizedTest
    @CsvSource({
        "400,SMALLER",
        "413,SMALLER",
        "422,SMALLER",
        "401,AGAIN",
        "404,AGAIN",
        "429,AGAIN",
        "500,AGAIN",
        "302,AGAIN"
    })
    void an_answer_decides_how_it_goes_on(int said, NotTaken.Way way) {
        status = said;
        try (Receiver receiver = webhook(RecordFormat.JSONL)) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 1)));
            assertEquals(way, refused.way());
            assertEquals("the receiver answered " + said, refused.getMessage());
        }
    }

    @Test
    void nobody_there_is_tried_again() {
        server.stop(0);
        try (Receiver receiver = webhook(RecordFormat.JSONL)) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 1)));
            assertEquals(NotTaken.Way.AGAIN, refused.way());
            assertEquals("no answer: the connection is refused", refused.getMessage());
        }
    }

    @Test
    void otlp_has_the_form_of_its_specification() throws Exception {
        Batch batch = Records.batch(7, 2);
        answer = "{}";
        try (Receiver receiver = otlp()) {
            receiver.take(batch);
        }
        assertEquals("Bearer abc", heads.getFirst().getFirst("authorization"));
        assertEquals("application/json", heads.getFirst().getFirst("content-type"));
        JsonNode sent = JsonMapper.shared().readTree(bodies.getFirst());
        assertEquals(
                "portreeve",
                sent.at("/resourceLogs/0/resource/attributes/0/value/stringValue")
                        .asString());
        JsonNode log = sent.at("/resourceLogs/0/scopeLogs/0/logRecords/0");
        assertEquals("\"1795341600000001000\"", log.path("timeUnixNano").toString());
        assertEquals("\"1795345200000000000\"", log.path("observedTimeUnixNano").toString());
        assertEquals(9, log.path("severityNumber").asInt());
        assertEquals("call.closed", log.path("eventName").asString());
        assertEquals("5b8efff798038103d269b633813fc60c", log.path("traceId").asString());
        assertEquals(
                new String(batch.records().getFirst().leaf(), StandardCharsets.UTF_8),
                log.at("/body/stringValue").asString());
        assertEquals("portreeve.index", log.at("/attributes/0/key").asString());
        assertEquals("\"7\"", log.at("/attributes/0/value/intValue").toString());
    }

    @Test
    void otlp_that_takes_a_part_holds_the_delivery() {
        answer = "{\"partialSuccess\":{\"rejectedLogRecords\":\"2\",\"errorMessage\":\"too\\nold\"}}";
        try (Receiver receiver = otlp()) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 5)));
            assertEquals(NotTaken.Way.HELD, refused.way());
            assertEquals("the receiver rejected 2 of 5 and does not say which: too old", refused.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"``", "`  `", "{}", "{\"partialSuccess\":{}}", "{\"partialSuccess\":{\"errorMessage\":\"a hint\"}}"
            })
    void otlp_that_takes_all_may_say_so_or_nothing(String said) throws Exception {
        answer = said;
        try (Receiver receiver = otlp()) {
            receiver.take(Records.batch(0, 5));
        }
        assertEquals(1, bodies.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>sign in</html>", "ok", "[1]", "{\"a\":", "7"})
    void a_yes_that_is_no_answer_of_otlp_is_no_acknowledgement(String said) {
        answer = said;
        try (Receiver receiver = otlp()) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 5)));
            assertEquals(NotTaken.Way.AGAIN, refused.way());
            assertTrue(refused.getMessage().contains("no answer of OTLP"), refused.getMessage());
        }
    }

    @Test
    void a_webhook_that_says_yes_at_length_has_taken_it() throws Exception {
        answer = "x".repeat(300_000);
        try (Receiver receiver = webhook(RecordFormat.JSONL)) {
            receiver.take(Records.batch(0, 1));
        }
        try (Receiver receiver = otlp()) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 1)));
            assertEquals(NotTaken.Way.AGAIN, refused.way());
        }
    }

    @Test
    void a_receiver_that_hangs_up_gets_less_the_next_time() throws Exception {
        try (ServerSocket rude = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread hangingUp = Thread.ofVirtual().start(() -> {
                try (Socket one = rude.accept()) {
                    int first = one.getInputStream().read();
                    one.setSoLinger(true, 0);
                    assertTrue(first > 0);
                } catch (IOException over) {
                    // The test is.
                }
            });
            URI there = URI.create("http://127.0.0.1:" + rude.getLocalPort() + "/");
            try (Receiver receiver = new WebhookReceiver(
                    new DeliveryConfig.Hook(there, SECRET, false), RecordFormat.JSONL, InstantSource.system())) {
                NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 5000)));
                assertEquals(NotTaken.Way.LESS, refused.way());
            }
            hangingUp.join();
        }
    }

    @Test
    void a_bucket_gets_files_of_columns() throws Exception {
        try (BucketServer bucket = BucketServer.start();
                Receiver receiver = new StoreReceiver(
                        new DeliveryConfig.Bucket(bucket.config(), "audit/", null, Duration.ofDays(30)),
                        RecordFormat.PARQUET,
                        InstantSource.system())) {
            receiver.take(Records.batch(7, 3));
            byte[] file = bucket.object("audit/acme/000000000007-000000000009.parquet")
                    .content();
            String text = new String(file, StandardCharsets.ISO_8859_1);
            assertTrue(text.startsWith("PAR1") && text.endsWith("PAR1"));
            assertTrue(text.contains("\"first\": 7") && text.contains("\"records\": 3") && !text.contains("\"size\":"));
        }
    }

    @Test
    void a_bucket_gets_objects_that_a_repetition_replaces() throws Exception {
        try (BucketServer bucket = BucketServer.start();
                Receiver receiver = new StoreReceiver(
                        new DeliveryConfig.Bucket(
                                bucket.config(), "audit/", DeliveryConfig.Bucket.Lock.GOVERNANCE, Duration.ofDays(30)),
                        RecordFormat.JSONL,
                        InstantSource.fixed(Instant.parse("2026-11-22T11:00:00Z")))) {
            bucket.refuse(1);
            NotTaken busy = assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 2)));
            assertEquals(NotTaken.Way.AGAIN, busy.way());
            bucket.confirmNothing(1);
            assertThrows(NotTaken.class, () -> receiver.take(Records.batch(0, 2)));
            receiver.take(Records.batch(0, 2));
            receiver.take(Records.batch(2, 1));
            assertEquals(
                    List.of("audit/acme/000000000000-000000000001.jsonl", "audit/acme/000000000002-000000000002.jsonl"),
                    List.copyOf(bucket.objects().keySet()));
            BucketServer.Kept first = bucket.object("audit/acme/000000000000-000000000001.jsonl");
            assertEquals(
                    2,
                    new String(first.content(), StandardCharsets.UTF_8).lines().count());
            assertEquals("GOVERNANCE", first.lockMode());
            assertEquals("2026-12-22T11:00:00Z", first.lockUntil());
        }
    }
}
