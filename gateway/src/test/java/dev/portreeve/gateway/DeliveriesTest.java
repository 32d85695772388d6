package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.portreeve.gateway.GatewayFixture.Outcome;
import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Records on their way through a whole gateway, and the commands about it. */
class DeliveriesTest {
    private static Set<String> lines(Path folder) throws IOException {
        Set<String> lines = new TreeSet<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(one -> one.toString().endsWith(".jsonl")).toList()) {
                    lines.addAll(Files.readAllLines(file));
                }
            }
        }
        return lines;
    }

    /** The file of the first records. */
    private static Optional<Path> beginning(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(one -> one.getFileName().toString().startsWith("000000000000-"))
                    .findFirst();
        }
    }

    private static JsonNode delivery(GatewayFixture gateway, String id) {
        Outcome listed = gateway.run("audit", "deliveries", "-o", "json");
        assertTrue(listed.exitCode() <= 1, listed.err());
        return JsonMapper.shared()
                .readTree(listed.out())
                .path("deliveries")
                .valueStream()
                .filter(line -> line.path("delivery").asString().equals(id)
                        && line.path("tenant").asString().equals("acme"))
                .findFirst()
                .orElse(JsonMapper.shared().missingNode());
    }

    @Test
    void records_arrive_in_a_folder_and_at_a_webhook_that_was_away_at_first(@TempDir Path folder) throws Exception {
        AtomicInteger refusals = new AtomicInteger(2);
        Set<Long> indexes = ConcurrentHashMap.newKeySet();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            JsonNode data = JsonMapper.shared()
                    .readTree(exchange.getRequestBody().readAllBytes())
                    .path("data");
            boolean refused = refusals.getAndDecrement() > 0;
            for (long i = data.path("first").asLong();
                    !refused && i < data.path("end").asLong();
                    i++) {
                indexes.add(i);
            }
            exchange.sendResponseHeaders(refused ? 503 : 204, -1);
            exchange.close();
        });
        receiver.start();
        Path out = folder.resolve("out");
        String deliveries = """
            audit:
              deliveries:
                - { id: files, every: 100ms, folder: { path: OUT } }
                - { id: bundles, tenant: acme, daily: "00:30", folder: { path: "OUT/zip" } }
                - { id: hook, tenant: acme, every: 100ms, webhook: { url: "http://127.0.0.1:PORT/", secret: SIGNING } }
            """.replace("OUT", out.toString())
                .replace("SIGNING", GatewayFixture.WEBHOOK_SECRET)
                .replace("PORT", String.valueOf(receiver.getAddress().getPort()));
        try (GatewayFixture gateway = new GatewayFixture(folder, deliveries)) {
            String key = gateway.newKey("bot");
            gateway.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__read");
            Awaitility.await()
                    .until(() -> lines(out.resolve("acme")).stream()
                            .anyMatch(line -> line.contains("\"kind\":\"call.closed\"")));
            assertTrue(lines(out.resolve("_instance")).stream()
                    .anyMatch(line -> line.contains("\"kind\":\"server.started\"")));
            Awaitility.await()
                    .until(() ->
                            delivery(gateway, "hook").path("state").asString("").equals("delivered"));
            long next = delivery(gateway, "hook").path("next").asLong();
            assertEquals(next, indexes.size());

            Path first = beginning(out.resolve("acme")).orElseThrow();
            Files.delete(first);
            Outcome replayed =
                    gateway.run("audit", "deliveries", "replay", "files", "--from", "0", "--reason", "it was lost");
            assertEquals(0, replayed.exitCode(), replayed.err());
            Awaitility.await().until(() -> beginning(out.resolve("acme")).isPresent());
            Outcome skipped = gateway.run("audit", "deliveries", "skip", "files", "--reason", "no need");
            assertTrue(skipped.err().contains("nothing is refused there"), skipped.err());
            Outcome table = gateway.run("audit", "deliveries");
            assertTrue(table.out().contains("hook") && table.out().contains("DELIVERY"), table.out());
        } finally {
            receiver.stop(0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [{ id: a }] | exactly one receiver
            [{ id: a, folder: { path: x }, otlp: { url: "https://c.example/v1/logs" } }] | exactly one receiver
            [{ id: a, folder: { path: x } }, { id: a, folder: { path: y } }] | "a" is there twice
            [{ id: A, folder: { path: x } }] | must be of a-z
            [{ id: a, tenant: nobody, folder: { path: x } }] | nobody
            [{ id: a, s3: { bucket: evidence } }] | no access key
            [{ id: a, s3: { bucket: Evidence } }] | must be 3 to 63
            [{ id: a, webhook: { url: "https://h.example/", secret: abc } }] | whsec_
            [{ id: a, format: csv, webhook: { url: "https://h.example/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw } }] | jsonl or ocsf
            [{ id: a, format: cef, otlp: { url: "https://c.example/v1/logs" } }] | leave format out
            [{ id: a, syslog: { address: "logs.example.com:6514", key-file: k.pem } }] | go together
            [{ id: a, daily: "24:00", folder: { path: x } }] | time of day
            [{ id: a, daily: "00:30", otlp: { url: "https://c.example/v1/logs" } }] | to a folder or to s3
            [{ id: a, every: 50ms, folder: { path: x } }] | 100ms to 1d
            [{ id: a, webhook: { url: "https://user:pass@h.example/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw } }] | without a user
            [{ id: a, otlp: { url: "https://c.example/v1/logs", key: "a\\u000ab" } }] | characters that a header can have
            [{ id: a, s3: { bucket: evidence, prefix: "./" } }] | must look like
            [{ id: a, batch: 0, folder: { path: x } }] | batch must be
            """)
    void what_cannot_be_delivered_is_said_at_the_start(String deliveries, String expected) {
        BadConfig bad = assertThrows(
                BadConfig.class,
                () -> ConfigFile.parse(
                        "portreeve.yaml",
                        "organisation: { tenants: [{ id: acme }] }\naudit: { deliveries: " + deliveries + " }\n",
                        Path.of(""),
                        name -> null));
        assertTrue(bad.getMessage().contains(expected), bad.getMessage());
    }

    @Test
    void a_bucket_takes_its_key_from_the_environment() {
        Map<String, String> environment =
                Map.of("AWS_ACCESS_KEY_ID", "AKID", "AWS_SECRET_ACCESS_KEY", "s", "AWS_REGION", "eu-central-1");
        assertEquals(
                List.of("https://evidence.s3.eu-central-1.amazonaws.com/"),
                ConfigFile.parse(
                                "portreeve.yaml",
                                "audit: { deliveries: [{ id: a, s3: { bucket: evidence, prefix: x/ } }] }\n",
                                Path.of(""),
                                environment::get)
                        .audit()
                        .deliveries()
                        .stream()
                        .map(delivery -> Objects.requireNonNull(delivery.s3())
                                .store()
                                .base()
                                .toString())
                        .toList());
    }
}
