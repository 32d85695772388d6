package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.policy.key.Issuance;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database dies, or stays away, while calls run: nothing is lost, nothing is there twice, and nothing goes unrecorded. */
class DatabaseOutageTest {
    private static final String CHAT = "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

    @TempDir
    Path folder;

    private Gateway gateway;
    private String key;
    private HttpClient http;

    @BeforeEach
    void start() {
        String config = """
                server: { listen: "127.0.0.1:0", admin-listen: "127.0.0.1:0", data-directory: ./data }
                providers: [{ id: demo, kind: demo }]
                models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
                tool-servers: [{ slug: sticky, command: STICKY, price-per-call: "0.01", definitions: trust }]
                organisation:
                  tenants: [{ id: acme, agents: [{ id: bot, budgets: [{ limit-usd: 1 }] }] }]
                policies: [{ id: all, effect: allow, models: ["*"], tools: ["*"] }]
                """.replace("STICKY", StickyNotes.command(folder));
        gateway = Gateway.start(ConfigFile.parse("portreeve.yaml", config, folder, name -> null), Clock.systemUTC());
        key = switch (gateway.keys().create("acme", "bot", "test", null, "test")) {
            case Issuance.Issued issued -> issued.key().reveal();
            case Issuance.Refused refused -> throw new AssertionError(refused.detail());
            case Issuance.Beyond beyond -> throw new AssertionError(beyond.detail());
        };
        http = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        http.close();
        gateway.close();
    }

    private String run(Map<String, String> variables, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("PORTREEVE_DATA", folder.resolve("data").toString());
        int code =
                Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), environment::get, false), arguments);
        return code + " " + out + err;
    }

    private String rows(String sql) {
        return run(Map.of(), "sql", sql);
    }

    private HttpResponse<String> chat() throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(gateway.dataUrl().resolve("/v1/chat/completions"))
                        .header("Authorization", "Bearer " + key)
                        .POST(HttpRequest.BodyPublishers.ofString(CHAT))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private ProcessHandle postmaster() throws IOException {
        Path pid = folder.resolve("data/postgres/cluster/postmaster.pid");
        return ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).getFirst()))
                .orElseThrow();
    }

    private static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor());
    }

    @Test
    void a_call_that_runs_while_the_database_is_killed_is_settled_and_recorded_once() throws Exception {
        AtomicReference<String> outcome = new AtomicReference<>();
        Thread caller = Thread.ofVirtual()
                .start(() -> outcome.set(run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__wait")));
        Awaitility.await().until(() -> Files.exists(folder.resolve("waiting")));
        ProcessHandle postmaster = postmaster();
        List<ProcessHandle> all =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        Files.delete(folder.resolve("waiting"));
        caller.join();
        assertEquals("0 waited\n", outcome.get());
        Awaitility.await()
                .until(() -> rows("SELECT 'settled ' || amount_nanos FROM policy.posting")
                        .contains("settled 10000000"));
        String records = rows("SELECT string_agg(kind, ' ' ORDER BY id) FROM audit.record WHERE call_id IS NOT NULL");
        assertTrue(records.contains("call.opened call.closed"), records);
        assertEquals(1, records.split("call.closed", -1).length - 1, records);
    }

    @Test
    void while_the_database_is_away_calls_are_refused_with_a_reason_and_afterwards_they_work() throws Exception {
        assertEquals(200, chat().statusCode());
        ProcessHandle postmaster = postmaster();
        // Stopped, it takes no connection and is not started anew; its children, which serve the open ones, end.
        signal("STOP", postmaster);
        try {
            postmaster.children().forEach(ProcessHandle::destroyForcibly);
            HttpResponse<String> refused = chat();
            assertEquals(503, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("evidence_unavailable"), refused.body());
            assertTrue(!refused.body().contains("choices"), refused.body());
        } finally {
            signal("CONT", postmaster);
        }
        Awaitility.await().until(() -> chat().statusCode() == 200);
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> rows("SELECT 'held ' || sum(held_nanos) FROM policy.budget_window")
                        .contains("held 0"));
    }
}
