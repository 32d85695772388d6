package dev.portreeve.examples.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.gateway.RunningGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The commands of README and of the pages, run by a shell against the demo. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReadmeTest {
    private static final Pattern COMMAND = Pattern.compile("\\./portreeve ([a-z-]+(?: [a-z-]+)?)");
    private static final Pattern PYTHON = Pattern.compile("(?s)```python\\n(import base64.*?)```");
    private Path folder;
    private RunningGateway gateway;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        gateway = RunningGateway.demo(Files.createDirectories(temporary.resolve("data")));
        folder = RunningGateway.command(Files.createDirectories(temporary.resolve("clone")));
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    private record Ran(int exitCode, String output) {}

    private Ran run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("PORTREEVE_DATA", gateway.data().toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), output);
    }

    @Test
    void theFourUsesWorkAsTheReadmeSays() throws Exception {
        String script = DocsTest.blocks("sh").stream()
                .filter(block -> block.page().equals(DocsTest.ROOT.resolve("README.md")))
                .map(DocsTest.Block::text)
                .filter(text -> !text.contains("./build verify"))
                .collect(Collectors.joining())
                .replace("prk_…", gateway.newKey("demo", "scribe"))
                .replace("http://127.0.0.1:8080", gateway.url().toString());
        String output = run(List.of("sh", "-c", script), Map.of()).output();
        for (String expected : List.of(
                "notes__search_notes",
                "ideas/garden.md:2: Plant the lemons behind the gate in spring.",
                "This is the demo provider of Portreeve",
                "a person must approve it first",
                "approved: notes__write_note",
                "wrote the new note plan.md",
                "INTACT",
                "check them anywhere")) {
            assertTrue(output.contains(expected), () -> "no \"" + expected + "\" in:\n" + output);
        }
        assertEquals(2, output.split("INTACT", -1).length - 1, output);
    }

    /** The page's commands in the folder of somebody who has a client with servers and a configuration. */
    @Test
    void aClientIsConnectedAndItsServersComeInAsThePageSays() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.writeString(
                Files.createDirectories(home.resolve(".codex")).resolve("config.toml"),
                "[mcp_servers.docs]\nurl = \"https://docs.example.com/mcp\"\nbearer_token_env_var = \"DOCS_TOKEN\"\n");
        Path config = Files.writeString(folder.resolve("portreeve.yaml"), "tool-servers: [] # none yet\n");
        String script = DocsTest.blocks("sh").stream()
                .filter(block -> block.page().equals(DocsTest.ROOT.resolve("docs/connect-an-agent.md")))
                .map(DocsTest.Block::text)
                .collect(Collectors.joining())
                .replace("prk_…", gateway.newKey("demo", "scribe"))
                .replaceAll("(\\./portreeve connect [a-z-]+)", "$1 --url " + gateway.url());
        Ran ran = run(List.of("sh", "-ec", script), Map.of("HOME", home.toString()));
        assertEquals(0, ran.exitCode(), ran.output());
        for (String expected : List.of(
                "MCP 2026-07-28: ",
                "MCP 2025-11-25: ",
                "\"Bearer ${env:PORTREEVE_KEY}\"",
                "[mcp_servers.portreeve-notes]",
                "bearer: \"${PORTREEVE_KEY}\"",
                "DOCS_TOKEN (docs): referred to in the file")) {
            assertTrue(ran.output().contains(expected), () -> "no \"" + expected + "\" in:\n" + ran.output());
        }
        assertTrue(Files.readString(folder.resolve(".mcp.json")).contains(gateway.url() + "/mcp"));
        assertTrue(Files.readString(config).contains("slug: docs"), Files.readString(config));
        Files.delete(config);
    }

    @Test
    void theRecordsCanBeCheckedByHand() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "the check by hand is in Python");
        Matcher snippet = PYTHON.matcher(Files.readString(DocsTest.ROOT.resolve("docs/audit.md")));
        assertTrue(snippet.find());
        Path check = Files.writeString(folder.resolve("check.py"), snippet.group(1));
        gateway.newKey("demo", "scribe");
        Path evidence = folder.resolve("by-hand");
        // A record is signed about a second after it was written.
        Awaitility.await()
                .until(() -> gateway.run("audit", "export", evidence.toString()).exitCode() == 0);
        Path tenant = evidence.resolve("tenants/demo");
        List<String> command = List.of("/usr/bin/python3", check.toString(), tenant.toString());
        assertEquals(0, run(command, Map.of()).exitCode());

        Files.writeString(
                tenant.resolve("records.jsonl"),
                Files.readString(tenant.resolve("records.jsonl")).replaceFirst("scribe", "scribf"),
                StandardOpenOption.TRUNCATE_EXISTING);
        Ran changed = run(command, Map.of());
        assertEquals(1, changed.exitCode());
        assertTrue(changed.output().contains("the records are not those that were signed"), changed.output());
    }

    /** Every command that any page shows is one that the program has. */
    @TestFactory
    Stream<DynamicTest> theCommandsExist() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path page : DocsTest.pages()) {
            all.append(Files.readString(page));
        }
        return COMMAND.matcher(all)
                .results()
                .map(found -> found.group(1))
                .filter(command -> !command.isBlank())
                .distinct()
                .map(command -> DynamicTest.dynamicTest(command, () -> {
                    String[] words = (command + " --help").split(" ");
                    assertEquals(
                            0,
                            gateway.run(words).exitCode(),
                            () -> gateway.run(words).err());
                }));
    }
}
