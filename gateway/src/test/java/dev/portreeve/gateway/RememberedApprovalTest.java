package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.Caller.Heard;
import dev.portreeve.hub.fixture.HttpFixture;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A yes for further calls, from the caller's first try over people's command line and page to the record: a whole gateway, real clients. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RememberedApprovalTest {
    private static final Pattern TICKET = Pattern.compile("ticket ([0-9a-f-]{36})");
    private HttpFixture server;
    private GatewayFixture gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = HttpFixture.modern();
        gateway = GatewayFixture.configured(
                folder, """
                tool-servers: [ { slug: bank, url: "BANK", definitions: trust } ]
                organisation: { tenants: [ { id: acme, users: [ { id: ann } ], agents: [ { id: bot } ] } ] }
                policies:
                  - id: pay
                    effect: require-approval
                    tools: [bank__echo]
                    approvers: [ann]
                    remember: { at-most: 2h, scopes: [session, key], uses: 40 }
                  - { id: change, effect: require-approval, tools: [bank__change] }
                  - { id: never, effect: deny, tools: [bank__echo], when: 'args.text == "forbidden"' }
                approvals: { hold: 1ms }
                """.replace("BANK", server.url().toString()));
        try (Caller caller = caller(gateway.newKey("bot"))) {
            await().until(() ->
                    caller.modern("tools/list", "").messages().toString().contains("bank__echo"));
        }
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        server.close();
    }

    private Caller caller(String key) {
        return new Caller(mcp(), key);
    }

    private URI mcp() {
        return URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp");
    }

    private static String say(Caller caller, String session, String text) throws Exception {
        Map<String, String> headers = session.isEmpty() ? Map.of() : Map.of("x-portreeve-session", session);
        Heard heard = caller.modernWith(
                headers,
                "tools/call",
                "\"name\":\"bank__echo\",\"arguments\":{\"text\":"
                        + JsonMapper.shared().writeValueAsString(text) + "}");
        return heard.text();
    }

    private static String ticket(String answer) {
        Matcher found = TICKET.matcher(answer);
        assertTrue(found.find(), answer);
        return found.group(1);
    }

    private JsonNode api(String method, String path, String body) {
        HttpResponse<String> answer = gateway.api(method, path, body);
        assertTrue(answer.statusCode() < 300, answer.body());
        return JsonMapper.shared().readTree(answer.body());
    }

    @Test
    void onTheCommandLineFromTheOfferToTheRevocation() throws Exception {
        try (Caller caller = caller(gateway.newKey("bot"))) {
            String ticket = ticket(say(caller, "s1", "pay 1"));
            String shown = gateway.run("approvals", "show", ticket).out();
            assertTrue(shown.contains("may be remembered: at most 120m, for 40 calls, per key or session"), shown);
            assertTrue(shown.contains("  when: args.text == \"pay 1\""), shown);
            assertFalse(shown.contains("[]"), shown);
            GatewayFixture.Outcome wrong =
                    gateway.run("approvals", "approve", ticket, "--as", "ann", "--remember", "3h");
            assertEquals(1, wrong.exitCode(), wrong.out());
            assertTrue(wrong.err().contains("at most 120 minutes"), wrong.err());
            GatewayFixture.Outcome approved = gateway.run(
                    "approvals",
                    "approve",
                    ticket,
                    "--as",
                    "ann",
                    "--remember",
                    "session",
                    "--when",
                    "args.text.startsWith(\"pay \")");
            assertEquals(0, approved.exitCode(), approved.err());
            assertTrue(approved.out().contains("per session, as "), approved.out());
            for (String text : new String[] {"pay 1", "pay 1", "pay 22"}) {
                assertEquals(text, say(caller, "s1", text));
            }
            assertTrue(say(caller, "s2", "pay 1").contains("a person must approve"));
            assertTrue(say(caller, "", "pay 1").contains("a person must approve"));
            assertTrue(say(caller, "s1", "send 1").contains("a person must approve"));
            String listed = gateway.run("approvals", "remembered", "list").out();
            assertTrue(listed.contains("args.text.startsWith(\"pay \")") && listed.contains("2 of 40"), listed);
            String id =
                    gateway.run("approvals", "remembered", "list", "-o", "json").out();
            String standing = JsonMapper.shared()
                    .readTree(id)
                    .path("remembered")
                    .valueStream()
                    .filter(one -> one.path("ticket").asString().equals(ticket))
                    .findFirst()
                    .orElseThrow()
                    .path("id")
                    .asString();
            String whole =
                    gateway.run("approvals", "remembered", "show", standing).out();
            assertTrue(whole.contains("approved by: ann") && whole.contains("session: s1"), whole);
            GatewayFixture.Outcome revoked =
                    gateway.run("approvals", "remembered", "revoke", standing, "--reason", "enough");
            assertEquals("revoked: bank__echo for bot, after 2 calls\n", revoked.out(), revoked.err());
            assertTrue(say(caller, "s1", "pay 22").contains("a person must approve"));
            assertEquals(
                    1, gateway.run("approvals", "remembered", "show", "nothing").exitCode());
        }
    }

    @Test
    void aRealClientIsNotAskedTwice() {
        try (McpSyncClient client = McpClient.sync(HttpClientStreamableHttpTransport.builder(
                                mcp().resolve("/").toString())
                        .endpoint("/mcp")
                        .requestBuilder(
                                HttpRequest.newBuilder().header("Authorization", "Bearer " + gateway.newKey("bot")))
                        .build())
                .build()) {
            client.initialize();
            CallToolRequest call = CallToolRequest.builder("bank__echo")
                    .arguments(Map.of("text", "by the client"))
                    .build();
            String asked = text(client.callTool(call));
            JsonNode decided = api(
                    "POST",
                    "/api/v1/approvals/" + ticket(asked) + "/decision",
                    "{\"decision\":\"approve\",\"approver\":\"ann\",\"remember\":{\"lasting\":\"30m\",\"scope\":\"key\","
                            + "\"bounds\":{\"text\":\"any\"},\"uses\":2}}");
            assertEquals("true", decided.path("remembered").path("condition").asString());
            assertEquals("by the client", text(client.callTool(call)));
            CallToolRequest other = CallToolRequest.builder("bank__echo")
                    .arguments(Map.of("text", "something else"))
                    .build();
            assertEquals("something else", text(client.callTool(other)));
            CallToolRequest forbidden = CallToolRequest.builder("bank__echo")
                    .arguments(Map.of("text", "forbidden"))
                    .build();
            assertTrue(text(client.callTool(forbidden)).contains("never"), "what is forbidden stays so");
            assertEquals("by the client", text(client.callTool(call)));
            assertTrue(text(client.callTool(call)).contains("a person must approve"), "two uses");
            String calls = gateway.api("GET", "/api/v1/calls", "").body();
            String standing = decided.path("remembered").path("id").asString();
            assertTrue(
                    calls.contains("\"standing_approval\":{\"approver\":\"ann\",\"id\":\"" + standing + "\"")
                            || calls.contains(standing),
                    calls);
        }
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }

    @Test
    void onThePageOfOneTicketTheConditionIsWrittenAndEdited() throws Exception {
        try (Caller caller = caller(gateway.newKey("bot"))) {
            String ticket = ticket(say(caller, "", "by page"));
            String path = URI.create(gateway.run("approvals", "link", ticket, "--as", "ann")
                            .out()
                            .strip())
                    .getPath();
            String page = gateway.send("GET", path, "").body();
            assertTrue(page.contains("Remember this yes"), page);
            assertTrue(page.contains("\nargs.text == &quot;by page&quot;</textarea>"), page);
            Matcher csrf = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
            assertTrue(csrf.find());
            String token = "&csrf=" + PageSession.encode(csrf.group(1));
            HttpResponse<String> written = PageSession.form(
                    gateway, path, "decision=preview&lasting=30m&scope=session&bound0=under&more0=/workspace" + token);
            assertEquals(200, written.statusCode(), written.body());
            assertTrue(written.body().contains("path.under(args.text, &quot;/workspace&quot;)"), written.body());
            assertTrue(written.body().contains("<option value=\"30m\" selected=\"\">"), written.body());
            HttpResponse<String> refused = PageSession.form(
                    gateway,
                    path,
                    "decision=approve&lasting=30m&scope=session&when="
                            + PageSession.encode("path.under(args.text, \"/workspace\")") + token);
            assertEquals(400, refused.statusCode(), "it must hold for what was shown");
            HttpResponse<String> done = PageSession.form(
                    gateway,
                    path,
                    "decision=approve&lasting=30m&scope=key&when=" + PageSession.encode("args.text.endsWith(\"page\")")
                            + token);
            assertEquals(303, done.statusCode(), done.body());
            assertEquals("by page", say(caller, "", "by page"));
            assertEquals("another page", say(caller, "x", "another page"));
            PageSession admin = PageSession.signIn(gateway);
            assertTrue(admin.page().contains("args.text.endsWith(&quot;page&quot;)"), admin.page());
            Matcher form =
                    Pattern.compile("action=\"(/remembered/[0-9a-f-]{36})\"").matcher(admin.page());
            String revoke = "";
            while (form.find()) {
                String about = gateway.run(
                                "approvals", "remembered", "show", form.group(1).substring(12))
                        .out();
                revoke = about.contains(ticket) ? form.group(1) : revoke;
            }
            assertEquals(403, admin.submit(revoke, "").statusCode());
            assertEquals(
                    303,
                    admin.submit(revoke, "csrf=" + PageSession.encode(admin.csrf()))
                            .statusCode());
            assertTrue(say(caller, "", "another page").contains("a person must approve"));
        }
    }

    @Test
    void whereTheRuleSaysNothingOfItNothingIsOffered() throws Exception {
        try (Caller caller = caller(gateway.newKey("bot"))) {
            Heard asked = caller.modern("tools/call", "\"name\":\"bank__change\",\"arguments\":{}");
            String ticket = ticket(asked.text());
            String shown = gateway.run("approvals", "show", ticket).out();
            assertTrue(shown.contains("approvers: anybody who may decide here, but not bot"), shown);
            assertFalse(shown.contains("remember"), shown);
            HttpResponse<String> refused = gateway.api(
                    "POST",
                    "/api/v1/approvals/" + ticket + "/decision",
                    "{\"decision\":\"approve\",\"remember\":{\"lasting\":\"5m\"}}");
            assertEquals(400, refused.statusCode());
            assertTrue(refused.body().contains("does not let a yes be remembered"), refused.body());
            assertEquals(
                    "pending",
                    api("GET", "/api/v1/approvals/" + ticket, "").path("state").asString());
            GatewayFixture.Outcome usage = gateway.run("approvals", "approve", ticket, "--when", "true");
            assertEquals(2, usage.exitCode(), usage.err());
        }
    }
}
