package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules about the places that models lead to, in a whole gateway: where calls go, what is refused, and what the records say. */
class TargetRulesTest {
    private static final String HEAD = """
            providers:
              - { id: abroad, kind: demo }
              - { id: near, kind: demo }
              - { id: gone, base-url: "http://127.0.0.1:9/v1" }
            organisation: { tenants: [ { id: acme, agents: [ { id: bot } ] } ] }
            """;

    private static HttpResponse<String> chat(GatewayFixture gateway, String key, String model) throws Exception {
        HttpRequest chat = HttpRequest.newBuilder(gateway.data().resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        return gateway.http.send(chat, HttpResponse.BodyHandlers.ofString());
    }

    private static String provider(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return response.headers().firstValue("x-portreeve-provider").orElse("");
    }

    /** Whether some record has all of these. */
    private static boolean recorded(GatewayFixture gateway, String... parts) {
        String all = Stream.of(parts)
                .map(part -> "strpos(convert_from(leaf, 'UTF8'), '" + part + "') > 0")
                .collect(Collectors.joining(" AND "));
        return gateway.run("sql", "SELECT 'there' FROM audit.record WHERE " + all)
                .out()
                .contains("there");
    }

    @Test
    void aClosedPlaceIsPassedOverAndTheCallIsRefusedWhereNoneIsLeft(@TempDir Path folder) throws Exception {
        try (GatewayFixture gateway = GatewayFixture.configured(folder, HEAD + """
                models:
                  - { name: both, route: { targets: [{ model: abroad/parrot }, { model: near/parrot }] } }
                  - { name: away, route: { targets: [{ model: abroad/parrot }] } }
                  - { name: saved, route: { targets: [{ model: abroad/parrot }], fallbacks: [both] } }
                  - { name: broken, route: { targets: [{ model: gone/x }, { model: abroad/parrot }], retries: 0 } }
                policies:
                  - { id: models, effect: allow, models: ["*"] }
                  - { id: stays, effect: deny, targets: ["abroad/*"] }
                """)) {
            String key = gateway.newKey("bot");
            assertEquals("near", provider(chat(gateway, key, "both")));
            assertEquals("near", provider(chat(gateway, key, "saved")));
            for (String model : new String[] {"away", "abroad/parrot"}) {
                HttpResponse<String> refused = chat(gateway, key, model);
                assertEquals(403, refused.statusCode(), refused.body());
                assertTrue(refused.body().contains("forbidden by rule \\\"stays\\\""), refused.body());
            }
            HttpResponse<String> broken = chat(gateway, key, "broken");
            assertTrue(broken.statusCode() >= 500, broken.statusCode() + broken.body());
            String closed = "\"closed_places\":[{\"place\":\"abroad/parrot\",\"rules\":[\"stays\"]}]";
            await().until(() -> recorded(gateway, closed, "\"decision\":\"permit\"", "\"provider\":\"near\""));
            await().until(() -> recorded(gateway, closed, "\"decision\":\"deny\"", "\"resource\":\"away\""));
            await().until(() ->
                    recorded(gateway, "\"result\":\"forbidden\",\"rules\":[\"stays\"]", "\"result\":\"unreachable\""));
        }
    }

    @Test
    void aRuleAboutAModelHoldsOnItsFallbacksAndOneInShadowIsOnlyRecorded(@TempDir Path folder) throws Exception {
        try (GatewayFixture gateway = GatewayFixture.configured(folder, HEAD + """
                models:
                  - { name: fast, route: { targets: [{ model: gone/x }], retries: 0, fallbacks: [big, small] } }
                  - { name: big, route: { targets: [{ model: abroad/parrot }] } }
                  - { name: small, route: { targets: [{ model: near/parrot }] } }
                policies:
                  - { id: models, effect: allow, models: ["*"] }
                  - { id: fast-stays, effect: deny, models: [fast], targets: ["abroad/*"] }
                  - { id: watched, effect: deny, mode: shadow, targets: ["near/*"] }
                """)) {
            String key = gateway.newKey("bot");
            assertEquals("near", provider(chat(gateway, key, "fast")));
            assertEquals("abroad", provider(chat(gateway, key, "big")), "the rule is about the other model");
            assertEquals("near", provider(chat(gateway, key, "small")));
            await().until(() -> recorded(gateway, "\"resource\":\"small\"", "\"shadow\"", "\"watched\""));
            assertFalse(recorded(gateway, "closed_places"));
        }
    }
}
