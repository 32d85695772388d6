package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.http.ShrunkCallsTest.Spoken;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers say what is left of the tightest budget of each thing that is counted, also of what is no money, and when they failed. */
class BudgetHeadersTest {
    private static final String ORGANISATION = """
            providers: [ { id: p, base-url: "http://127.0.0.1:1/v1" } ]
            organisation:
              tenants:
                - id: acme
                  budgets: [ { limit-usd: 5 } ]
                  teams:
                    - id: support
                      agents:
                        - id: triage-bot
                          budgets:
                            - { limit-usd: 0.02, window: daily }
                            - { limit-tokens: 100000 }
                            - { limit-tokens: 20000, window: hourly }
                            - { limit-requests: 2, window: monthly }
            """;

    private final ReplayUpstream upstream = upstream();
    private EdgeFixture edge;
    private Caller caller;

    private static ReplayUpstream upstream() {
        try {
            return new ReplayUpstream();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @BeforeEach
    void start() {
        InMemoryBudgetLedger money = new InMemoryBudgetLedger(
                ConfigFile.parse("test.yaml", ORGANISATION, Path.of("."), name -> null)
                        .organisation(),
                () -> Instant.parse("2026-05-14T12:00:00Z"));
        edge = new EdgeFixture()
                .provider("chat", upstream.baseUrl())
                .anthropic("messages", upstream.baseUrl())
                .responses("responses", upstream.baseUrl())
                .gemini("gemini", upstream.baseUrl())
                .model("to-chat", "chat/m")
                .model("to-messages", "messages/m")
                .model("to-responses", "responses/m")
                .model("to-gemini", "gemini/m")
                .budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("1"), NanoUsd.ofUsd("1"))))
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> call(Spoken by, boolean stream) throws Exception {
        String model = "to-" + by.code();
        return caller.post(
                by.path(model, stream),
                by.body(model, stream).replace("4000", "100").getBytes(StandardCharsets.UTF_8),
                Map.of());
    }

    private static void left(HttpResponse<byte[]> answer, String dollars, String tokens, String requests) {
        assertEquals(dollars, header(answer, "x-portreeve-budget-remaining-usd"), () -> text(answer));
        assertEquals(tokens, header(answer, "x-portreeve-budget-remaining-tokens"));
        assertEquals(requests, header(answer, "x-portreeve-budget-remaining-requests"));
    }

    @ParameterizedTest
    @EnumSource(Spoken.class)
    void eachThingThatIsCountedIsTold(Spoken by) throws Exception {
        upstream.always(by.script(false));
        HttpResponse<byte[]> first = call(by, false);
        left(first, "0.019988", "19988", "1");
        assertEquals("2026-05-15T00:00:00Z", header(first, "x-portreeve-budget-reset"));
        assertEquals("2026-05-14T13:00:00Z", header(first, "x-portreeve-budget-reset-tokens"));
        assertEquals("2026-06-01T00:00:00Z", header(first, "x-portreeve-budget-reset-requests"));
        left(call(by, false), "0.019976", "19976", "0");
        HttpResponse<byte[]> refused = call(by, false);
        assertEquals(429, refused.statusCode());
        left(refused, "", "", "0");
        assertEquals("2026-06-01T00:00:00Z", header(refused, "x-portreeve-budget-reset-requests"));
    }

    @Test
    void aCallThatFailedIsToldWhatIsLeftBesideIt() throws Exception {
        upstream.always(
                ReplayUpstream.json(400, "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}"));
        HttpResponse<byte[]> failed = call(Spoken.CHAT, false);
        assertEquals(400, failed.statusCode(), text(failed));
        assertEquals("1", header(failed, "x-portreeve-budget-remaining-requests"));
        assertEquals(
                "0.02",
                NanoUsd.ofUsd(header(failed, "x-portreeve-budget-remaining-usd"))
                        .plus(new NanoUsd(1000L * held(failed)))
                        .toDecimal());
    }

    /** What is missing of the tokens, each of which costs a thousandth of a thousandth of a dollar. */
    private static long held(HttpResponse<byte[]> failed) {
        return 20_000 - Long.parseLong(header(failed, "x-portreeve-budget-remaining-tokens"));
    }
}
