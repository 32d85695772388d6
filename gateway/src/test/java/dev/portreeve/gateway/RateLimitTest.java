package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rate limits through a whole gateway: what callers of each dialect are told, and what becomes of their money. */
class RateLimitTest {
    private static final String CHAT =
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
                tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
                organisation:
                  tenants:
                    - id: acme
                      limits:
                        - { tokens: 100000, per: 1h }
                      agents:
                        - id: bot
                          budgets: [{ limit-usd: 1 }]
                          limits:
                            - { requests: 60, per: 1h, burst: 2, models: [demo] }
                            - { requests: 1, per: 1h, burst: 1, servers: [sticky] }
                policies:
                  - { id: models, effect: allow, models: ["*"] }
                  - { id: read, effect: allow, tools: [sticky__read] }
                """.replace("STICKY", StickyNotes.command(folder)));
        key = fixture.newKey("bot");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private HttpResponse<String> post(String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(fixture.data().resolve(path))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .header("anthropic-version", "2023-06-01")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return fixture.http.send(request, HttpResponse.BodyHandlers.ofString());
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

    private void useUp() {
        assertEquals(200, post("/v1/chat/completions", CHAT).statusCode());
        assertEquals(200, post("/v1/chat/completions", CHAT).statusCode());
    }

    @Test
    void answersSayWhatIsLeft() {
        HttpResponse<String> first = post("/v1/chat/completions", CHAT);
        assertEquals(200, first.statusCode(), first.body());
        assertEquals("60", header(first, "x-ratelimit-limit-requests"));
        assertEquals("1", header(first, "x-ratelimit-remaining-requests"));
        assertTrue(
                header(first, "x-ratelimit-reset-requests").matches("(1m0|59\\.[0-9]+|60)s"),
                first.headers()::toString);
        assertEquals("100000", header(first, "x-ratelimit-limit-tokens"));
        HttpResponse<String> second = post("/v1/messages", CHAT);
        assertEquals(200, second.statusCode(), second.body());
        assertEquals("0", header(second, "anthropic-ratelimit-requests-remaining"));
        assertEquals("100000", header(second, "anthropic-ratelimit-tokens-limit"));
        assertTrue(Instant.parse(header(second, "anthropic-ratelimit-requests-reset"))
                .isAfter(Instant.now()));
        assertEquals("", header(second, "x-ratelimit-limit-requests"));
    }

    @Test
    void aStreamSaysItWithItsHead() {
        String stream = CHAT.replace("{\"model\"", "{\"stream\":true,\"model\"");
        HttpResponse<String> answer = post("/v1/chat/completions", stream);
        assertEquals(200, answer.statusCode());
        assertEquals("1", header(answer, "x-ratelimit-remaining-requests"));
    }

    @Test
    void aRefusalSaysInEachDialectWhenToComeAgain() {
        useUp();
        HttpResponse<String> chat = post("/v1/chat/completions", CHAT);
        assertEquals(429, chat.statusCode());
        assertTrue(
                chat.body().contains("\"type\":\"requests\",\"param\":null,\"code\":\"rate_limit_exceeded\""),
                chat.body());
        assertTrue(
                chat.body().contains("the limit of 60 requests per 1h of member bot is reached; try again in"),
                chat.body());
        assertEquals("rate_limited", header(chat, "x-portreeve-reason"));
        assertEquals("", header(chat, "x-should-retry"));
        assertEquals("0", header(chat, "x-ratelimit-remaining-requests"));
        int wait = Integer.parseInt(header(chat, "retry-after"));
        assertTrue(wait >= 1 && wait <= 120, () -> wait + " s");

        HttpResponse<String> messages = post("/v1/messages", CHAT);
        assertEquals(429, messages.statusCode());
        assertTrue(messages.body().contains("\"type\":\"rate_limit_error\""), messages.body());
        assertTrue(header(messages, "retry-after").matches("[0-9]+"), messages.headers()::toString);

        HttpResponse<String> gemini = post("/v1beta/models/demo:generateContent", GEMINI);
        assertEquals(429, gemini.statusCode());
        assertTrue(gemini.body().contains("RESOURCE_EXHAUSTED"), gemini.body());
        assertTrue(gemini.body().contains("\"retryDelay\":\"" + header(gemini, "retry-after") + "s\""), gemini.body());
    }

    @Test
    void aRefusedCallCostsNothingAndIsRecorded() {
        useUp();
        String id = header(post("/v1/chat/completions", CHAT), "x-portreeve-call-id");
        Awaitility.await().until(() -> settledCalls() == 2);
        String record = first("SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE call_id = '" + id + "'");
        assertTrue(record.contains("\"kind\":\"call.refused\""), record);
        assertTrue(record.contains("\"reason\":\"rate_limited\""), record);
        assertTrue(record.contains("\"stage\":\"rate_limit\""), record);
        assertEquals(2, settledCalls());
    }

    private int settledCalls() {
        return Integer.parseInt(first("SELECT count(*)::text FROM policy.posting"));
    }

    @Test
    void aVendorsClientUnderstandsIt() {
        useUp();
        try (Closing closing = new Closing(OpenAIOkHttpClient.builder()
                .baseUrl(fixture.data().resolve("/v1").toString())
                .apiKey(key)
                .maxRetries(0)
                .timeout(Duration.ofMinutes(1))
                .build())) {
            RateLimitException refused = assertThrows(
                    RateLimitException.class,
                    () -> closing.client()
                            .chat()
                            .completions()
                            .create(ChatCompletionCreateParams.builder()
                                    .model("demo")
                                    .addUserMessage("hello")
                                    .build()));
            assertEquals(List.of("0"), refused.headers().values("x-ratelimit-remaining-requests"));
        }
    }

    private record Closing(OpenAIClient client) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
        }
    }

    @Test
    void aToolCallIsRefusedAsAResultTheModelCanRead() throws IOException {
        Files.writeString(folder.resolve("note"), "a note");
        GatewayFixture.Outcome first = tool();
        assertEquals(0, first.exitCode(), first.err() + first.out());
        GatewayFixture.Outcome second = tool();
        String said = second.out() + second.err();
        assertTrue(said.contains("the limit of 1 requests per 1h of member bot is reached; try again in 120s"), said);
    }

    private GatewayFixture.Outcome tool() {
        return fixture.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__read");
    }

    private String first(String sql) {
        try (Connection connection = fixture.database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }
}
