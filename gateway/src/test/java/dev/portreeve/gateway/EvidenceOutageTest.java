package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A database that takes no records, in two ways, against calls of each kind: what the caller sees, what health and operators see, and
 * that afterwards everything is recorded and settled once.
 */
class EvidenceOutageTest {
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models:
          - { name: careful, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }
          - { name: fast, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust, price-per-call: "0.01" }]
        organisation:
          tenants: [{ id: acme, agents: [{ id: bot, budgets: [{ limit-usd: 1 }] }, { id: free }] }]
        policies: [{ id: all, effect: allow, models: ["*"], tools: ["*"] }]
        audit: { best-effort: { models: [fast] } }
        """;

    @TempDir
    private Path folder;

    /** What is wrong with the database. */
    enum Outage {
        DISK_FULL("""
                CREATE FUNCTION audit.no_room() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER no_room BEFORE INSERT ON audit.record FOR EACH ROW EXECUTE FUNCTION audit.no_room()""", "DROP TRIGGER no_room ON audit.record"),
        /** Its owner, a superuser, still gets in. */
        DOWN("""
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database()); END $$;
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()""", "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT -1', current_database()); END $$");

        private final String begin;
        private final String end;

        Outage(String begin, String end) {
            this.begin = begin;
            this.end = end;
        }
    }

    /** Calls of each kind; what the caller of each gets meanwhile. */
    enum Kind {
        REQUIRED_MODEL("503 evidence_unavailable"),
        /** No money is spent that was not held first, and holding needs the database where nothing was set aside before. */
        BEST_EFFORT_WITH_A_BUDGET("503 evidence_unavailable"),
        BEST_EFFORT_MODEL("200"),
        READING_TOOL("evidence_unavailable"),
        CHANGING_TOOL("evidence_unavailable");

        private final String seen;

        Kind(String seen) {
            this.seen = seen;
        }
    }

    private static String chat(GatewayFixture gateway, String key, String model) throws Exception {
        HttpResponse<String> answer = gateway.http.send(
                HttpRequest.newBuilder(gateway.data().resolve("/v1/chat/completions"))
                        .header("Authorization", "Bearer " + key)
                        .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + model
                                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(answer.statusCode() == 200, answer.body().contains("choices"), answer.body());
        return answer.statusCode() + (answer.body().contains("evidence_unavailable") ? " evidence_unavailable" : "");
    }

    private static String tool(GatewayFixture gateway, String key, String... arguments) {
        String[] line = new String[arguments.length + 2];
        line[0] = "mcp";
        line[1] = "call";
        System.arraycopy(arguments, 0, line, 2, arguments.length);
        Outcome outcome = gateway.run(Map.of("PORTREEVE_KEY", key), line);
        String said = outcome.out() + outcome.err();
        return outcome.exitCode() == 0
                ? "200"
                : said.contains("evidence_unavailable") || said.contains("cannot record this call")
                        ? "evidence_unavailable"
                        : said;
    }

    /** The keys of an agent with a budget and of one without. */
    private record Keys(String budgeted, String free) {}

    private String call(GatewayFixture gateway, Keys keys, Kind kind) throws Exception {
        String key = keys.budgeted();
        return switch (kind) {
            case REQUIRED_MODEL -> chat(gateway, key, "careful");
            case BEST_EFFORT_WITH_A_BUDGET -> chat(gateway, key, "fast");
            case BEST_EFFORT_MODEL -> chat(gateway, keys.free(), "fast");
            case READING_TOOL -> tool(gateway, key, "sticky__read");
            case CHANGING_TOOL -> tool(gateway, key, "sticky__write", "text=changed");
        };
    }

    private Map<Kind, String> callAll(GatewayFixture gateway, Keys keys) throws Exception {
        Map<Kind, String> seen = new EnumMap<>(Kind.class);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<Kind, Future<String>> calls = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                calls.put(kind, threads.submit(() -> call(gateway, keys, kind)));
            }
            for (Kind kind : Kind.values()) {
                seen.put(kind, calls.get(kind).get());
            }
        }
        return seen;
    }

    private static HttpResponse<String> ready(GatewayFixture gateway) throws Exception {
        return gateway.http.send(
                HttpRequest.newBuilder(gateway.data().resolve("/health/ready")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @EnumSource(Outage.class)
    void eachKindOfCallGetsItsAnswerAndNothingIsLost(Outage outage) throws Exception {
        Files.writeString(folder.resolve("note"), "before");
        try (GatewayFixture gateway =
                GatewayFixture.configured(folder, CONFIGURATION.replace("STICKY", StickyNotes.command(folder)))) {
            Keys keys = new Keys(gateway.newKey("bot"), gateway.newKey("free"));
            for (Map.Entry<Kind, String> each : callAll(gateway, keys).entrySet()) {
                assertEquals("200", each.getValue(), each.toString());
            }
            Files.writeString(folder.resolve("note"), "before");
            assertEquals("{\"status\":\"UP\"}", ready(gateway).body());

            // What was set aside of a budget goes back when it lies idle.
            await().until(() -> gateway.isTrue("SELECT coalesce(sum(leased_nanos), 0) = 0 FROM policy.budget_window"));
            gateway.execute(outage.begin);
            Map<Kind, String> seen = callAll(gateway, keys);
            for (Kind kind : Kind.values()) {
                assertEquals(kind.seen, seen.get(kind), outage + " " + kind);
            }
            assertEquals("before", Files.readString(folder.resolve("note")), "nothing is changed without its record");
            await().until(() -> ready(gateway).statusCode() == 503);
            assertTrue(
                    ready(gateway).body().contains("\"journal\""),
                    ready(gateway).body());
            Outcome status = gateway.run("audit", "status");
            assertEquals(1, status.exitCode(), status.out());
            assertTrue(status.out().contains("journal: "), status.out());

            gateway.execute(outage.end);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> ready(gateway).statusCode() == 200
                            && call(gateway, keys, Kind.REQUIRED_MODEL).equals("200"));
            assertEquals("200", call(gateway, keys, Kind.CHANGING_TOOL));
            assertEquals("changed", Files.readString(folder.resolve("note")));
            everyCallIsRecordedOnceAndSettled(gateway);
        }
    }

    /** Five calls before, five during, and at least two after, each with one end; where it was opened that comes first. */
    private static void everyCallIsRecordedOnceAndSettled(GatewayFixture gateway) {
        String leaf = "convert_from(leaf, 'UTF8')";
        String calls = " FROM audit.record WHERE call_id IS NOT NULL AND tenant = 'acme'";
        await().atMost(Duration.ofSeconds(20))
                .until(() -> gateway.isTrue("SELECT count(DISTINCT call_id) >= 12"
                        + " AND count(*) FILTER (WHERE kind IN ('call.closed', 'call.refused')) = count(DISTINCT call_id)"
                        + " AND count(*) = count(DISTINCT (call_id, kind))" + calls));
        assertTrue(gateway.isTrue("SELECT count(*) >= 1" + calls + " AND kind = 'call.closed' AND " + leaf
                + " LIKE '%\"evidence\":\"best-effort\"%' AND " + leaf + " LIKE '%\"outcome\":\"completed\"%'"));
        assertFalse(gateway.isTrue(
                "SELECT EXISTS (SELECT" + calls + " AND " + leaf + " LIKE '%\"outcome\":\"unknown\"%')"));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> gateway.isTrue("SELECT sum(held_nanos) = 0 FROM policy.budget_window"));
        await().until(() -> gateway.run("audit", "verify", "--no-record").exitCode() == 0);
        Outcome verified = gateway.run("audit", "verify", "--no-record");
        assertFalse(verified.out().contains("not closed"), verified.out());
    }
}
