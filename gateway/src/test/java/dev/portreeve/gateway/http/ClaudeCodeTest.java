package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Claude Code itself, without a person, against the gateway: at a model of its own dialect and at one that it does not know.
 * Asked for with {@code -Dportreeve.test.agents=true}, because its package has hundreds of megabytes.
 */
class ClaudeCodeTest {
    private static final Pattern EXPORT = Pattern.compile("(?m)^export (\\w+)=(\\S+)$");
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
        return claude.run(environment(), List.of(model, home.toString()));
    }

    /** What its page says to set, with this gateway's address and key, and a home of its own. */
    private Map<String, String> environment() throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString(), "DISABLE_AUTOUPDATER", "1"));
        Matcher export = EXPORT.matcher(Files.readString(Path.of("..", "docs", "claude-code.md")));
        while (export.find()) {
            environment.put(
                    export.group(1),
                    export.group(2)
                            .replace("http://127.0.0.1:8080", edge.uri("").toString())
                            .replace("prk_…", EdgeFixture.KEY));
        }
        assertEquals(5, environment.size(), "the page sets an address, a key and what must not be asked");
        return environment;
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
