package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The vendor's own Node SDK as a caller, where Node and npm are present; its package is installed once into target. */
class OpenAiNodeSdkTest {
    private static final String PACKAGE = "openai@6";
    private static final Path FOLDER = Path.of("target", "node-openai");

    private record Run(int exit, String output) {}

    @Test
    void chats_streams_lists_and_does_not_repeat_refusals() throws Exception {
        install();
        try (ReplayUpstream upstream = new ReplayUpstream();
                EdgeFixture edge = new EdgeFixture()
                        .provider("openai", upstream.baseUrl())
                        .demo()
                        .model("fast", "openai/gpt-5-mini")
                        .model("demo", "demo/demo")
                        .start()) {
            upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")))
                    .then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
            Run run = run(FOLDER, List.of("node", "script.mjs", edge.uri("/v1").toString(), EdgeFixture.KEY));
            assertEquals(0, run.exit(), run.output());
            assertTrue(run.output().contains("unary=Grüße"), run.output());
            assertTrue(run.output().contains("stream=Hello é wörld"), run.output());
            assertTrue(run.output().contains("models=fast,demo"), run.output());
            assertTrue(run.output().contains("embedding=256"), run.output());
            assertTrue(run.output().contains("unknown=404 model_not_found"), run.output());
            assertTrue(run.output().contains("mistyped=401 invalid_api_key"), run.output());
            assertEquals(2, upstream.requests().size());
            long refusals = edge.journal.events().stream()
                    .filter(event -> event.kind().code().equals("call.refused"))
                    .count();
            assertEquals(1, refusals, "the SDK asked again");
        }
    }

    private static void install() throws IOException, InterruptedException {
        assumeTrue(isThere("node") && isThere("npm"), "Node is not installed, so its SDK is not tried");
        Files.createDirectories(FOLDER);
        Files.write(FOLDER.resolve("script.mjs"), ReplayUpstream.recorded("sdk.mjs"));
        if (!Files.exists(FOLDER.resolve("node_modules/openai/package.json"))) {
            Files.writeString(FOLDER.resolve("package.json"), "{\"private\":true,\"type\":\"module\"}");
            Run npm = run(FOLDER, List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE));
            assumeTrue(npm.exit() == 0, "the Node SDK cannot be installed here: " + npm.output());
        }
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return run(Path.of("."), List.of(program, "--version")).exit() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static Run run(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Run(process.exitValue(), output);
    }
}
