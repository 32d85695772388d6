package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.gateway.http.NodeSdk;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claude Code itself, without a person before it, whose call a person elsewhere approves. Asked for with {@code -Dportreeve.test.agents=true}. */
class ClaudeCodeApprovalTest {
    private static byte[] turn(String block, String delta, String reason) {
        return """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":BLOCK}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":DELTA}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"REASON","stop_sequence":null},"usage":{"output_tokens":9}}

            event: message_stop
            data: {"type":"message_stop"}

            """.replace("BLOCK", block)
                .replace("DELTA", delta)
                .replace("REASON", reason)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] write(int n) {
        return turn(
                "{\"type\":\"tool_use\",\"id\":\"toolu_" + n + "\",\"name\":\"mcp__gate__files__write\",\"input\":{}}",
                "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"text\\\":\\\"hello\\\"}\"}",
                "tool_use");
    }

    @Test
    void repeats_its_call_after_a_yes_and_has_its_result(@TempDir Path folder, @TempDir Path home) throws Exception {
        assumeTrue(Boolean.getBoolean("portreeve.test.agents"), "agents are tried when asked for");
        try (ReplayUpstream upstream = new ReplayUpstream();
                HttpFixture tools = HttpFixture.modern();
                GatewayFixture gateway = GatewayFixture.configured(
                        folder, """
                            providers: [{ id: made, base-url: "UPSTREAM", api-key: k, dialects: [anthropic-messages] }]
                            models: [{ name: m, route: { targets: [{ model: made/m }] } }]
                            tool-servers: [{ slug: files, url: "TOOLS", definitions: trust }]
                            organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
                            policies:
                              - { id: models, effect: allow, models: ["*"] }
                              - { id: ask, effect: require-approval, tools: [files__write] }
                            approvals: { hold: 1ms }
                            """.replace("UPSTREAM", upstream.baseUrl().toString())
                                .replace("TOOLS", tools.url().toString()))) {
            String key = gateway.newKey("bot");
            try (Caller caller = new Caller(URI.create(gateway.data() + "/mcp"), key)) {
                await().until(() ->
                        caller.modern("tools/list", "").messages().toString().contains("files__write"));
            }
            upstream.always(ReplayUpstream.events(turn(
                    "{\"type\":\"text\",\"text\":\"\"}",
                    "{\"type\":\"text_delta\",\"text\":\"all done\"}",
                    "end_turn")));
            upstream.then(ReplayUpstream.events(write(1))).then(exchange -> {
                // A person says yes while the model thinks about the answer.
                assertEquals(0, gateway.run("approvals", "approve").exitCode());
                exchange.beginEvents();
                exchange.chunk(write(2));
                exchange.endEvents();
            });
            NodeSdk claude = NodeSdk.install("@anthropic-ai/claude-code", "2", "anthropic/claude-code-tools.mjs");
            NodeSdk.Run run = claude.run(
                    Map.of(
                            "HOME",
                            home.toString(),
                            "ANTHROPIC_BASE_URL",
                            gateway.data().toString(),
                            "ANTHROPIC_AUTH_TOKEN",
                            key,
                            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
                            "1",
                            "DISABLE_AUTOUPDATER",
                            "1"),
                    List.of(gateway.data().toString(), key, home.toString()));
            List<String> sent =
                    upstream.requests().stream().map(ReplayUpstream.Seen::text).toList();
            String heard = sent.stream()
                    .map(text -> text.substring(Math.max(0, text.lastIndexOf("tool_result") - 300)))
                    .toList()
                    .toString();
            assertEquals(0, run.exit(), run.output());
            assertEquals(1, tools.tools().calls(), run.output() + heard);
            assertTrue(sent.get(1).contains("a person must approve it first"), heard);
            assertTrue(run.output().contains("\"result\":\"all done\""), run.output());
        }
    }
}
