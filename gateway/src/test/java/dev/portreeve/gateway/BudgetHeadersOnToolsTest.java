package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.Caller.Heard;
import dev.portreeve.hub.fixture.HttpFixture;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers to tool calls say what is left of budgets, and their labels count, as those of model calls. */
class BudgetHeadersOnToolsTest {
    private static final String ECHO = "\"name\":\"fix__echo\",\"arguments\":{\"text\":\"hi\"}";

    private static String left(Heard heard) {
        return heard.headers()
                .getOrDefault("x-portreeve-budget-remaining-usd", List.of(""))
                .getFirst();
    }

    @Test
    void whatIsLeftStandsInTheHeadersUntilNothingIs(@TempDir Path folder) throws Exception {
        try (HttpFixture fixture = HttpFixture.modern();
                GatewayFixture gateway = GatewayFixture.configured(
                        folder, """
                tool-servers: [ { slug: fix, url: "URL", definitions: trust, price-per-call: 0.4 } ]
                organisation:
                  tenants:
                    - id: acme
                      agents:
                        - id: bot
                          budgets: [ { limit-usd: 1, window: daily, per: session }, { limit-usd: 9 }, { limit-requests: 50 } ]
                policies: [ { id: all, effect: allow, tools: ["*"] } ]
                """.replace("URL", fixture.url().toString()))) {
            URI url = URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp");
            try (Caller caller = new Caller(url, gateway.newKey("bot"))) {
                Map<String, String> session = Map.of("x-portreeve-session", "one");
                Heard first = caller.modernWith(session, "tools/call", ECHO);
                assertEquals("hi", first.text());
                assertEquals("0.6", left(first));
                Instant reset = Instant.parse(first.header("x-portreeve-budget-reset"));
                assertTrue(reset.isAfter(Instant.now()), reset::toString);
                assertEquals("49", first.header("x-portreeve-budget-remaining-requests"));
                assertEquals("0.2", left(caller.modernWith(session, "tools/call", ECHO)));
                Heard refused = caller.modernWith(session, "tools/call", ECHO);
                assertEquals("0.2", left(refused), "what was refused took nothing");
                assertTrue(refused.messages().toString().contains("per-session"), refused::toString);
                Map<String, String> other = Map.of("x-portreeve-session", "two");
                assertEquals("0.6", left(caller.modernWith(other, "tools/call", ECHO)));
            }
        }
    }
}
