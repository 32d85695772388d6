package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What was charged, as statements say it, and whether that is what ledger and records say. */
class AccountsTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private GatewayFixture fixture;

    @BeforeEach
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void chat(String key, String request) throws IOException, InterruptedException {
        HttpRequest call = HttpRequest.newBuilder(fixture.data().resolve("/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hello parrot\"}]}"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("x-client-request-id", request)
                .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
                .build();
        HttpResponse<String> answer = fixture.http.send(call, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
    }

    private List<String> lines(String... command) {
        GatewayFixture.Outcome said = fixture.run(command);
        assertEquals(0, said.exitCode(), said.out() + said.err());
        return said.out().lines().toList();
    }

    private void awaitRows(int count) {
        Awaitility.await()
                .until(() -> lines("budgets", "statement", "--format", "csv").size() == count + 1);
    }

    private JsonNode reconciled() {
        return JsonMapper.shared()
                .readTree(fixture.run("budgets", "reconcile", "-o", "json").out());
    }

    @Test
    void aStatementHasEachCallOnceAndAddsUpToTheLedger() throws Exception {
        String bot = fixture.newKey("bot");
        String other = fixture.newKey("other");
        chat(bot, "run-1");
        chat(bot, "run-2");
        chat(other, "run-3");
        awaitRows(3);
        List<String> header = Arrays.asList(
                lines("budgets", "statement", "--format", "csv").getFirst().split(","));
        List<String> all = lines("budgets", "statement", "--format", "csv");
        assertTrue(all.get(1).contains("run-1") && all.get(1).contains(TRACE), all.toString());
        BigDecimal total = BigDecimal.ZERO;
        for (String row : all.subList(1, all.size())) {
            String[] cells = row.split(",", -1);
            assertEquals(header.size(), cells.length, row);
            total = total.add(new BigDecimal(cells[header.indexOf("charged_usd")]));
            assertEquals("demo", cells[header.indexOf("resource")]);
            assertEquals("reported", cells[header.indexOf("basis")]);
        }
        assertTrue(total.signum() > 0, all.toString());
        assertEquals(
                3,
                lines("budgets", "statement", "member:bot", "--format", "csv").size());
        assertEquals(
                2, lines("budgets", "statement", "member:bot", "-o", "json").size());
        assertEquals(
                1, lines("budgets", "statement", "team:none", "--format", "csv").size());
        assertEquals(
                1,
                lines("budgets", "statement", "--to", "2026-01-01", "--from", "2025-01-01", "--format", "csv")
                        .size());
        String key = bot.substring("prk_".length(), "prk_".length() + 12);
        assertEquals(
                3,
                lines("budgets", "statement", "key:" + key, "--format", "csv").size());
        JsonNode verdict = reconciled();
        assertTrue(verdict.path("agrees").asBoolean(false), verdict.toString());
        assertEquals(3, verdict.path("calls").asInt());
        assertEquals(
                0, total.compareTo(new BigDecimal(verdict.path("ledger_usd").asString())), verdict.toString());
        assertEquals(2, verdict.path("windows").size(), verdict.toString());
        List<String> burning = lines("budgets", "burn-down", "member:bot:total");
        assertTrue(burning.getFirst().contains("SPENT"), burning.toString());
    }

    @Test
    void whatWasChangedByHandDoesNotAddUp() throws Exception {
        chat(fixture.newKey("bot"), "run-1");
        awaitRows(1);
        assertTrue(reconciled().path("agrees").asBoolean(false));
        // Where the call's end stands: beside its hold, or with it.
        fixture.execute("UPDATE policy.later_posting SET amount_nanos = amount_nanos + 1");
        fixture.execute("UPDATE policy.hold SET charged_nanos = charged_nanos + 1");
        GatewayFixture.Outcome broken = fixture.run("budgets", "reconcile");
        assertEquals(1, broken.exitCode(), broken.out());
        assertTrue(broken.out().contains("NOT everything adds up"), broken.out());
        JsonNode verdict = reconciled();
        assertEquals(1, verdict.path("differences").size(), verdict.toString());
        assertFalse(verdict.path("windows").get(0).path("agrees").asBoolean(true), verdict.toString());
    }

    @Test
    void tokensAndRequestsAreSaidInWholeOnes(@TempDir Path folder) throws Exception {
        fixture.close();
        fixture = GatewayFixture.configured(folder, """
                providers: [{ id: demo, kind: demo }]
                models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
                organisation:
                  tenants:
                    - id: acme
                      agents:
                        - id: bot
                          budgets: [{ limit-usd: 1 }, { limit-tokens: 5000 }, { limit-requests: 20 }]
                policies:
                  - { id: models, effect: allow, models: ["*"] }
                """);
        chat(fixture.newKey("bot"), "run-1");
        awaitRows(1);
        JsonNode verdict = reconciled();
        assertTrue(verdict.path("agrees").asBoolean(false), verdict.toString());
        for (JsonNode window : verdict.path("windows")) {
            String spent = window.path("spent").asString();
            switch (window.path("budget").asString()) {
                case "member:bot:total" -> assertTrue(spent.startsWith("0.0"), spent);
                case "member:bot:total:tokens" -> assertTrue(Long.parseLong(spent) > 1, spent);
                case "member:bot:total:requests" -> assertEquals("1", spent);
                default -> throw new AssertionError(window.toString());
            }
        }
        assertEquals(3, verdict.path("windows").size(), verdict.toString());
        JsonNode burning = JsonMapper.shared()
                .readTree(fixture.run("budgets", "burn-down", "member:bot:total:requests", "-o", "json")
                        .out());
        assertEquals("20", burning.path("limit").asString(), burning.toString());
        assertEquals("1", burning.path("spent").asString(), burning.toString());
        assertEquals("1", burning.path("points").get(0).path("spent").asString(), burning.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/statement?from=yesterday",
                "/api/v1/statement?owner=bot",
                "/api/v1/statement?owner=agent:bot",
                "/api/v1/statement?after=x",
                "/api/v1/burn-down",
                "/api/v1/reconciliation?to=2026",
            })
    void aQuestionThatCannotBeUnderstoodIsRefused(String path) {
        HttpResponse<String> refused = fixture.api("GET", path, "");
        assertEquals(400, refused.statusCode(), refused.body());
    }

    @Test
    void aBudgetThatIsNotThereHasNoBurnDown() {
        assertEquals(
                404,
                fixture.api("GET", "/api/v1/burn-down?budget=member:nobody:daily", "")
                        .statusCode());
    }
}
