package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The gateway's own tools with which a person's agent looks at calls that wait, and what no model can do with them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ApproverToolsTest {
    private static final String PAGES = "{\"elicitation\":{\"url\":{}}}";
    private static final String CONFIGURATION = """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
        organisation:
          tenants:
            - id: acme
              users: [{ id: ana }, { id: ben }, { id: cleo }]
              agents: [{ id: bot }, { id: clerk }, { id: other }]
        policies:
          - { id: all, effect: allow, tools: ["*"], when: "call.name != 'sticky__write'" }
          - { id: write, effect: require-approval, tools: [sticky__write], approvers: [ana, cleo] }
          - { id: approvers, effect: allow, who: { user: ana }, tools: ["portreeve__approvals_*"] }
          - { id: ben, effect: allow, who: { user: ben }, servers: [portreeve] }
          - { id: everybody-but-not-programs, effect: allow, tools: ["portreeve__approvals_list"] }
          - { id: clerk, effect: allow, who: { agent: clerk }, tools: ["portreeve__approvals_*"] }
        approvals: { hold: 1ms }
        """;

    private GatewayFixture gateway;

    @BeforeAll
    void start(@TempDir Path folder) {
        gateway = GatewayFixture.configured(folder, CONFIGURATION.replace("STICKY", StickyNotes.command(folder)));
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    private Caller caller(String key) {
        return new Caller(URI.create(gateway.data() + "/mcp"), key);
    }

    private String tools(Caller caller) throws Exception {
        return caller.modern("tools/list", "").messages().toString();
    }

    private static String call(String tool, String ticket) {
        return "\"name\":\"portreeve__approvals_" + tool + "\",\"arguments\":{"
                + (ticket.isEmpty() ? "" : "\"ticket\":\"" + ticket + "\"") + "}";
    }

    private String ask(String member, String text) {
        GatewayFixture.Outcome asked = gateway.run(
                Map.of("PORTREEVE_KEY", gateway.newKey(member)), "mcp", "call", "sticky__write", "text=" + text);
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})").matcher(asked.out());
        assertTrue(ticket.find(), asked.out() + asked.err());
        return ticket.group(1);
    }

    private String state(String ticket) {
        return JsonMapper.shared()
                .readTree(gateway.api("GET", "/api/v1/approvals/" + ticket, "").body())
                .path("state")
                .asString();
    }

    @Test
    void only_who_is_given_them_by_their_name_is_shown_them() throws Exception {
        try (Caller ana = caller(gateway.newKey("ana"));
                Caller ben = caller(gateway.newKey("ben"));
                Caller bot = caller(gateway.newKey("bot"));
                Caller clerk = caller(gateway.newKey("clerk"))) {
            await().until(() -> tools(ana).contains("sticky__read"));
            assertTrue(tools(ana).contains("portreeve__approvals_decide"), tools(ana));
            assertTrue(tools(ben).contains("portreeve__approvals_show"));
            assertTrue(tools(clerk).contains("portreeve__approvals_list"));
            assertTrue(tools(bot).contains("sticky__read"));
            assertFalse(tools(bot).contains("portreeve__"), "neither by a star nor by a rule about everybody");
            McpError refused = bot.modern("tools/call", call("list", "")).error();
            assertEquals(McpError.INVALID_PARAMS, refused.code());
            try (Caller below = caller(madeBy(gateway.newKey("ana")))) {
                assertTrue(tools(below).contains("sticky__read"));
                assertFalse(tools(below).contains("portreeve__"), "not for a key that a key made");
            }
        }
        GatewayFixture.Outcome servers = gateway.run("servers");
        assertFalse(servers.out().contains("portreeve "), servers.out());
    }

    private String madeBy(String parent) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(gateway.data().resolve("/v1/keys"))
                .header("authorization", "Bearer " + parent)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        return JsonMapper.shared()
                .readTree(gateway.http
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .body())
                .path("key")
                .asString();
    }

    @Test
    void a_list_has_what_one_may_decide_and_nothing_that_decides() throws Exception {
        String ticket = ask("bot", "plant \u202Eslemon\u200B");
        String own = ask("ana", "her own");
        try (Caller ana = caller(gateway.newKey("ana"));
                Caller ben = caller(gateway.newKey("ben"))) {
            String list = ana.modern("tools/call", call("list", "")).text();
            assertTrue(list.contains(ticket) && list.contains("plant \\\\u{202e}slemon\\\\u{200b}"), list);
            assertFalse(list.contains(own), "nobody decides about their own call");
            assertFalse(list.contains("http"), list);
            String shown = ana.modern("tools/call", call("show", ticket)).text();
            assertTrue(shown.contains("arguments_sha256") && !shown.contains("http"), shown);
            assertFalse(
                    ben.modern("tools/call", call("list", "")).text().contains(ticket), "the rule does not name him");
            RawJson hidden = ben.modern("tools/call", call("show", ticket)).result();
            assertTrue(hidden.member("isError").isTrue(), hidden.toString());
        }
    }

    @Test
    void to_decide_the_person_is_sent_to_the_page_and_the_model_sees_nothing_of_it() throws Exception {
        String ticket = ask("bot", "by the page");
        try (Caller ana = caller(gateway.newKey("ana")).capable(PAGES)) {
            RawJson wanted = ana.modern("tools/call", call("decide", ticket)).result();
            assertEquals("\"input_required\"", String.valueOf(wanted.member("resultType")), wanted.toString());
            RawJson params = wanted.member("inputRequests")
                    .members()
                    .values()
                    .iterator()
                    .next()
                    .member("params");
            assertEquals("\"url\"", String.valueOf(params.member("mode")));
            String page =
                    URI.create(params.member("url").asString().orElseThrow()).getPath();
            String again = call("decide", ticket) + ",\"requestState\":" + wanted.member("requestState")
                    + ",\"inputResponses\":{\"page-1\":{\"action\":\"accept\"}}";
            assertEquals("pending", state(ticket), "the page was only named");
            assertTrue(ana.modern("tools/call", again).text().contains("nothing is decided yet"));
            assertEquals("pending", state(ticket), "a program's word that the page was opened decides nothing");
            String form = gateway.send("GET", page, "").body();
            assertTrue(form.contains("You decide as <strong>ana</strong>"), form);
            Matcher token = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(form);
            assertTrue(token.find());
            assertEquals(
                    303,
                    PageSession.form(gateway, page, "decision=approve&csrf=" + token.group(1))
                            .statusCode());
            String done = ana.modern("tools/call", call("decide", ticket)).text();
            assertTrue(done.contains("\"state\":\"approved\"") && done.contains("\"decided_by\":\"ana\""), done);
        }
    }

    @Test
    void a_program_that_cannot_open_pages_and_one_that_is_no_person_decide_nothing() throws Exception {
        String ticket = ask("bot", "by words");
        try (Caller cleo = caller(gateway.newKey("ana"));
                Caller clerk = caller(gateway.newKey("clerk")).capable(PAGES)) {
            RawJson told = cleo.modern("tools/call", call("decide", ticket)).result();
            assertTrue(told.member("isError").isTrue(), told.toString());
            assertFalse(told.toString().contains("/approve/"), told.toString());
            RawJson asProgram =
                    clerk.modern("tools/call", call("decide", ticket)).result();
            assertTrue(asProgram.member("isError").isTrue(), asProgram.toString());
            assertFalse(asProgram.toString().contains("/approve/"), asProgram.toString());
        }
        assertEquals("pending", state(ticket));
    }

    @Test
    void a_caller_with_a_session_gets_the_page_in_the_protocols_error() throws Exception {
        String ticket = ask("bot", "older");
        try (Caller ana = caller(gateway.newKey("ana"))) {
            Caller.Heard begun = ana.post(
                    Map.of(),
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                            + "\"capabilities\":" + PAGES + ",\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}");
            Map<String, String> session =
                    Map.of("Mcp-Session-Id", begun.header("mcp-session-id"), "MCP-Protocol-Version", "2025-11-25");
            ana.post(session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
            McpError error = ana.post(
                            session,
                            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{"
                                    + call("decide", ticket) + "}}")
                    .error();
            assertEquals(McpError.URL_ELICITATION_REQUIRED, error.code());
            assertFalse(error.message().contains("http"), error.message());
            assertTrue(
                    error.data().toString().contains("/approve/" + ticket),
                    error.data().toString());
        }
        assertEquals("pending", state(ticket));
    }
}
