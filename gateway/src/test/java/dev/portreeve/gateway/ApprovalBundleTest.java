package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Several calls of one requester decided at once: on the command line, over the API and on the page. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApprovalBundleTest {
    private static final Pattern TICKET = Pattern.compile("ticket ([0-9a-f-]{36})");
    private GatewayFixture fixture;
    private Map<String, String> bot;
    private Map<String, String> other;

    @BeforeAll
    void start(@TempDir Path folder) {
        fixture = new GatewayFixture(folder);
        bot = Map.of("PORTREEVE_KEY", fixture.newKey("bot"));
        other = Map.of("PORTREEVE_KEY", fixture.newKey("other"));
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private String ask(Map<String, String> key, String text) {
        String asked =
                fixture.run(key, "mcp", "call", "sticky__write", "text=" + text).out();
        Matcher ticket = TICKET.matcher(asked);
        assertTrue(ticket.find(), asked);
        return ticket.group(1);
    }

    private JsonNode show(String ticket) {
        return JsonMapper.shared()
                .readTree(fixture.api("GET", "/api/v1/approvals/" + ticket, "").body());
    }

    private String state(String ticket) {
        return show(ticket).path("state").asString();
    }

    @Test
    void onTheCommandLine() {
        String one = ask(bot, "one");
        String two = ask(bot, "two");
        GatewayFixture.Outcome done = fixture.run("approvals", "approve", one, two, "--reason", "both");
        assertEquals(0, done.exitCode(), done.err());
        assertTrue(done.out().contains("approved " + one) && done.out().contains("approved " + two), done.out());
        assertTrue(done.out().contains(show(one).path("arguments_sha256").asString()), done.out());
        assertEquals(
                "written\n",
                fixture.run(bot, "mcp", "call", "sticky__write", "text=two").out());
        String three = ask(bot, "three");
        String others = ask(other, "three");
        GatewayFixture.Outcome mixed = fixture.run("approvals", "deny", three, others);
        assertEquals(1, mixed.exitCode());
        assertTrue(mixed.err().contains("of one requester"), mixed.err());
        GatewayFixture.Outcome decided = fixture.run("approvals", "deny", three, one);
        assertEquals(1, decided.exitCode());
        assertTrue(decided.err().contains(one + " was decided before"), decided.err());
        assertEquals("pending", state(three));
        assertEquals(
                2,
                fixture.run("approvals", "approve", three, others, "--remember", "5m")
                        .exitCode());
        assertEquals(2, fixture.run("approvals", "withdraw", three, others).exitCode());
    }

    @Test
    void overTheApiWithWhatWasSeen() {
        String one = ask(bot, "api one");
        String two = ask(bot, "api two");
        String digest = show(one).path("arguments_sha256").asString();
        String wrong = "{\"decision\":\"approve\",\"tickets\":[{\"ticket\":\"" + one + "\",\"arguments_sha256\":\""
                + digest + "\"},{\"ticket\":\"" + two + "\",\"arguments_sha256\":\"" + digest + "\"}]}";
        var refused = fixture.api("POST", "/api/v1/approvals/decisions", wrong);
        assertEquals(409, refused.statusCode(), refused.body());
        JsonNode answer = JsonMapper.shared().readTree(refused.body());
        assertEquals(false, answer.path("decided").asBoolean());
        assertTrue(answer.path("outcomes").path(1).path("why").asString().contains("other arguments"), refused.body());
        assertEquals("pending", state(one));
        for (String body : new String[] {
            "{\"decision\":\"approve\",\"tickets\":[]}",
            "{\"decision\":\"approve\"}",
            "{\"decision\":\"approve\",\"tickets\":[{\"ticket\":\"" + one + "\"}]}",
            "{\"decision\":\"perhaps\",\"tickets\":[{\"ticket\":\"" + one + "\",\"arguments_sha256\":\"x\"}]}"
        }) {
            assertEquals(
                    400,
                    fixture.api("POST", "/api/v1/approvals/decisions", body).statusCode(),
                    body);
        }
        assertEquals(
                401, fixture.send("POST", "/api/v1/approvals/decisions", wrong).statusCode());
    }

    @Test
    void onThePage() {
        String one = ask(bot, "page one");
        String two = ask(bot, "page two");
        PageSession session = PageSession.signIn(fixture);
        String page = session.page();
        StringBuilder fields = new StringBuilder("decision=approve&csrf=" + PageSession.encode(session.csrf()));
        for (String ticket : new String[] {one, two}) {
            Matcher box = Pattern.compile("name=\"ticket." + ticket + "\" value=\"([0-9a-f]{64})\"")
                    .matcher(page);
            assertTrue(box.find(), page);
            fields.append("&ticket.").append(ticket).append('=').append(box.group(1));
        }
        assertTrue(page.contains("<form method=\"post\" action=\"/approvals\" id=\"bundle\""), page);
        assertEquals(
                403,
                session.submit("/approvals", fields.toString().replaceAll("csrf=[^&]+", "csrf=x"))
                        .statusCode());
        assertEquals(303, session.submit("/approvals", fields.toString()).statusCode());
        assertEquals("approved", state(one));
        assertEquals("approved", state(two));
    }
}
