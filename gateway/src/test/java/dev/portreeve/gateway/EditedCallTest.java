package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

/** Approvers who change what they approve: a whole gateway, a tool server that is a process, and a real client that is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EditedCallTest {
    private static final Pattern TICKET = Pattern.compile("ticket ([0-9a-f-]{36})");
    private GatewayFixture gateway;
    private Path folder;
    private McpSyncClient client;

    @BeforeAll
    void start(@TempDir Path temporary) {
        folder = temporary;
        gateway = GatewayFixture.configured(folder, """
                tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
                organisation:
                  tenants: [ { id: acme, users: [ { id: ann }, { id: bob } ], agents: [ { id: bot } ] } ]
                policies:
                  - { id: write, effect: require-approval, tools: [sticky__write], edits: ["/*"] }
                  - { id: never, effect: deny, tools: [sticky__write], when: 'has(args.text) && args.text == "forbidden"' }
                  - { id: wait, effect: require-approval, tools: [sticky__wait] }
                  - { id: two, effect: require-approval, tools: [sticky__read], approvers: [ann, bob], quorum: 2, edits: ["/*"] }
                approvals: { hold: 1ms }
                audit: { record-arguments: ["sticky__*"] }
                """.replace("STICKY", StickyNotes.command(folder)));
        client = McpClient.sync(HttpClientStreamableHttpTransport.builder(
                                "http://127.0.0.1:" + gateway.data().getPort())
                        .endpoint("/mcp")
                        .requestBuilder(
                                HttpRequest.newBuilder().header("Authorization", "Bearer " + gateway.newKey("bot")))
                        .build())
                .build();
        client.initialize();
        await().until(() -> client.listTools().tools().size() > 1);
    }

    @AfterAll
    void stop() {
        client.close();
        gateway.close();
    }

    private CallToolResult call(String tool, String text) {
        return client.callTool(
                CallToolRequest.builder(tool).arguments(Map.of("text", text)).build());
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getLast()).text();
    }

    private String asked(String tool, String text) {
        Matcher found = TICKET.matcher(text(call(tool, text)));
        assertTrue(found.find());
        return found.group(1);
    }

    private HttpResponse<String> decide(String ticket, String members) {
        return gateway.api(
                "POST", "/api/v1/approvals/" + ticket + "/decision", "{\"decision\":\"approve\"," + members + "}");
    }

    private String note() throws IOException {
        return Files.readString(folder.resolve("note"));
    }

    @Test
    void theChangedArgumentsRunAndTheCallerIsTold() throws IOException {
        String ticket = asked("sticky__write", "all of it");
        Path file = Files.writeString(folder.resolve("edit.json"), "{\"text\": \"half of it\"}");
        assertTrue(gateway.run("approvals", "show", ticket).out().contains("may be changed: /*"));
        GatewayFixture.Outcome done =
                gateway.run("approvals", "approve", ticket, "--as", "ann", "--arguments", file.toString());
        assertTrue(done.out().contains("with arguments that ann changed"), done.out() + done.err());
        CallToolResult ran = call("sticky__write", "all of it");
        assertEquals("half of it", note());
        assertEquals("written", ((TextContent) ran.content().getFirst()).text());
        assertEquals(
                "Note from the gateway: what ran differs from what was asked for. Before approving the call, ann changed"
                        + " its arguments:\n- /text: \"all of it\" was asked for, \"half of it\" ran",
                text(ran));
        assertEquals(
                Map.of(
                        "approver",
                        "ann",
                        "changes",
                        List.of(Map.of("argument", "/text", "asked", "\"all of it\"", "ran", "\"half of it\""))),
                ran.meta().get("dev.portreeve/approval-edit"));
        await().until(() -> gateway.api("GET", "/api/v1/calls", "").body().contains("\"edited\":{"));
        String calls = gateway.api("GET", "/api/v1/calls", "").body();
        assertTrue(calls.contains("half of it") && calls.contains("all of it"), calls);
        assertTrue(text(call("sticky__write", "all of it")).contains("a person must approve"), "once");
        String shown = gateway.run("approvals", "show", ticket).out();
        assertTrue(
                shown.contains("edited by: ann") && shown.contains("asked arguments: {\"text\":\"all of it\"}"), shown);
    }

    @Test
    void nobodyAgreesUnseenToWhatAnotherChangedAmongSeveralTickets() throws IOException {
        String one = asked("sticky__read", "one");
        String two = asked("sticky__read", "two");
        Path file = Files.writeString(folder.resolve("changed.json"), "{\"text\": \"changed\"}");
        assertEquals(
                0,
                gateway.run("approvals", "approve", one, "--as", "ann", "--arguments", file.toString())
                        .exitCode());
        GatewayFixture.Outcome together = gateway.run("approvals", "approve", one, two, "--as", "bob");
        assertEquals(1, together.exitCode(), together.out());
        assertTrue(together.err().contains("ann changed the arguments of " + one), together.err());
        assertEquals(
                0, gateway.run("approvals", "deny", one, two, "--as", "bob").exitCode(), "a no is one to either");
    }

    @Test
    void whatDoesNotFitTheToolOrTheRulesIsRefusedToTheApprover() {
        String ticket = asked("sticky__write", "refused");
        for (String[] each : new String[][] {
            {"\"arguments\":{\"text\":5}", "must be of type string"},
            {"\"arguments\":{\"text\":\"forbidden\"}", "forbidden by rule \\\"never\\\""},
            {"\"arguments\":[1]", "no usable JSON object"},
            {"\"arguments\":\"x\"", "no usable JSON object"}
        }) {
            HttpResponse<String> refused = decide(ticket, each[0]);
            assertEquals(400, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains(each[1]), refused.body());
        }
        String fixed = asked("sticky__wait", "refused");
        HttpResponse<String> refused = decide(fixed, "\"arguments\":{\"text\":\"x\"}");
        assertTrue(refused.body().contains("lets nobody change arguments"), refused.body());
        JsonNode still = JsonMapper.shared()
                .readTree(gateway.api("GET", "/api/v1/approvals/" + ticket, "").body());
        assertEquals("pending", still.path("state").asString());
    }

    @Test
    void numbersStayAsTheyWereWritten() {
        String ticket = asked("sticky__write", "numbers");
        HttpResponse<String> done =
                decide(ticket, "\"arguments\":{\"text\":\"numbers\",\"n\":9007199254740993.5,\"big\":1e400}");
        assertEquals(200, done.statusCode(), done.body());
        CallToolResult ran = call("sticky__write", "numbers");
        assertTrue(text(ran).contains("/n: nothing was asked for, 9007199254740993.5 ran"), text(ran));
        assertTrue(text(ran).contains("1e+400 ran") || text(ran).contains("1e400 ran"), text(ran));
    }

    @Test
    void onThePageOfOneTicket() throws IOException {
        String ticket = asked("sticky__write", "by page \u202e");
        String path = URI.create(gateway.run("approvals", "link", ticket, "--as", "ann")
                        .out()
                        .strip())
                .getPath();
        String page = gateway.send("GET", path, "").body();
        assertTrue(page.contains("{&quot;text&quot;:&quot;by page \\u202e&quot;}</textarea>"), page);
        assertFalse(page.contains("\u202e"), "what hides is written out");
        Matcher csrf = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        assertTrue(csrf.find());
        String token = "&csrf=" + PageSession.encode(csrf.group(1));
        HttpResponse<String> done = PageSession.form(
                gateway, path, "decision=edit&arguments=" + PageSession.encode("{\"text\":\"tidied\"}") + token);
        assertEquals(303, done.statusCode(), done.body());
        assertTrue(gateway.send("GET", path, "").body().contains("ann changed what was asked for"));
        assertTrue(text(call("sticky__write", "by page \u202e")).contains("\"tidied\" ran"));
        assertEquals("tidied", note());
    }
}
