package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kill switch through a whole gateway: the command line, what callers hear, and streams that are cut. */
class StopCommandTest {
    private static final String EVENT =
            "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-5-mini\","
                    + "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hello\"}}]}\n\n";

    @TempDir
    private Path folder;

    private ReplayUpstream upstream;
    private GatewayFixture fixture;
    private String key;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        fixture = GatewayFixture.configured(
                folder, """
                    providers: [{ id: up, base-url: "BASE", api-key: sk-test, dialects: [openai-chat] }]
                    models: [{ name: fast, route: { targets: [{ model: up/gpt-5-mini }], retries: 2 }, max-output-tokens: 100 }]
                    organisation:
                      tenants:
                        - id: acme
                          teams: [{ id: support, agents: [{ id: bot, budgets: [{ limit-usd: 10 }] }] }]
                    policies: [{ id: models, effect: allow, models: ["*"] }]
                    """.replace("BASE", upstream.baseUrl().toString()));
        key = fixture.newKey("bot");
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        upstream.close();
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(fixture.data().resolve(path))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .header("anthropic-version", "2023-06-01")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> chat() throws IOException, InterruptedException {
        String body = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        return fixture.http.send(request("/v1/chat/completions", body), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void stoppedCallersAreRefusedUntilTheyAreResumed() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        assertEquals(200, chat().statusCode());
        Outcome stopped = fixture.run("stop", "team:support", "--reason", "it mails customers", "--as", "maria");
        assertEquals(0, stopped.exitCode(), stopped.err());
        assertEquals("team:support is stopped", stopped.out().strip());
        HttpResponse<String> refused = chat();
        assertEquals(403, refused.statusCode());
        assertTrue(refused.body().contains("team support is stopped: it mails customers"), refused.body());
        assertEquals("false", refused.headers().firstValue("x-should-retry").orElse(""));
        assertEquals(
                "stopped", refused.headers().firstValue("x-portreeve-reason").orElse(""));
        Outcome list = fixture.run("stops");
        assertTrue(list.out().contains("team:support") && list.out().contains("maria"), list.out());
        Outcome resumed = fixture.run("resume", "team:support", "--reason", "it was told not to");
        assertEquals("team:support is resumed", resumed.out().strip());
        assertEquals(200, chat().statusCode());
        assertEquals(
                "team:support was not stopped",
                fixture.run("resume", "team:support", "--reason", "once more")
                        .out()
                        .strip());
    }

    @Test
    void whatSaysNobodyIsAnError() {
        Outcome nobody = fixture.run("stop", "agent:nobody", "--reason", "x");
        assertEquals(1, nobody.exitCode());
        assertTrue(nobody.err().contains("there is no \"agent:nobody\""), nobody.err());
        assertTrue(fixture.run("stop", "bot", "--reason", "x").err().contains("\"bot\" says nobody to stop"));
        assertTrue(fixture.run("stop", "agent:bot", "--reason", "").err().contains("say why"));
        assertEquals(2, fixture.run("stop", "agent:bot").exitCode());
    }

    @Test
    void aKeyIsStoppedByItself() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        String other = fixture.newKey("bot");
        assertEquals(
                0,
                fixture.run("stop", "key:" + other.substring(4, 16), "--reason", "leaked")
                        .exitCode());
        assertEquals(200, chat().statusCode());
        key = other;
        assertEquals(403, chat().statusCode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /v1/chat/completions | "messages":[{"role":"user","content":"hi"}] | "code":"stopped"
                    /v1/messages | "max_tokens":50,"messages":[{"role":"user","content":"hi"}] | "type":"permission_error"
                    /v1/responses | "input":"hi" | event: response.failed
                    """)
    void aRunningStreamEndsWithItsDialectsError(String path, String members, String error) throws Exception {
        upstream.always(exchange -> {
            exchange.beginEvents();
            exchange.chunk(EVENT);
            exchange.hang();
        });
        HttpResponse<InputStream> answer = fixture.http.send(
                request(path, "{\"model\":\"fast\",\"stream\":true," + members + "}"),
                HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.contains("Hello")) {
                line = lines.readLine();
            }
            assertEquals(
                    0, fixture.run("stop", "agent:bot", "--reason", "enough").exitCode());
            String rest = lines.lines().collect(Collectors.joining("\n"));
            assertTrue(rest.contains(error), rest);
            assertTrue(rest.contains("member bot is stopped: enough"), rest);
        }
        assertEquals(1, upstream.requests().size(), "nothing is tried again");
    }
}
