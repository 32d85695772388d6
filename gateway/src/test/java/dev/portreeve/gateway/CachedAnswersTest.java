package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers that are given again, through a whole gateway: to whom, to whom no longer, and what the books say. */
class CachedAnswersTest {
    @TempDir
    private Path folder;

    private ReplayUpstream upstream;
    private GatewayFixture fixture;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        fixture = GatewayFixture.configured(
                folder, """
                    providers: [{ id: up, base-url: "BASE", api-key: sk-test, dialects: [openai-chat] }]
                    models:
                      - { name: own, route: { targets: [{ model: up/gpt-5-mini }] }, max-output-tokens: 100, cache: { ttl: 10m, share: key } }
                      - { name: fast, route: { targets: [{ model: up/gpt-5-mini }] }, max-output-tokens: 100, cache: { ttl: 10m } }
                      - { name: teams, route: { targets: [{ model: up/gpt-5-mini }] }, max-output-tokens: 100, cache: { ttl: 10m, share: team, price: 25% } }
                      - { name: all, route: { targets: [{ model: up/gpt-5-mini }] }, max-output-tokens: 100, cache: { ttl: 10m, share: tenant, price: "0.0001" } }
                    organisation:
                      tenants:
                        - id: acme
                          teams:
                            - id: support
                              agents: [{ id: bot, budgets: [{ limit-usd: 10 }, { limit-requests: 5, window: daily }, { limit-tokens: 100000 }] }, { id: twin }]
                          agents: [{ id: loner }]
                        - { id: other, agents: [{ id: spy }] }
                    policies:
                      - { id: models, effect: allow, models: ["*"] }
                      - { id: no-all, effect: deny, who: { agent: twin }, models: [all] }
                    """.replace("BASE", upstream.baseUrl().toString()));
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        upstream.close();
    }

    private HttpResponse<String> ask(String key, String model, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(fixture.data().resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return fixture.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String key(String tenant, String member) {
        return fixture.run("keys", "create", member, "--tenant", tenant).out().strip();
    }

    private static String state(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return response.headers().firstValue("x-portreeve-cache").orElse("");
    }

    private void expect(String state, String key, String model) throws IOException, InterruptedException {
        assertEquals(state, state(ask(key, model)));
    }

    @Test
    void answersGoToWhomTheOperatorSaysAndNeverToAnotherTenant() throws Exception {
        String bot = key("acme", "bot");
        String bots = key("acme", "bot");
        String twin = key("acme", "twin");
        String loner = key("acme", "loner");
        String spy = key("other", "spy");
        expect("miss", bot, "own");
        expect("hit", bot, "own");
        expect("miss", twin, "fast");
        expect("miss", loner, "fast");
        expect("hit", twin, "fast");
        expect("miss", twin, "teams");
        expect("miss", loner, "teams");
        expect("hit", loner, "teams");
        expect("miss", loner, "all");
        expect("miss", spy, "all");
        expect("hit", spy, "all");
        expect("miss", spy, "own");
        expect("miss", spy, "fast");
        expect("miss", spy, "teams");
        expect("miss", bots, "own");
        expect("hit", bot, "teams");
        expect("hit", bot, "all");
    }

    @Test
    void whoMayNotAskGetsNothingThatIsKept() throws Exception {
        String bot = key("acme", "bot");
        String twin = key("acme", "twin");
        expect("miss", bot, "all");
        HttpResponse<String> denied = ask(twin, "all");
        assertEquals(403, denied.statusCode(), denied.body());
        assertFalse(denied.headers().firstValue("x-portreeve-cache").isPresent());
        expect("miss", bot, "fast");
        assertEquals(
                0,
                fixture.run("stop", "agent:bot", "--tenant", "acme", "--reason", "enough")
                        .exitCode());
        assertEquals(403, ask(bot, "fast").statusCode());
        assertEquals(
                0,
                fixture.run("resume", "agent:bot", "--tenant", "acme", "--reason", "again")
                        .exitCode());
        expect("hit", bot, "fast");
        assertEquals(
                0,
                fixture.run("keys", "revoke", bot.substring(4, 16), "--tenant", "acme")
                        .exitCode());
        await().until(() -> ask(bot, "fast").statusCode() == 401);
        assertEquals(2, upstream.requests().size());
    }

    @Test
    void itIsARequestWithoutTokensAndTheBooksAddUp() throws Exception {
        String bot = key("acme", "bot");
        expect("miss", bot, "fast");
        expect("hit", bot, "fast");
        expect("miss", bot, "all");
        HttpResponse<String> hit = ask(bot, "all", "x-client-request-id", "run-4");
        assertEquals("hit", state(hit));
        assertEquals("0.0001", hit.headers().firstValue("x-portreeve-cost-usd").orElse(""));
        expect("miss", bot, "teams");
        HttpResponse<String> sixth = ask(bot, "teams");
        assertEquals(429, sixth.statusCode(), "five requests a day, hit or not: " + sixth.body());
        await().until(() -> rows().size() == 6);
        List<String> header = Arrays.asList(rows().getFirst().split(","));
        BigDecimal total = BigDecimal.ZERO;
        long cached = 0;
        for (String row : rows().subList(1, 6)) {
            String[] cells = row.split(",", -1);
            total = total.add(new BigDecimal(cells[header.indexOf("charged_usd")]));
            if (cells[header.indexOf("basis")].equals("cached")) {
                cached++;
                assertEquals("0", cells[header.indexOf("output_tokens")], row);
            }
        }
        assertEquals(2, cached, rows().toString());
        JsonNode verdict = JsonMapper.shared()
                .readTree(fixture.run("budgets", "reconcile", "--tenant", "acme", "-o", "json")
                        .out());
        assertTrue(verdict.path("agrees").asBoolean(false), verdict.toString());
        assertEquals(
                0, total.compareTo(new BigDecimal(verdict.path("ledger_usd").asString())), verdict.toString());
        assertEquals(3, upstream.requests().size());
        String budgets = fixture.api("GET", "/api/v1/budgets", "").body();
        assertTrue(budgets.contains("\"unit\":\"requests\",\"rate\":null,\"limit\":\"5\",\"spent\":\"5\""), budgets);
        assertTrue(budgets.contains("\"limit\":\"100000\",\"spent\":\"87\""), "of three answers: " + budgets);
        assertTrue(budgets.contains("\"spent_usd\":\"" + total.toPlainString() + "\""), budgets);
    }

    private List<String> rows() {
        return fixture.run("budgets", "statement", "--tenant", "acme", "--format", "csv")
                .out()
                .lines()
                .toList();
    }

    @Test
    void aCallUnderAnIdempotencyKeyMayBeAnsweredSoAndItsRepeatIsARepeat() throws Exception {
        String bot = key("acme", "bot");
        expect("miss", bot, "fast");
        HttpResponse<String> given = ask(bot, "fast", "idempotency-key", "one");
        assertEquals("hit", state(given));
        HttpResponse<String> again = ask(bot, "fast", "idempotency-key", "one");
        assertEquals("", state(again));
        assertEquals(
                "true",
                again.headers().firstValue("x-portreeve-idempotent-replay").orElse(""));
        assertEquals(given.body(), again.body());
        assertEquals(1, upstream.requests().size());
    }
}
