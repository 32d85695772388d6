package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rules that are published mean to callers of tools: lists, tickets that wait, and definitions that do not fit. */
class PublishedToolRulesTest {
    private static final String WRITE = "\"name\":\"sticky__write\",\"arguments\":{\"text\":\"bread\"}";
    private static final String ASK = """
            policies:
              - { id: ask, effect: require-approval, tools: [sticky__write], approvers: [alice] }
            """;

    @TempDir
    private Path folder;

    private GatewayFixture gateway;
    private Caller caller;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(folder.resolve("note"), "milk");
        gateway = GatewayFixture.configured(folder, """
                tool-servers: [ { slug: sticky, command: COMMAND, definitions: trust } ]
                organisation: { tenants: [ { id: acme, users: [ { id: alice } ], agents: [ { id: bot } ] } ] }
                policies: [ { id: read, effect: allow, tools: [sticky__read] } ]
                approvals: { hold: 1ms }
                """.replace("COMMAND", StickyNotes.command(folder)));
        caller = new Caller(URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp"), gateway.newKey("bot"));
        await().until(() -> listed().contains("sticky__read"));
    }

    @AfterEach
    void stop() {
        caller.close();
        gateway.close();
    }

    private String listed() throws IOException, InterruptedException {
        return caller.modern("tools/list", "").messages().toString();
    }

    private Outcome run(String... arguments) {
        Outcome outcome = gateway.run(arguments);
        assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
        return outcome;
    }

    private void publish(int number, String text) throws IOException {
        Path file = Files.writeString(folder.resolve("draft.yaml"), text);
        run("policy", "draft", file.toString(), "--reason", "for tests");
        run("policy", "publish", String.valueOf(number));
    }

    @Test
    void whoListensHearsThatOtherToolsAreThere() throws Exception {
        assertFalse(listed().contains("sticky__write"));
        Map<String, String> session = new HashMap<>();
        session.put("MCP-Protocol-Version", "2025-11-25");
        session.put("Accept", "application/json, text/event-stream");
        session.put(
                "Mcp-Session-Id",
                caller.post(
                                Map.of(),
                                "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                                        + "\"2025-11-25\",\"capabilities\":{}}}")
                        .header("mcp-session-id"));
        caller.post(session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")
                .result();
        try (EventTap stream = caller.listen(session)) {
            assertEquals("0-0", stream.next().id());
            publish(1, "policies: [ { id: write, effect: allow, tools: [sticky__write] } ]");
            assertEquals("notifications/tools/list_changed", stream.next().method());
        }
        assertTrue(listed().contains("sticky__write"));
        assertEquals("written", caller.modern("tools/call", WRITE).text());
    }

    @Test
    void aYesUnderOtherRulesCountsNoLonger() throws Exception {
        publish(1, ASK);
        assertTrue(caller.modern("tools/call", WRITE).messages().toString().contains("approval"));
        String ticket = run("approvals", "list")
                .out()
                .lines()
                .filter(line -> line.contains("sticky"))
                .findFirst()
                .orElseThrow()
                .split(" ")[0];
        run("approvals", "approve", ticket, "--as", "alice");
        publish(2, ASK + "  - { id: never, effect: deny, tools: [sticky__wait] }\n");
        String repeated = caller.modern("tools/call", WRITE).messages().toString();
        assertTrue(repeated.contains(ticket) && repeated.contains("counts no longer"), repeated);
        assertEquals("milk", Files.readString(folder.resolve("note")), "nothing ran");
        publish(3, "policies: [ { id: never, effect: deny, tools: [sticky__write] } ]");
        String denied = caller.modern("tools/call", WRITE).messages().toString();
        assertTrue(denied.contains("unknown tool"), denied);
    }

    @Test
    void aRuleThatSpeaksOfAnArgumentTheToolDoesNotHaveIsNotPublished() throws Exception {
        Path file = Files.writeString(folder.resolve("draft.yaml"), """
                policies:
                  - { id: misspelt, effect: deny, tools: [sticky__write], when: 'has(args.txt) && args.txt == "x"' }
                """);
        String drafted =
                run("policy", "draft", file.toString(), "--reason", "misspelt").out();
        String wrong = "rule \"misspelt\" speaks of the argument \"txt\", which \"sticky__write\" does not have";
        assertTrue(drafted.contains(wrong), drafted);
        Outcome refused = gateway.run("policy", "publish", "1");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains(wrong), refused.err());
    }
}
