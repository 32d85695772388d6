package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits for each session and for tags, through a whole gateway: whom they refuse, whom they do not, and which of them answers tell. */
class LabelledLimitsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String BODY =
            "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":50}";
    private static final String GEMINI = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hello\"}]}]}";

    @TempDir
    private Path folder;

    private GatewayFixture fixture;
    private String key;

    @BeforeEach
    void start() {
        fixture = GatewayFixture.configured(folder, """
            providers: [{ id: demo, kind: demo }]
            models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
            organisation:
              tenants:
                - id: acme
                  limits:
                    - { requests: 1000, per: 1h }
                    - { requests: 60, per: 1h, burst: 2, each: session }
                    - { requests: 30, per: 1h, burst: 1, tags: [batch, night] }
                    - { concurrency: 0, tags: [never] }
                  agents: [{ id: bot }]
            policies:
              - { id: models, effect: allow, models: ["*"] }
            """);
        key = fixture.newKey("bot");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private HttpResponse<String> call(String path, String session, String tags) {
        HttpRequest.Builder request = HttpRequest.newBuilder(fixture.data().resolve(path))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .header("anthropic-version", "2023-06-01")
                .POST(HttpRequest.BodyPublishers.ofString(path.startsWith("/v1beta") ? GEMINI : BODY));
        if (!session.isEmpty()) {
            request.header("x-portreeve-session", session);
        }
        if (!tags.isEmpty()) {
            request.header("x-portreeve-tags", tags);
        }
        try {
            return fixture.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static void assertTold(HttpResponse<String> answer, int status, String limit, String left) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(limit, header(answer, "x-ratelimit-limit-requests"));
        assertEquals(left, header(answer, "x-ratelimit-remaining-requests"));
        if (status == 429) {
            assertEquals("rate_limited", header(answer, "x-portreeve-reason"));
            assertTrue(header(answer, "retry-after").matches("[1-9][0-9]*"), answer.headers()::toString);
        }
    }

    @Test
    void aSessionThatIsUsedUpIsRefusedAndOthersPass() {
        assertTold(call(CHAT, "one", ""), 200, "60", "1");
        assertTold(call(CHAT, "one", ""), 200, "60", "0");
        HttpResponse<String> refused = call(CHAT, "one", "");
        assertTold(refused, 429, "60", "0");
        assertTrue(refused.body().contains("the limit of 60 requests per 1h"), refused.body());
        assertTold(call(CHAT, "two", ""), 200, "60", "1");
        assertTold(call(CHAT, "", ""), 200, "60", "1");
        assertTold(call(CHAT, "", ""), 200, "60", "0");
        assertTold(call(CHAT, "", ""), 429, "60", "0");
        assertTold(call(CHAT, "two", "day"), 200, "60", "0");
    }

    @Test
    void aSessionIsTheSameInEachDialect() {
        for (String path : List.of("/v1/messages", "/v1beta/models/demo:generateContent")) {
            String session = path.startsWith("/v1beta") ? "gemini" : "messages";
            assertEquals(200, call(path, session, "").statusCode());
            assertEquals(200, call(CHAT, session, "").statusCode());
            assertEquals(429, call(path, session, "").statusCode(), path);
            assertEquals(200, call(path, session + "-2", "").statusCode(), path);
        }
        HttpResponse<String> messages = call("/v1/messages", "fresh", "");
        assertEquals("60", header(messages, "anthropic-ratelimit-requests-limit"));
        assertEquals("1", header(messages, "anthropic-ratelimit-requests-remaining"));
    }

    @Test
    void theTightestLevelIsToldAndWhatItRefusesTakesNothingOfTheOthers() {
        assertTold(call(CHAT, "one", "batch"), 200, "30", "0");
        assertTold(call(CHAT, "one", "night, batch"), 429, "30", "0");
        assertTold(call(CHAT, "two", "night"), 429, "30", "0");
        assertTold(call(CHAT, "one", ""), 200, "60", "0");
        assertTold(call(CHAT, "three", "batch"), 429, "30", "0");
        assertTold(call(CHAT, "two", ""), 200, "60", "1");
    }

    @Test
    void aTagThatNothingMayCarryIsRefusedAndNoOther() {
        assertEquals(429, call(CHAT, "", "never").statusCode());
        assertEquals(200, call(CHAT, "", "ever").statusCode());
    }
}
