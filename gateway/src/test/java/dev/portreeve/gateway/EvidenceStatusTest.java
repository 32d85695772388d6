package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How far the evidence is, as operators, Prometheus and load balancers see it; and a process that is killed. */
class EvidenceStatusTest {
    private static final String LINE =
            "# (TYPE \\S+ (gauge|counter)|UNIT \\S+ seconds|HELP \\S+ .+|EOF)|portreeve_audit_[a-z_]+ [0-9.]+";

    @TempDir
    private Path folder;

    private static JsonNode status(GatewayFixture gateway) {
        HttpResponse<String> answer = gateway.api("GET", "/api/v1/audit/status", "");
        assertEquals(200, answer.statusCode(), answer.body());
        return JsonMapper.shared().readTree(answer.body());
    }

    private static HttpResponse<String> ready(GatewayFixture gateway) throws Exception {
        return gateway.http.send(
                HttpRequest.newBuilder(gateway.data().resolve("/health/ready")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void operatorsAndPrometheusSeeHowFarItIs() {
        try (GatewayFixture gateway = new GatewayFixture(folder)) {
            gateway.newKey("bot");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> status(gateway).at("/log/unsigned").asLong(-1) == 0
                            && status(gateway).at("/log/unsearched").asLong(-1) == 0);
            JsonNode status = status(gateway);
            assertEquals("ok", status.path("status").asString(), status.toString());
            assertEquals(4096, status.at("/journal/capacity").asInt());
            assertEquals(0, status.at("/journal/refused").asInt());
            assertTrue(status.at("/journal/stored").asInt() > 0, status.toString());
            assertTrue(status.at("/log/last_signed").isString(), status.toString());
            assertEquals(2, status.at("/log/tenants").size(), status.toString());

            HttpResponse<String> metrics = gateway.api("GET", "/api/v1/metrics", "");
            assertEquals(
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                    metrics.headers().firstValue("Content-Type").orElse(""));
            List<String> lines = metrics.body().lines().toList();
            assertEquals("# EOF", lines.getLast());
            lines.forEach(line -> assertTrue(line.matches(LINE), line));
            assertTrue(lines.contains("portreeve_audit_unsigned_records 0"), metrics.body());
            assertTrue(lines.contains("portreeve_audit_up 1"), metrics.body());
            assertTrue(lines.contains("# TYPE portreeve_audit_journal_stored_entries counter"), metrics.body());
            assertTrue(metrics.body().contains("\nportreeve_audit_journal_stored_entries_total "), metrics.body());
            for (String address : List.of("/api/v1/metrics", "/api/v1/audit/status")) {
                assertEquals(401, gateway.send("GET", address, "").statusCode());
            }

            GatewayFixture.Outcome said = gateway.run("audit", "status");
            assertEquals(0, said.exitCode(), said.out() + said.err());
            assertTrue(said.out().contains("nothing is further behind than it may be"), said.out());
            assertEquals(
                    "ok",
                    JsonMapper.shared()
                            .readTree(
                                    gateway.run("audit", "status", "-o", "json").out())
                            .path("status")
                            .asString());
        }
    }

    /** The month's first checkpoint is still to come while records wait for one: health says so, and calls go on. */
    @Test
    void whatIsSignedTooLateDegradesHealth() throws Exception {
        try (GatewayFixture gateway = new GatewayFixture(folder, "audit: { lag: { signed-within: 1ms } }\n")) {
            gateway.execute(
                    "CREATE FUNCTION audit.not_now() RETURNS trigger LANGUAGE plpgsql AS"
                            + " $$ BEGIN RAISE EXCEPTION 'not now'; END $$;"
                            + "CREATE TRIGGER not_now BEFORE INSERT ON audit.sequence FOR EACH STATEMENT EXECUTE FUNCTION audit.not_now()");
            gateway.newKey("bot");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> status(gateway).at("/log/unsigned").asLong() > 0
                            && status(gateway).path("status").asString().equals("degraded"));
            assertEquals(
                    "{\"status\":\"UP\",\"degraded\":[\"signing\"]}",
                    ready(gateway).body());
            assertEquals(200, ready(gateway).statusCode());
            assertEquals("degraded", status(gateway).path("status").asString());
            assertTrue(status(gateway).at("/log/unsigned").asLong() > 0);
            assertEquals(1, gateway.run("audit", "status").exitCode());
        }
    }

    /** What leaves the gateway fails: that is seen everywhere, and calls go on. */
    @Test
    void whatDoesNotLeaveDegradesHealth() throws Exception {
        String configuration =
                """
                audit:
                  lag: { delivered-within: 1ms, anchored-within: 1ms }
                  anchors: [{ name: worm, every: 1s, folder: "FOLDER/no/mount" }]
                  deliveries: [{ id: hook, every: 100ms, webhook: { url: "http://127.0.0.1:1/", secret: SIGNING, allow-private: true } }]
                """.replace("FOLDER", folder.toString()).replace("SIGNING", GatewayFixture.WEBHOOK_SECRET);
        try (GatewayFixture gateway = new GatewayFixture(folder, configuration)) {
            gateway.newKey("bot");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> ready(gateway).body().contains("\"degraded\":[\"deliveries\",\"anchors\"]"));
            assertEquals(200, ready(gateway).statusCode());
            JsonNode status = status(gateway);
            assertEquals("degraded", status.path("status").asString());
            assertEquals("hook", status.at("/leaving/deliveries/0/delivery").asString());
            assertTrue(status.at("/leaving/undelivered").asLong() > 0, status.toString());
            assertEquals("worm", status.at("/leaving/anchors/0/anchor").asString());
            assertTrue(status.path("concerns").toString().contains("delivery hook fails since"), status.toString());
            List<String> lines =
                    gateway.api("GET", "/api/v1/metrics", "").body().lines().toList();
            assertTrue(lines.contains("portreeve_audit_anchors_failing 1"), lines.toString());
            assertTrue(lines.contains("portreeve_audit_up 0.5"), lines.toString());
            assertTrue(
                    lines.stream().anyMatch(line -> line.matches("portreeve_audit_deliveries_failing [1-9].*")),
                    lines.toString());
            GatewayFixture.Outcome said = gateway.run("audit", "status");
            assertEquals(1, said.exitCode());
            assertTrue((said.out() + said.err()).contains("anchor worm takes no heads since"), said.out() + said.err());
            assertEquals(1, gateway.run("audit", "deliveries").exitCode());
            assertEquals(1, gateway.run("audit", "anchors").exitCode());
        }
    }

    @Test
    void aProcessThatIsKilledIsToldOfByAnother() throws Exception {
        try (GatewayFixture gateway = new GatewayFixture(folder);
                GatewayChild child = GatewayChild.start(folder)) {
            await().until(() -> gateway.isTrue("SELECT count(*) = 2 FROM audit.process"));
            String key = gateway.newKey("bot");
            assertEquals(
                    200,
                    gateway.http
                            .send(
                                    HttpRequest.newBuilder(child.data().resolve("/v1/chat/completions"))
                                            .header("Authorization", "Bearer " + key)
                                            .POST(
                                                    HttpRequest.BodyPublishers.ofString(
                                                            "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode());
            await().until(() -> gateway.isTrue("SELECT count(*) = 1 FROM audit.record WHERE kind = 'call.closed'"));
            child.process().destroyForcibly().onExit().join();
            gateway.execute("UPDATE audit.process SET seen_at = seen_at - interval '70 seconds'");
            String lost = "SELECT count(*) = 1 FROM audit.record WHERE kind = 'server.lost'"
                    + " AND convert_from(leaf, 'UTF8') LIKE '%\"calls_unfinished\":0,%'";
            await().atMost(Duration.ofSeconds(40)).until(() -> gateway.isTrue(lost));
            await().until(() -> gateway.isTrue("SELECT count(*) = 1 FROM audit.process"));
            await().until(() -> gateway.run("audit", "verify").out().contains("ended without saying so"));
            assertFalse(
                    gateway.isTrue(
                            "SELECT EXISTS (SELECT FROM audit.record WHERE convert_from(leaf, 'UTF8') LIKE '%\"resumed\":true%')"));
        }
    }
}
