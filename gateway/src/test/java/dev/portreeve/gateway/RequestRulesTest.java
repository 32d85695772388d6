package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that ask what a request says and what is left of budgets, in a whole gateway. */
class RequestRulesTest {
    private static final String PICTURE =
            "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,aaaa\"}}]";

    private static HttpResponse<String> chat(GatewayFixture gateway, String key, String content, String more)
            throws Exception {
        HttpRequest chat = HttpRequest.newBuilder(gateway.data().resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"demo\"," + more
                        + "\"messages\":[{\"role\":\"user\",\"content\":" + content + "}]}"))
                .build();
        return gateway.http.send(chat, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void decideByWhatTheRequestSaysAndWhatIsLeft(@TempDir Path folder) throws Exception {
        try (GatewayFixture gateway = GatewayFixture.configured(folder, """
                providers: [{ id: demo, kind: demo }]
                models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
                organisation:
                  tenants:
                    - id: acme
                      agents: [{ id: bot, budgets: [{ limit-requests: 100 }] }]
                policies:
                  - { id: models, effect: allow, models: ["*"] }
                  - { id: no-pictures, effect: deny, models: ["*"], when: 'request.images > 0' }
                  - { id: no-shell, effect: deny, models: ["*"], when: '"shell" in request.tools' }
                  - { id: saving, effect: deny, models: ["*"], when: 'budget.used_percent >= 1 && !(request.max_tokens < 20)' }
                """)) {
            String key = gateway.newKey("bot");
            assertEquals(200, chat(gateway, key, "\"hi\"", "\"max_tokens\":50,").statusCode());
            HttpResponse<String> picture = chat(gateway, key, PICTURE, "");
            assertEquals(403, picture.statusCode(), picture.body());
            assertTrue(picture.body().contains("no-pictures"), picture.body());
            HttpResponse<String> shell = chat(
                    gateway, key, "\"hi\"", "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"shell\"}}],");
            assertTrue(shell.body().contains("no-shell"), shell.body());
            await().until(() ->
                    chat(gateway, key, "\"hello\"", "\"max_tokens\":50,").body().contains("saving"));
            assertEquals(200, chat(gateway, key, "\"hi\"", "\"max_tokens\":10,").statusCode());
        }
    }

    @Test
    void aFallbackIsHeldToRulesAboutItsOwnName(@TempDir Path folder) throws Exception {
        try (GatewayFixture gateway = GatewayFixture.configured(folder, """
                providers: [{ id: demo, kind: demo }, { id: gone, base-url: "http://127.0.0.1:9/v1" }]
                models:
                  - { name: demo, route: { targets: [{ model: gone/x }], retries: 0, fallbacks: [abroad, near] }, max-output-tokens: 100 }
                  - { name: abroad, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }
                  - { name: near, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }
                organisation: { tenants: [ { id: acme, agents: [ { id: bot } ] } ] }
                policies:
                  - { id: models, effect: allow, models: ["*"] }
                  - { id: not-abroad, effect: deny, models: [abroad] }
                  - { id: went-near, effect: label, label: near, models: [near] }
                  - { id: once, effect: deny, models: [demo], when: 'session.has("near")' }
                """)) {
            String key = gateway.newKey("bot");
            HttpResponse<String> first = chat(gateway, key, "\"hi\"", "");
            assertEquals(200, first.statusCode(), first.body());
            HttpResponse<String> second = chat(gateway, key, "\"hi\"", "");
            assertEquals(403, second.statusCode(), "the session is labelled by the rule about the fallback");
            assertTrue(second.body().contains("once"), second.body());
            String attempts = gateway.run(
                            "sql",
                            "SELECT 'there' FROM audit.record WHERE strpos(convert_from(leaf, 'UTF8'), 'not_granted') > 0")
                    .out();
            assertTrue(attempts.contains("there"), "the other was not tried");
        }
    }
}
