package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.database.StartFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting and stopping: what is in the way is named, and what runs is let finish. */
class GatewayStartTest {
    @TempDir
    Path folder;

    private GatewayConfig config(String text) {
        return ConfigFile.parse("portreeve.yaml", text, folder, name -> null);
    }

    private static int status(URI url) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void the_embedded_database_is_used_by_one_server_and_outlives_it() throws Exception {
        GatewayConfig config = config("server: { listen: '127.0.0.1:0', admin-listen: '127.0.0.1:0' }\n"
                + "organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }");
        DataDirectory directory = new DataDirectory(config.server().dataDirectory());
        try (Gateway gateway = Gateway.start(config, Clock.systemUTC())) {
            for (String health : new String[] {"live", "ready", "started"}) {
                assertEquals(200, status(gateway.dataUrl().resolve("/health/" + health)));
            }
            assertEquals("acme", gateway.keys().list("acme").isEmpty() ? "acme" : "somebody's");
            assertTrue(directory.listeners().isPresent());
            StartFailure second = assertThrows(StartFailure.class, () -> Gateway.start(config, Clock.systemUTC()));
            assertTrue(
                    String.valueOf(second.getMessage()).contains("in use by another Portreeve"), second.getMessage());
            assertEquals(200, status(gateway.dataUrl().resolve("/health/ready")), "the first is not disturbed");
        }
        assertTrue(directory.listeners().isEmpty());
        String token = directory.adminToken().reveal();
        try (Gateway again = Gateway.start(config, Clock.systemUTC())) {
            assertEquals(200, status(again.dataUrl().resolve("/health/ready")));
            assertEquals(token, directory.adminToken().reveal());
        }
    }

    @Test
    void a_port_in_use_is_named_with_the_key_that_changes_it() throws Exception {
        try (GatewayFixture fixture = new GatewayFixture(folder);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String text = Files.readString(fixture.folder.resolve("portreeve.yaml"));
            GatewayConfig config = config(text.replace(
                            "listen: \"127.0.0.1:0\", admin",
                            "listen: \"127.0.0.1:" + taken.getLocalPort() + "\", admin")
                    .replace("./data", "./other"));
            StartFailure failure = assertThrows(StartFailure.class, () -> Gateway.start(config, Clock.systemUTC()));
            assertEquals(
                    "address 127.0.0.1:" + taken.getLocalPort()
                            + " is in use by another program: stop that program or change server.listen in the configuration",
                    failure.getMessage());
        }
    }

    @Test
    void a_database_that_is_down_is_named_without_its_password() throws Exception {
        int closed;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = free.getLocalPort();
        }
        GatewayConfig config = config("database: { url: 'postgres://app:hunter2@127.0.0.1:" + closed + "/portreeve' }");
        StartFailure failure = assertThrows(StartFailure.class, () -> Gateway.start(config, Clock.systemUTC()));
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.contains("127.0.0.1:" + closed) && message.contains("DATABASE_URL"), message);
        assertTrue(!message.contains("hunter2"), message);
    }

    private static InputStream listen(GatewayFixture fixture, String key) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(fixture.data().resolve("/mcp"))
                .header("Authorization", "Bearer " + key)
                .header("Accept", "application/json, text/event-stream");
        HttpResponse<String> opened = fixture.http.send(
                request.copy()
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                                        + "\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}"))
                        .header("Content-Type", "application/json")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        String session = opened.headers().firstValue("mcp-session-id").orElseThrow();
        InputStream stream = fixture.http
                .send(
                        request.header("Mcp-Session-Id", session).GET().build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .body();
        assertTrue(stream.read() >= 0, "it begins with an event");
        return stream;
    }

    @Test
    void a_stop_ends_what_only_listens_before_what_runs() throws Exception {
        GatewayFixture fixture = new GatewayFixture(folder);
        String key = fixture.newKey("bot");
        AtomicReference<GatewayFixture.Outcome> outcome = new AtomicReference<>();
        Thread caller = Thread.ofVirtual()
                .start(() -> outcome.set(fixture.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__wait")));
        Awaitility.await().until(() -> Files.exists(folder.resolve("waiting")));
        InputStream stream = listen(fixture, key);
        Thread stopping = Thread.ofPlatform().start(fixture.gateway::close);
        stream.readAllBytes();
        assertTrue(outcome.get() == null, "the call still runs");
        Files.delete(folder.resolve("waiting"));
        caller.join();
        assertEquals("waited\n", outcome.get().out(), outcome.get().err());
        stopping.join();
        fixture.database.close();
        fixture.http.close();
    }

    @Test
    void a_stop_lets_running_calls_finish() throws Exception {
        GatewayFixture fixture = new GatewayFixture(folder);
        String key = fixture.newKey("bot");
        AtomicReference<GatewayFixture.Outcome> outcome = new AtomicReference<>();
        Thread caller = Thread.ofVirtual()
                .start(() -> outcome.set(fixture.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__wait")));
        Awaitility.await().until(() -> Files.exists(folder.resolve("waiting")));
        URI ready = fixture.data().resolve("/health/ready");
        Thread stopping = Thread.ofPlatform().start(fixture.gateway::close);
        Awaitility.await().until(() -> {
            try {
                return status(ready) == 503;
            } catch (IOException refused) {
                return true;
            }
        });
        Files.delete(folder.resolve("waiting"));
        caller.join();
        assertEquals("waited\n", outcome.get().out(), outcome.get().err());
        stopping.join();
        fixture.database.close();
        fixture.http.close();
    }
}
