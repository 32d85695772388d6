package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An agent makes keys for its sub-agents, which may do less and never more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DelegationTest {
    private GatewayFixture fixture;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private HttpResponse<String> ask(String method, String path, String key, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(fixture.data().resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .build();
        return fixture.http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private JsonNode made(String parent, String wish) throws Exception {
        HttpResponse<String> made = ask("POST", "/v1/keys", parent, wish);
        assertEquals(201, made.statusCode(), made.body());
        return json(made);
    }

    private HttpResponse<String> chat(String key) throws Exception {
        return ask(
                "POST",
                "/v1/chat/completions",
                key,
                "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    }

    private String records() throws SQLException {
        try (Connection connection = fixture.database.app().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT string_agg(convert_from(leaf, 'UTF8'), ' ') FROM audit.record")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void aChildSeesAndUsesOnlyWhatItWasMadeFor() throws Exception {
        String root = fixture.newKey("bot");
        JsonNode reader =
                made(root, "{\"name\":\"reader\",\"expires_in\":\"10m\",\"models\":[],\"tools\":[\"sticky__re*\"]}");
        String key = reader.path("key").asString();
        assertEquals(403, chat(key).statusCode());
        assertEquals(
                "outside_delegation",
                chat(key).headers().firstValue("x-portreeve-reason").orElse(""));
        assertEquals(0, json(ask("GET", "/v1/models", key, "")).path("data").size());
        assertEquals(1, json(ask("GET", "/v1/models", root, "")).path("data").size());
        GatewayFixture.Outcome listed = fixture.run("mcp", "list", "--key", key);
        assertTrue(listed.out().contains("sticky__read") && !listed.out().contains("sticky__w"), listed.out());
        Files.writeString(fixture.folder.resolve("note"), "milk");
        GatewayFixture.Outcome read = fixture.run("mcp", "call", "--key", key, "sticky__read");
        assertEquals(0, read.exitCode(), read.out() + read.err());
        assertFalse(fixture.run("mcp", "call", "--key", key, "sticky__wait").exitCode() == 0);
        String chain = "\"delegated_by\":[\"" + reader.path("parent").asString() + "\"]";
        Awaitility.await().until(() -> records().contains(chain));
    }

    @Test
    void aGrandchildGetsNoMoreThanItsParentHas() throws Exception {
        String root = fixture.newKey("bot");
        String child = made(root, "{\"models\":[\"other\"]}").path("key").asString();
        String grandchild = made(child, "{\"models\":[\"*\"]}").path("key").asString();
        assertEquals(403, chat(grandchild).statusCode());
        assertEquals(200, chat(made(root, "{}").path("key").asString()).statusCode(), "nothing said, nothing taken");
    }

    @Test
    void whatEndsTheParentEndsTheChild() throws Exception {
        String root = fixture.newKey("bot");
        JsonNode child = made(root, "{}");
        JsonNode grandchild = made(child.path("key").asString(), "");
        assertEquals(200, chat(grandchild.path("key").asString()).statusCode());
        JsonNode list = json(ask("GET", "/v1/keys", root, ""));
        assertEquals(1, list.path("data").size(), list.toString());
        assertFalse(list.toString().contains("prk_"), "secrets are shown once");
        assertEquals(
                404,
                ask(
                                "DELETE",
                                "/v1/keys/" + child.path("parent").asString(),
                                child.path("key").asString(),
                                "")
                        .statusCode());
        assertEquals(
                204,
                ask("DELETE", "/v1/keys/" + child.path("id").asString(), root, "")
                        .statusCode());
        assertEquals(401, chat(grandchild.path("key").asString()).statusCode());
        assertTrue(
                fixture.run("keys", "list").out().contains(child.path("parent").asString()));
    }

    @Test
    void aChildSpendsWhatItWasGivenAndNoMore() throws Exception {
        String root = fixture.newKey("bot");
        HttpResponse<String> tooMuch = ask("POST", "/v1/keys", root, "{\"budget\":{\"limit_usd\":\"1.5\"}}");
        assertEquals(403, tooMuch.statusCode(), tooMuch.body());
        assertTrue(tooMuch.body().contains("beyond_own_budget"), tooMuch.body());
        assertTrue(tooMuch.body().contains("budget of member bot has $"), tooMuch.body());
        JsonNode child = made(root, "{\"budget\":{\"limit_usd\":0.02,\"window\":\"daily\"}}");
        assertEquals("0.02", child.path("budget").path("limit_usd").asString());
        assertEquals("daily", child.path("budget").path("window").asString());
        String key = child.path("key").asString();
        HttpResponse<String> first = chat(key);
        for (int i = 0; first.statusCode() == 200 && i < 2; i++) {
            assertTrue(
                    Double.parseDouble(first.headers()
                                    .firstValue("x-portreeve-budget-remaining-usd")
                                    .orElseThrow())
                            < 0.02,
                    "its own is the tightest");
            first = chat(key);
        }
        String owner = "key:" + child.path("id").asString();
        String listed = fixture.run("budgets").out();
        assertTrue(listed.contains(owner + ":carved:usd") || listed.contains(owner.substring(4)), listed);
        JsonNode tiny = made(key, "{\"budget\":{\"limit_usd\":\"0.000000001\"}}");
        HttpResponse<String> refused = chat(tiny.path("key").asString());
        assertEquals(429, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("budget of key " + tiny.path("id").asString()), refused.body());
        assertEquals(200, chat(root).statusCode());
        GatewayFixture.Outcome adds = fixture.run("budgets", "reconcile");
        assertEquals(0, adds.exitCode(), adds.out() + adds.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"budget\":null}",
                "{\"budget\":5}",
                "{\"budget\":{}}",
                "{\"budget\":{\"limit_usd\":0}}",
                "{\"budget\":{\"limit_usd\":\"-1\"}}",
                "{\"budget\":{\"limit_usd\":\"much\"}}",
                "{\"budget\":{\"limit_usd\":1e30}}",
                "{\"budget\":{\"limit_usd\":\"0.0000000001\"}}",
                "{\"budget\":{\"limit_usd\":1,\"window\":\"rolling\"}}",
                "{\"budget\":{\"limit_usd\":1,\"timezone\":\"Berlin\"}}",
                "{\"budget\":{\"limit\":1}}",
                "[]",
                "{\"models\":null}",
                "{\"models\":\"demo\"}",
                "{\"models\":[1]}",
                "{\"tools\":{\"a\":\"b\"}}",
                "{\"model\":[\"demo\"]}",
                "{\"expires_in\":\"later\"}",
                "{\"expires_in\":\"31d\"}",
                "{\"expires_in\":\"0s\"}",
                "{\"name\":\"\"}",
                "{\"name\":7}",
                "{\"models\":[],\"models\":[\"*\"]}",
                "{",
            })
    void aWishThatCannotBeUnderstoodMakesNoKey(String wish) throws Exception {
        String root = fixture.newKey("bot");
        HttpResponse<String> refused = ask("POST", "/v1/keys", root, wish);
        assertEquals(400, refused.statusCode(), refused.body());
        assertEquals(0, json(ask("GET", "/v1/keys", root, "")).path("data").size());
    }

    @Test
    void whileTheKeysCannotBeReadTheCallerMayAskAgain() throws Exception {
        String root = fixture.newKey("bot");
        made(root, "{}");
        fixture.execute("ALTER TABLE policy.child_key RENAME TO child_key_away");
        try {
            HttpResponse<String> refused = ask("GET", "/v1/keys", root, "");
            assertEquals(503, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("try again shortly"), refused.body());
        } finally {
            fixture.execute("ALTER TABLE policy.child_key_away RENAME TO child_key");
        }
        assertEquals(1, json(ask("GET", "/v1/keys", root, "")).path("data").size());
    }

    @Test
    void nobodyMakesAKeyWithoutOne() throws Exception {
        assertEquals(401, ask("POST", "/v1/keys", "prk_nothing", "{}").statusCode());
        assertEquals(401, ask("GET", "/v1/keys", "", "").statusCode());
    }
}
