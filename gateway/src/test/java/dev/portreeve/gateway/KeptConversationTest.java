package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ConfigFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Conversations in the database of a whole gateway, which outlive it. */
class KeptConversationTest {
    @TempDir
    private Path folder;

    private static JsonNode send(GatewayFixture fixture, URI at, String key, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(at.resolve(path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = fixture.http.send(request, HttpResponse.BodyHandlers.ofString());
        return JsonMapper.shared().readTree(response.body());
    }

    @Test
    void another_gateway_goes_on_where_the_first_stopped() throws Exception {
        try (GatewayFixture fixture = GatewayFixture.configured(folder, """
            providers: [{ id: demo, kind: demo }]
            models: [{ name: demo, route: { targets: [{ model: demo/demo }] } }]
            organisation: { tenants: [{ id: acme, budgets: [{ limit-usd: 10 }], agents: [{ id: bot }, { id: other }] }] }
            policies: [{ id: all, effect: allow, models: ["*"] }]
            """)) {
            String key = fixture.newKey("bot");
            String others = fixture.newKey("other");
            String ask = "{\"model\":\"demo\",\"input\":\"my name is Ana\"}";
            String first = send(fixture, fixture.data(), key, "POST", "/v1/responses", ask)
                    .path("id")
                    .asString();
            JsonNode later = send(
                    fixture,
                    fixture.data(),
                    key,
                    "POST",
                    "/v1/responses",
                    "{\"model\":\"demo\",\"background\":true,\"input\":\"who am I?\",\"previous_response_id\":\""
                            + first + "\"}");
            assertEquals("in_progress", later.path("status").asString(), later.toString());
            String second = "/v1/responses/" + later.path("id").asString();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> send(fixture, fixture.data(), key, "GET", second, "")
                            .path("status")
                            .asString()
                            .equals("completed"));
            fixture.gateway.close();
            try (Gateway again =
                    Gateway.start(ConfigFile.read(folder.resolve("portreeve.yaml"), name -> null), Clock.systemUTC())) {
                URI data = again.dataUrl();
                JsonNode kept = send(fixture, data, key, "GET", second, "");
                assertTrue(kept.path("output").toString().contains("who am I?"), kept.toString());
                JsonNode items = send(fixture, data, key, "GET", second + "/input_items?order=asc", "");
                assertEquals(3, items.path("data").size(), items.toString());
                assertTrue(items.toString().contains("my name is Ana"), items.toString());
                assertEquals(
                        "response_not_found",
                        send(fixture, data, others, "GET", second, "")
                                .path("error")
                                .path("code")
                                .asString());
                assertTrue(send(fixture, data, key, "DELETE", second, "")
                        .path("deleted")
                        .asBoolean());
            }
        }
    }
}
