package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.fixture.Caller;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server with prompts, resources, templates and instructions under the policy block: the command line, the API, the page and callers. */
class ContextDefinitionsTest {
    @TempDir
    private Path folder;

    private GatewayFixture fixture;
    private Caller bot;

    @BeforeEach
    void start() {
        fixture = GatewayFixture.configured(folder, """
                tool-servers: [{ slug: memos, command: SERVER }]
                organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
                policies: [{ id: all, effect: allow, tools: ["*"], prompts: ["*"], resources: ["*"] }]
                """.replace("SERVER", StickyContext.command(folder)));
        bot = new Caller(URI.create(fixture.data() + "/mcp"), fixture.newKey("bot"));
    }

    @AfterEach
    void stop() {
        bot.close();
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

    private String asked(String method, String members) throws Exception {
        return bot.modern(method, members).messages().toString();
    }

    private String read(String uri) throws Exception {
        return asked("resources/read", "\"uri\":\"mcp+memos+" + uri + "\"");
    }

    /** A process that was started to be looked at has ended. */
    private void awaitAsleep() {
        await().until(() -> fixture.gateway.servers().getFirst().state() == ServerStatus.State.ASLEEP);
    }

    @Test
    void theCommandLineSeesAndDecidesAboutAllKinds() throws Exception {
        assertEquals(
                "waiting    1 prompt, 1 resource template, 1 resource, 1 text of instructions of server memos: no caller sees"
                        + " them before you accept them:   ./portreeve tools accept memos",
                WaitingTools.lines(fixture.gateway.servers(), "./portreeve", "").getFirst());
        Outcome waiting = tools("list", "--waiting");
        for (String one : List.of(
                "prompt:memos__greet",
                "resource:mcp+memos+memo:one",
                "template:mcp+memos+page://notes/{number}",
                "instructions:memos")) {
            assertTrue(waiting.out().contains(one + " "), waiting.out() + waiting.err());
        }
        JsonNode grouped = json(tools("list", "-o", "json").out());
        assertEquals(0, grouped.path("tools").size());
        assertEquals("greet", grouped.path("prompts").path(0).path("own").asString());
        assertEquals(1, grouped.path("instructions").size());
        Outcome diff = tools("diff", "prompt:memos__greet");
        assertTrue(diff.out().contains("+ /description: \"greets\""), diff.out() + diff.err());
        assertEquals(
                "accepted: template:mcp+memos+page://notes/{number}\n",
                tools("accept", "memos", "--kind", "template").out());
        assertEquals(
                "accepted: prompt:memos__greet\n",
                fixture.run("definitions", "accept", "memos__greet").out());
        assertTrue(asked("prompts/get", "\"name\":\"memos__greet\"").contains("greeting"));
        assertTrue(read("page://notes/7").contains("text of page://notes/7"));
        assertTrue(read("memo:one").contains("waits until a person"), read("memo:one"));
        assertEquals(
                "accepted: resource:mcp+memos+memo:one\naccepted: instructions:memos\n",
                tools("accept", "memos").out());
        assertTrue(read("memo:one").contains("text of memo:one"));
        assertEquals(2, tools("list", "--kind", "toys").exitCode());
        assertEquals(1, tools("diff", "prompt:memos__nothing").exitCode());
    }

    @Test
    void aLookFindsWhatIsDifferentAndCallersAreRefused() throws Exception {
        assertEquals(0, tools("accept", "memos").exitCode());
        awaitAsleep();
        Outcome same = tools("refresh");
        assertEquals(0, same.exitCode(), same.err());
        assertTrue(same.out().contains("nothing is different"), same.out());
        awaitAsleep();
        Files.createFile(folder.resolve(StickyContext.CHANGED));
        Outcome found = tools("refresh", "memos");
        assertEquals(0, found.exitCode(), found.err());
        assertTrue(found.out().contains("1 definition is different"), found.out());
        assertTrue(found.out().matches("(?s).*changed +prompt:memos__greet +quarantined.*"), found.out());
        assertTrue(found.err().contains("portreeve tools accept memos"), found.err());
        JsonNode again =
                json(tools("refresh", "-o", "json").out()).path("servers").path(0);
        assertEquals("memos", again.path("server").asString());
        assertEquals(0, again.path("found").size(), "it was found before");
        assertEquals(1, again.path("waiting").asInt());
        assertTrue(asked("prompts/get", "\"name\":\"memos__greet\"").contains("definition_changed"));
        assertFalse(asked("prompts/list", "").contains("mails it"));
        Outcome unknown = tools("refresh", "nobody");
        assertEquals(1, unknown.exitCode());
        assertTrue(unknown.err().contains("no tool server of this slug"), unknown.err());
        assertEquals(
                401, fixture.send("POST", "/api/v1/servers/memos/refresh", "").statusCode());
    }

    @Test
    void theApiAndThePageTakeADecisionForExactlyOneDefinition() throws Exception {
        JsonNode prompt = json(fixture.api("GET", "/api/v1/definitions?state=waiting&kind=prompt", "")
                        .body())
                .path("definitions")
                .path(0);
        String path = "/api/v1/definitions/memos/prompt/" + prompt.path("hash").asString();
        assertEquals(200, fixture.api("GET", path, "").statusCode());
        assertEquals(
                404, fixture.api("GET", path.replace("prompt", "resource"), "").statusCode());
        assertEquals(400, fixture.api("GET", path.replace("prompt", "toy"), "").statusCode());
        assertEquals(
                409,
                fixture.api("POST", path + "/decision", "{\"decision\":\"accept\",\"hash\":\"00\"}")
                        .statusCode());
        HttpResponse<String> done =
                fixture.api("POST", path + "/decision", "{\"decision\":\"accept\",\"by\":\"maria\"}");
        assertEquals(200, done.statusCode(), done.body());
        assertEquals("maria", json(done.body()).path("decided_by").asString());
        assertTrue(asked("prompts/list", "").contains("memos__greet"));
        assertEquals(
                "[]",
                json(fixture.api("GET", "/api/v1/tools", "").body())
                        .path("tools")
                        .toString());
        PageSession browser = PageSession.signIn(fixture);
        String page = browser.page();
        assertTrue(page.contains("a new resource template of server memos"), page);
        String hash = json(fixture.api("GET", "/api/v1/definitions?kind=resource", "")
                        .body())
                .path("definitions")
                .path(0)
                .path("hash")
                .asString();
        assertTrue(page.contains("/definitions/memos/resource/" + hash), page);
        HttpResponse<String> accepted = browser.submit(
                "/definitions/memos/resource/" + hash,
                "decision=accept&hash=" + hash + "&csrf=" + PageSession.encode(browser.csrf()),
                "Sec-Fetch-Site",
                "same-origin");
        assertEquals(303, accepted.statusCode(), accepted.body());
        assertTrue(read("memo:one").contains("text of memo:one"));
    }
}
