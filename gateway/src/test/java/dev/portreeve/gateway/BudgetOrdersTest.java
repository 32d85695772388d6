package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators change about budgets, on the command line and in the API, as callers see it. */
class BudgetOrdersTest {
    private static final String BUDGET = "member:bot:total";
    private GatewayFixture fixture;
    private String key;

    @BeforeEach
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
        key = fixture.newKey("bot");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private HttpResponse<String> chat() throws IOException, InterruptedException {
        HttpRequest call = HttpRequest.newBuilder(fixture.data().resolve("/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hello parrot\"}]}"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .build();
        return fixture.http.send(call, HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode budget() {
        for (JsonNode line : JsonMapper.shared()
                .readTree(fixture.run("budgets", "-o", "json").out())
                .path("budgets")) {
            if (line.path("id").asString("").equals(BUDGET)) {
                return line;
            }
        }
        throw new AssertionError("no " + BUDGET);
    }

    private String said(String... command) {
        GatewayFixture.Outcome outcome = fixture.run(command);
        assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
        return outcome.out().strip();
    }

    @Test
    void aFrozenBudgetRefusesItsCallsUntilItIsOpened() throws Exception {
        assertEquals(200, chat().statusCode());
        assertEquals(
                BUDGET + " is frozen", said("budgets", "freeze", BUDGET, "--reason", "look into it", "--as", "maria"));
        HttpResponse<String> refused = chat();
        assertEquals(429, refused.statusCode(), refused.body());
        assertEquals(
                "budget_frozen",
                refused.headers().firstValue("x-portreeve-reason").orElse(""));
        assertEquals("false", refused.headers().firstValue("x-should-retry").orElse(""));
        assertTrue(refused.body().contains("is frozen: look into it"), refused.body());
        assertEquals("frozen", budget().path("state").asString());
        assertEquals("maria", budget().path("state_by").asString());
        assertEquals("look into it", budget().path("state_reason").asString());
        assertTrue(budget().path("state_since").isString());

        said("budgets", "open", BUDGET, "--reason", "nothing found");
        assertEquals(200, chat().statusCode());
        assertEquals("open", budget().path("state").asString());
        said("budgets", "close", BUDGET, "--reason", "over");
        assertEquals(
                "budget_closed",
                chat().headers().firstValue("x-portreeve-reason").orElse(""));
    }

    @Test
    void aRaiseIsOnTopOfTheLimit() {
        BigDecimal before = new BigDecimal(budget().path("limit").asString());
        String tomorrow = Instant.now()
                .plus(Duration.ofDays(1))
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        assertEquals(
                BUDGET + " has 2.5 more until " + tomorrow,
                said("budgets", "raise", BUDGET, "--by", "2.5", "--until", tomorrow, "--reason", "a launch"));
        assertEquals(
                0,
                before.add(new BigDecimal("2.5"))
                        .compareTo(new BigDecimal(budget().path("limit").asString())));
        JsonNode raise = budget().path("raises").get(0);
        assertEquals("2.5", raise.path("by").asString());
        assertEquals(tomorrow, raise.path("until").asString());
        assertEquals("a launch", raise.path("reason").asString());
        assertEquals("operator", raise.path("actor").asString());
        assertTrue(said("budgets").contains("(raised)"));
        for (String body : new String[] {
            "{\"budget\":\"" + BUDGET + "\",\"by\":-1,\"until\":\"" + tomorrow + "\",\"reason\":\"why\"}",
            "{\"budget\":\"" + BUDGET + "\",\"by\":1,\"until\":\"2020-01-01\",\"reason\":\"why\"}",
            "{\"budget\":\"" + BUDGET + "\",\"by\":1,\"until\":\"soon\",\"reason\":\"why\"}",
            "{\"budget\":\"" + BUDGET + "\",\"until\":\"" + tomorrow + "\",\"reason\":\"why\"}",
            "{\"budget\":\"" + BUDGET + "\",\"by\":1,\"until\":\"" + tomorrow + "\"}",
        }) {
            HttpResponse<String> refused = fixture.api("POST", "/api/v1/budgets/raises", body);
            assertEquals(400, refused.statusCode(), refused.body());
        }
        assertEquals(1, budget().path("raises").size());
    }

    @Test
    void whatCannotBeIsSaid() {
        GatewayFixture.Outcome lots =
                fixture.run("budgets", "raise", BUDGET, "--by", "lots", "--until", "2027-01-01", "--reason", "why");
        assertEquals(2, lots.exitCode());
        assertTrue(lots.err().contains("'--by'"), lots.err());
        assertTrue(lots.err().contains("\"lots\" is no amount: write a number such as 50 or 0.25"), lots.err());
        assertFalse(lots.err().contains("java."), lots.err());
        GatewayFixture.Outcome none = fixture.run("budgets", "freeze", "member:none:daily", "--reason", "why");
        assertTrue(none.exitCode() != 0 && none.err().contains("there is no budget"), none.err());
        for (String body : new String[] {
            "{\"budget\":\"" + BUDGET + "\",\"state\":\"melted\",\"reason\":\"why\"}",
            "{\"budget\":\"" + BUDGET + "\",\"state\":\"frozen\"}",
            "{\"state\":\"frozen\",\"reason\":\"why\"}",
            "{\"budget\":7}",
        }) {
            HttpResponse<String> refused = fixture.api("POST", "/api/v1/budgets/state", body);
            assertEquals(400, refused.statusCode(), refused.body());
        }
        assertEquals("open", budget().path("state").asString());
    }
}
