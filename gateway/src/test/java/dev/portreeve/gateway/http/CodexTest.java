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
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Codex itself, without a person, set up as its page in docs says, against the gateway: at a model of its own dialect and at two that it could not speak to.
 * Asked for with {@code -Dportreeve.test.agents=true}, because its package has hundreds of megabytes.
 */
class CodexTest {
    private static final Pattern TOML = Pattern.compile("(?s)```toml\\n(.*?)```");
    private static final String SHOWN_ADDRESS = "http://127.0.0.1:8080/v1";

    private ReplayUpstream upstream;
    private EdgeFixture edge;

    @TempDir
    private Path home;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Boolean.getBoolean("portreeve.test.agents"), "agents are tried when asked for");
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .responses("openai", upstream.baseUrl())
                .provider("chat", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .model("own", "openai/gpt-5-mini")
                .model("chat", "chat/some-model")
                .model("claude", "anthropic/claude-sonnet-4-5")
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
        NodeSdk codex = NodeSdk.install("@openai/codex", "0.169", "openai/codex.mjs");
        Files.writeString(home.resolve("config.toml"), settings(model));
        return codex.run(Map.of("PORTREEVE_KEY", EdgeFixture.KEY), List.of(home.toString(), "say hello"));
    }

    /** The file that its page shows, with this gateway's address, and without asking the world for updates. */
    private String settings(String model) throws IOException {
        Matcher block = TOML.matcher(Files.readString(Path.of("..", "docs", "codex.md")));
        assertTrue(block.find(), "the page shows a file");
        String shown = block.group(1);
        assertTrue(shown.contains("model = \"fast\"") && shown.contains(SHOWN_ADDRESS), shown);
        return "check_for_update_on_startup = false\n"
                + shown.replace("model = \"fast\"", "model = \"" + model + "\"")
                        .replace(SHOWN_ADDRESS, edge.uri("/v1").toString())
                + "\n[analytics]\nenabled = false\n";
    }

    private static String recorded(String name) {
        return new String(ReplayUpstream.recorded(name), StandardCharsets.UTF_8);
    }

    private static ReplayUpstream.Script events(String events) {
        return ReplayUpstream.events(events.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void reads_an_answer_of_its_own_dialect() throws Exception {
        upstream.always(events(recorded("response-text-stream.txt")));
        NodeSdk.Run run = ask("own");
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("Hello é wörld"), run.output());
        String sent = upstream.requests().getFirst().text();
        assertFalse(sent.contains("\"type\":\"web_search\""), sent);
        assertEquals(30, edge.purse.settled.getFirst().outputTokens());
    }

    @Test
    void runs_a_tool_that_a_model_of_another_dialect_calls() throws Exception {
        String called = recorded("translation/responses-to-chat/stream.txt")
                .replaceAll("(?m)^data: .*call_2.*\n\n", "")
                .replace("\"name\":\"read\"", "\"name\":\"exec_command\"")
                .replace("{\\\"path\\\":", "{\\\"cmd\\\":")
                .replace("\\\"a\\\"}", "\\\"echo gate-$((40+2))\\\"}");
        upstream.then(events(called)).always(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        NodeSdk.Run run = ask("chat");
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("Hello é wörld"), run.output());
        String second = upstream.requests().get(1).text();
        assertTrue(second.contains("\"role\":\"tool\"") && second.contains("gate-42"), run.output() + second);
    }

    @Test
    void goes_on_with_the_thoughts_of_anthropics_model() throws Exception {
        String recorded = recorded("anthropic/stream.txt");
        String called = recorded.replace("\"name\":\"get_weather\"", "\"name\":\"exec_command\"")
                .replace("{\\\"location\\\":", "{\\\"cmd\\\":")
                .replace(" \\\"Kiel\\\"}", " \\\"echo gate-$((40+2))\\\"}");
        String tool = recorded.substring(
                recorded.indexOf("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2"),
                recorded.indexOf("event: message_delta"));
        String said =
                recorded.replace(tool, "").replace("\"stop_reason\":\"tool_use\"", "\"stop_reason\":\"end_turn\"");
        upstream.then(events(called)).always(events(said));
        NodeSdk.Run run = ask("claude");
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("Hello é wörld"), run.output());
        String second = upstream.requests().get(1).text();
        assertTrue(second.contains("gate-42"), run.output() + second);
        assertTrue(
                second.contains("\"thinking\":\"Let me see.\",\"signature\":\"EqQBCgIYAhIkAbc=\""),
                "its thoughts came back: " + second);
    }

    @Test
    void asks_once_when_it_is_refused() throws Exception {
        edge.purse.empty = true;
        NodeSdk.Run run = ask("own");
        assertTrue(run.exit() != 0, run.output());
        assertTrue(upstream.requests().isEmpty());
        long refusals = edge.journal.events().stream()
                .filter(event -> event.kind().code().equals("call.closed")
                        || event.kind().code().equals("call.refused"))
                .count();
        assertEquals(1, refusals, "it asked again: " + run.output());
    }
}
