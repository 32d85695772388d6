package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A browser that was left signed in decides nothing. */
final class FreshLoginTest {
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
        organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
        policies: [{ id: write, effect: require-approval, tools: [sticky__write] }]
        approvals: { hold: 1ms, fresh-login: 1ms }
        """;

    @Test
    void a_session_that_is_older_than_the_setting_looks_and_does_not_decide(@TempDir Path folder) {
        try (GatewayFixture gateway =
                GatewayFixture.configured(folder, CONFIGURATION.replace("STICKY", StickyNotes.command(folder)))) {
            GatewayFixture.Outcome asked = gateway.run(
                    Map.of("PORTREEVE_KEY", gateway.newKey("bot")), "mcp", "call", "sticky__write", "text=hello");
            Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
            assertTrue(ticket.find(), asked.out() + asked.err());
            PageSession session = PageSession.signIn(gateway);
            assertTrue(session.page().contains(ticket.group(1)));
            HttpResponse<String> refused =
                    session.submit("/approvals/" + ticket.group(1), "decision=approve&csrf=" + session.csrf());
            assertEquals(401, refused.statusCode());
            HttpResponse<String> accepted =
                    session.submit("/tools/sticky__write", "decision=accept&hash=x&csrf=" + session.csrf());
            assertEquals(401, accepted.statusCode(), "nor does it accept what a tool says of itself now");
            String waiting =
                    gateway.api("GET", "/api/v1/approvals?state=waiting", "").body();
            assertTrue(waiting.contains(ticket.group(1)), waiting);
        }
    }
}
