package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server under the policy block, which is what holds if nothing is said: the command line, the API and the page. */
class ToolDefinitionsTest {
    private GatewayFixture fixture;
    private String key = "";

    @BeforeEach
    void start(@TempDir Path folder) {
        fixture = GatewayFixture.configured(folder, """
                tool-servers: [{ slug: sticky, command: STICKY }]
                organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
                policies: [{ id: all, effect: allow, tools: ["*"] }]
                """.replace("STICKY", StickyNotes.command(folder)));
        key = fixture.newKey("bot");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Outcome tools(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "tools";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return fixture.run(all);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private String listed() {
        return fixture.run("mcp", "list", "--key", key).out();
    }

    @Test
    void nothing_is_offered_before_somebody_accepts_it() {
        assertFalse(listed().contains("sticky__"), listed());
        Outcome waiting = tools("list", "--waiting");
        assertEquals(0, waiting.exitCode(), waiting.err());
        assertTrue(waiting.out().contains("sticky__read") && waiting.out().contains("quarantined"), waiting.out());
        Outcome diff = tools("diff", "sticky__read");
        assertTrue(diff.out().contains("+ /description: \"read the note\""), diff.out());
        Outcome accepted = tools("accept", "sticky__read", "--as", "maria", "--reason", "read it");
        assertEquals("accepted: sticky__read\n", accepted.out(), accepted.err());
        assertTrue(listed().contains("sticky__read"), listed());
        assertFalse(listed().contains("sticky__write"), listed());
        assertEquals(
                "accepted: sticky__wait\naccepted: sticky__write\n",
                tools("accept", "sticky").out(),
                "all that wait");
        assertEquals("rejected: sticky__wait\n", tools("reject", "sticky__wait").out());
        assertTrue(listed().contains("sticky__write"), listed());
        assertFalse(listed().contains("sticky__wait"), listed());
    }

    @Test
    void whoever_starts_it_calls_it_or_looks_at_it_is_told_what_waits_and_how_to_accept_it() {
        List<String> start = WaitingTools.lines(fixture.gateway.servers(), "./portreeve", " --config x.yaml");
        assertEquals(
                "waiting    3 tools of server sticky: no caller sees them before you accept them:   "
                        + "./portreeve tools accept sticky --config x.yaml",
                start.getFirst());
        assertTrue(start.getLast().contains("./portreeve tools list --waiting --config x.yaml"), start.getLast());
        Outcome called = fixture.run("mcp", "call", "sticky__read", "--key", key);
        assertTrue(called.err().contains("3 tools of server \"sticky\" wait"), called.err() + called.out());
        assertTrue(called.err().contains("portreeve tools list --waiting"), called.err());
        assertTrue(tools("servers").err().contains("portreeve tools accept sticky"));
        assertTrue(PageSession.signIn(fixture).page().contains("portreeve tools accept sticky"));
        assertEquals(0, tools("accept", "sticky").exitCode());
        assertEquals(List.of(), WaitingTools.lines(fixture.gateway.servers(), "./portreeve", ""));
        assertFalse(PageSession.signIn(fixture).page().contains("portreeve tools accept sticky"));
    }

    @Test
    void what_cannot_be_decided_says_why() {
        assertEquals(2, tools("accept").exitCode());
        Outcome unknown = tools("accept", "sticky__nothing");
        assertEquals(1, unknown.exitCode());
        assertTrue(unknown.err().contains("\"sticky__nothing\" is no tool"), unknown.err());
        Outcome other = tools("accept", "sticky__read", "--hash", "0123456789abcdef");
        assertEquals(1, other.exitCode());
        assertTrue(other.err().contains("another hash"), other.err());
        assertEquals(1, tools("diff", "sticky__nothing").exitCode());
    }

    @Test
    void the_api_takes_a_decision_for_exactly_one_definition() {
        JsonNode all = json(fixture.api("GET", "/api/v1/tools?state=waiting", "")
                        .body())
                .path("tools");
        assertEquals(3, all.size());
        JsonNode read = all.path(0);
        assertEquals("sticky__read", read.path("name").asString());
        String path = "/api/v1/tools/sticky__read/decision";
        HttpResponse<String> stale = fixture.api("POST", path, "{\"decision\":\"accept\",\"hash\":\"00\"}");
        assertEquals(409, stale.statusCode(), stale.body());
        assertEquals(409, fixture.api("POST", path, "{\"decision\":\"accept\"}").statusCode());
        String hash = read.path("hash").asString();
        assertEquals(
                400,
                fixture.api("POST", path, "{\"decision\":\"maybe\",\"hash\":\"" + hash + "\"}")
                        .statusCode());
        assertEquals(401, fixture.send("POST", path, "{}").statusCode());
        HttpResponse<String> done = fixture.api(
                "POST",
                path,
                "{\"decision\":\"accept\",\"hash\":\"" + hash + "\",\"by\":\"maria\",\"reason\":\"fine\"}");
        assertEquals(200, done.statusCode(), done.body());
        assertEquals("accepted", json(done.body()).path("verdict").asString());
        assertEquals("maria", json(done.body()).path("decided_by").asString());
        assertEquals(404, fixture.api("GET", "/api/v1/tools/nothing", "").statusCode());
        assertEquals(400, fixture.api("GET", "/api/v1/tools?state=all", "").statusCode());
        JsonNode server = json(fixture.api("GET", "/api/v1/servers", "").body())
                .path("servers")
                .path(0);
        assertEquals(1, server.path("tools").asInt());
        assertEquals(2, server.path("waiting").asInt());
        Outcome servers = tools("servers");
        assertTrue(servers.out().matches("(?s).*sticky +(up|asleep) +stdio +\\S+ +1 +2.*"), servers.out());
    }

    @Test
    void the_page_shows_what_waits_and_takes_the_decision() {
        PageSession browser = PageSession.signIn(fixture);
        String page = browser.page();
        assertTrue(page.contains("a new tool of server sticky"), page);
        assertTrue(page.contains("&quot;read the note&quot;"), page);
        String hash = json(fixture.api("GET", "/api/v1/tools/sticky__read", "").body())
                .path("tool")
                .path("hash")
                .asString();
        String fields = "decision=accept&hash=" + hash;
        assertEquals(403, browser.submit("/tools/sticky__read", fields).statusCode(), "without the session's mark");
        HttpResponse<String> done = browser.submit(
                "/tools/sticky__read",
                fields + "&csrf=" + PageSession.encode(browser.csrf()),
                "Sec-Fetch-Site",
                "same-origin");
        assertEquals(303, done.statusCode(), done.body());
        assertTrue(listed().contains("sticky__read"), listed());
        assertFalse(browser.page().contains("/tools/sticky__read"), "it waits no longer");
    }

    @Test
    void a_view_has_its_own_url() {
        Outcome accepted = tools("accept", "sticky");
        assertEquals(0, accepted.exitCode(), accepted.err());
        Outcome view = fixture.run(
                "mcp",
                "list",
                "--key",
                key,
                "--url",
                fixture.data().resolve("/mcp/sticky").toString());
        assertTrue(view.out().lines().anyMatch(line -> line.startsWith("read ")), view.out() + view.err());
        Outcome nothing = fixture.run(
                "mcp",
                "list",
                "--key",
                key,
                "--url",
                fixture.data().resolve("/mcp/nothing").toString());
        assertEquals(3, nothing.exitCode(), nothing.out());
    }
}
