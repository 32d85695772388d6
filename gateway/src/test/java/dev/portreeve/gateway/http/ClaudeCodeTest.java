package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Claude Code itself, without a person, against the gateway: at a model of its own dialect and at one that it does not know.
 * Asked for with {@code -Dportreeve.test.agents=true}, because its package has hundreds of megabytes.
 */
class ClaudeCodeTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;

    @TempDir
    private Path home;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Boolean.getBoolean("portreeve.test.agents"), "agents are tried when asked for");
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .anthropic("anthropic", upstream.baseUrl())
                .provider("openai", upstream.baseUrl())
                .model("claude-smart", "anthropic/claude-sonnet-4-5")
                .model("claude-other", "openai/gpt-5-mini")
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        if (edge != null) {
            edge.close();
            upstream.close();
        }
    }

    private NodeSdk.Run ask(String model) throws IOException, InterruptedException {
        NodeSdk claude = NodeSdk.install("@anthropic-ai/claude-code", "2", "anthropic/claude-code.mjs");
        return claude.run(
                Map.of(
                        "HOME",
                        home.toString(),
                        "ANTHROPIC_BASE_URL",
                        edge.uri("").toString(),
                        "ANTHROPIC_AUTH_TOKEN",
                        EdgeFixture.KEY,
                        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
                        "1",
                        "DISABLE_AUTOUPDATER",
                        "1"),
                List.of(model, home.toString()));
    }

    @Test
    void reads_an_answer_of_its_own_dialect() throws Exception {
        String recorded = new String(ReplayUpstream.recorded("anthropic/stream.txt"), StandardCharsets.UTF_8);
        String tool = recorded.substring(
                recorded.indexOf("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2"),
                recorded.indexOf("event: message_delta"));
        String said =
                recorded.replace(tool, "").replace("\"stop_reason\":\"tool_use\"", "\"stop_reason\":\"end_turn\"");
        upstream.always(ReplayUpstream.events(said.getBytes(StandardCharsets.UTF_8)));
        NodeSdk.Run run = ask("claude-smart");
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("\"result\":\"Hello é wörld\""), run.output());
        assertTrue(upstream.requests().getFirst().headers().containsKey("anthropic-beta"));
        assertEquals(89, edge.purse.settled.getFirst().outputTokens());
    }

    @Test
    void reads_an_answer_of_a_model_it_does_not_know() throws Exception {
        upstream.always(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        NodeSdk.Run run = ask("claude-other");
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("\"result\":\"Hello é wörld\""), run.output());
        assertFalse(upstream.requests().getFirst().text().contains("x-anthropic-billing-header"));
    }

    @Test
    void asks_once_when_it_is_refused() throws Exception {
        edge.purse.empty = true;
        NodeSdk.Run run = ask("claude-smart");
        assertTrue(run.output().contains("budget of agent is used up"), run.output());
        assertTrue(upstream.requests().isEmpty());
        long refusals = edge.journal.events().stream()
                .filter(event -> event.kind().code().equals("call.closed")
                        || event.kind().code().equals("call.refused"))
                .count();
        assertEquals(1, refusals, "it asked again");
    }
}
