package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a caller says of its call in headers decides which budgets bound it, and what its answer says of them, in every dialect. */
class BudgetLabelsTest {
    private static final Instant NOON = Instant.parse("2026-05-14T12:00:00Z");
    /** Twelve tokens a call at a thousandth of a thousandth each, and some hundreds held. */
    private static final String ORGANISATION = """
            providers: [ { id: p, base-url: "http://127.0.0.1:1/v1" } ]
            organisation:
              tenants:
                - id: acme
                  teams:
                    - id: support
                      agents:
                        - id: triage-bot
                          budgets:
                            - { limit-usd: 0.02, per: session }
                            - { limit-usd: 0.01, tags: [night, weekend], window: daily }
                            - { limit-usd: 0.00001, tags: [forbidden] }
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
                () -> NOON);
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

    private HttpResponse<byte[]> call(Spoken by, String session, String tags) throws Exception {
        Map<String, String> headers = new HashMap<>();
        if (!session.isEmpty()) {
            headers.put("x-portreeve-session", session);
        }
        if (!tags.isEmpty()) {
            headers.put("x-portreeve-tags", tags);
        }
        int before = edge.journal.records().size();
        String model = "to-" + by.code();
        HttpResponse<byte[]> response = caller.post(
                by.path(model, false),
                by.body(model, false).replace("4000", "100").getBytes(StandardCharsets.UTF_8),
                headers);
        int more = response.statusCode() == 200 ? 2 : response.statusCode() == 429 ? 1 : 0;
        await().until(() -> edge.journal.records().size() >= before + more);
        return response;
    }

    private void left(Spoken by, String session, String tags, String dollars, String until) throws Exception {
        HttpResponse<byte[]> answer = call(by, session, tags);
        assertEquals(200, answer.statusCode(), text(answer));
        assertEquals(dollars, header(answer, "x-portreeve-budget-remaining-usd"));
        assertEquals(until, header(answer, "x-portreeve-budget-reset"));
    }

    @ParameterizedTest
    @EnumSource(Spoken.class)
    void labelsDecideWhichBudgetsCount(Spoken by) throws Exception {
        String midnight = "2026-05-15T00:00:00Z";
        upstream.always(by.script(false));
        left(by, "", "", "0.019988", "");
        left(by, "one", "", "0.019988", "");
        left(by, "one", "", "0.019976", "");
        left(by, "two", "day", "0.019988", "");
        left(by, "two", "night", "0.009988", midnight);
        left(by, "one", "day, weekend", "0.009976", midnight);
        left(by, "", "", "0.019976", "");
        HttpResponse<byte[]> refused = call(by, "one", "forbidden");
        assertEquals(429, refused.statusCode(), text(refused));
        assertTrue(text(refused).contains("tags=forbidden"), text(refused));
        assertEquals("0.00001", header(refused, "x-portreeve-budget-remaining-usd"));
        left(by, "one", "", "0.019952", "");
        assertEquals(400, call(by, "no session", "").statusCode(), "what is no name is no label");
    }
}
