package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where model calls go, and what is left out, by command and by API of a whole gateway. */
class ModelsCommandTest {
    private static final String ASK =
            "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":100}";

    private static JsonNode place(GatewayFixture fixture, String provider) {
        JsonNode all = JsonMapper.shared()
                .readTree(fixture.api("GET", "/api/v1/models", "").body());
        for (JsonNode place : all.path("places")) {
            if (place.path("provider").asString().equals(provider)) {
                return place;
            }
        }
        throw new AssertionError("no " + provider + " in " + all);
    }

    @Test
    void a_place_that_is_left_out_is_shown_with_its_reason_and_the_time_it_comes_back(@TempDir Path folder)
            throws Exception {
        try (ReplayUpstream one = new ReplayUpstream();
                ReplayUpstream two = new ReplayUpstream();
                GatewayFixture fixture = GatewayFixture.configured(
                        folder, """
                            providers:
                              - { id: one, base-url: "ONE", api-keys: [{ key: k1, name: first }, { key: k2, name: second }] }
                              - { id: two, base-url: "TWO", api-key: k }
                            models:
                              - name: fast
                                route: { targets: [{ model: one/a }, { model: two/b }], retries: 0, cool-down: { failures: 1, pause: 5m } }
                              - { name: other, route: { targets: [{ model: two/b }] } }
                            organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
                            policies: [{ id: models, effect: allow, models: ["*"] }]
                            """.replace("ONE", one.baseUrl().toString())
                                .replace("TWO", two.baseUrl().toString()))) {
            assertEquals("ready", place(fixture, "one").path("state").asString());
            one.always(
                    ReplayUpstream.json(401, "{\"error\":{\"message\":\"no such key\",\"code\":\"invalid_api_key\"}}"));
            two.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
            String key = fixture.newKey("bot");
            HttpResponse<String> answer = fixture.http.send(
                    HttpRequest.newBuilder(fixture.data().resolve("/v1/chat/completions"))
                            .header("Authorization", "Bearer " + key)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(ASK))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
            JsonNode out = place(fixture, "one");
            assertEquals("left_out", out.path("state").asString(), out.toString());
            assertEquals("credential", out.path("last_failure").asString(), out.toString());
            assertEquals("a", out.path("model").asString());
            assertTrue(Instant.parse(out.path("left_out_until").asString()).isAfter(Instant.now()));
            JsonNode ready = place(fixture, "two");
            assertEquals("ready", ready.path("state").asString());
            assertEquals("[\"fast\",\"other\"]", ready.path("models").toString());
            assertTrue(ready.path("left_out_until").isNull()
                    || ready.path("left_out_until").isMissingNode());

            GatewayFixture.Outcome shown = fixture.run("models");
            assertEquals(0, shown.exitCode(), shown.err());
            assertTrue(shown.out().contains("left out") && shown.out().contains("credential"), shown.out());
            assertTrue(shown.out().contains("first") && shown.out().contains("second"), shown.out());
            assertEquals(
                    3,
                    JsonMapper.shared()
                            .readTree(fixture.run("models", "-o", "json").out())
                            .path("places")
                            .size());
            assertEquals(401, fixture.send("GET", "/api/v1/models", "").statusCode());
        }
    }
}
