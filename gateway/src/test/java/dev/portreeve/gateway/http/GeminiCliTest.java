package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
 * Gemini CLI itself, without a person, set up as its page in docs says: at a model of its own dialect and at one of another. Asked
 * for with {@code -Dportreeve.test.agents=true}, because its package has a hundred megabytes.
 */
class GeminiCliTest {
    private static final Pattern SETTINGS = Pattern.compile("(?s)```json\\n(.*?)```");
    private static final Pattern VARIABLE = Pattern.compile("(?m)^export ([A-Z_]+)=(.*)$");

    private ReplayUpstream upstream;
    private EdgeFixture edge;

    @TempDir
    private Path home;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Boolean.getBoolean("portreeve.test.agents"), "agents are tried when asked for");
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .gemini("google", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .model("fast", "google/gemini-2.5-flash")
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

    /** Runs it with the file and the variables that its page shows, with this gateway's address and key. */
    private NodeSdk.Run ask(String model) throws IOException, InterruptedException {
        NodeSdk gemini = NodeSdk.install("@google/gemini-cli", "0.61", "gemini/gemini-cli.mjs");
        String page = Files.readString(Path.of("..", "docs", "gemini.md"));
        Matcher settings = SETTINGS.matcher(page);
        assertTrue(settings.find(), "the page shows a file");
        Files.createDirectories(home.resolve(".gemini"));
        Files.writeString(home.resolve(".gemini").resolve("settings.json"), settings.group(1));
        Map<String, String> environment = new java.util.HashMap<>();
        Matcher variable = VARIABLE.matcher(page);
        while (variable.find()) {
            environment.put(
                    variable.group(1),
                    variable.group(2)
                            .replace("http://127.0.0.1:8080", edge.uri("").toString())
                            .replace("prk_…", EdgeFixture.KEY));
        }
        assertEquals(2, environment.size(), "the page shows two variables");
        environment.put("GEMINI_CLI_TRUST_WORKSPACE", "true");
        return gemini.run(environment, List.of(home.toString(), model, "say hello"));
    }

    private static String recorded(String name) {
        return new String(ReplayUpstream.recorded(name), StandardCharsets.UTF_8);
    }

    private static ReplayUpstream.Script events(String events) {
        return ReplayUpstream.events(events.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void reads_an_answer_of_its_own_dialect() throws Exception {
        String recorded = recorded("gemini/stream.txt");
        int call = recorded.indexOf("data: {\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\"");
        String said = recorded.substring(0, call) + recorded.substring(recorded.indexOf("data: ", call + 1));
        upstream.always(events(said));
        NodeSdk.Run run = ask("fast");
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("Hello é wörld"), run.output());
        assertTrue(upstream.requests().stream()
                .anyMatch(seen -> seen.line().contains("/models/gemini-2.5-flash:streamGenerateContent?alt=sse")));
    }

    @Test
    void runs_a_tool_that_anthropics_model_calls_and_goes_on_with_its_thoughts() throws Exception {
        String recorded = recorded("anthropic/stream.txt");
        String called = recorded.replace("\"name\":\"get_weather\"", "\"name\":\"run_shell_command\"")
                .replace("{\\\"location\\\":", "{\\\"command\\\":")
                .replace(" \\\"Kiel\\\"}", " \\\"printf gate-%d 42\\\"}");
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
                second.contains(
                        "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"Let me see.\","
                                + "\"signature\":\"EqQBCgIYAhIkAbc=\"},"),
                "its thoughts came back, and first: " + second);
    }

    @Test
    void asks_once_when_it_is_refused() throws Exception {
        edge.purse.empty = true;
        NodeSdk.Run run = ask("fast");
        assertTrue(run.exit() != 0, run.output());
        assertTrue(upstream.requests().isEmpty());
        long refusals = edge.journal.events().stream()
                .filter(event -> event.kind().code().equals("call.closed")
                        || event.kind().code().equals("call.refused"))
                .count();
        assertEquals(1, refusals, "it asked again: " + run.output());
    }
}
