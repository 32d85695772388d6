package dev.portreeve.examples.notes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The notes server as a process of its own, asked by the SDK's client over standard input and output. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NotesServerTest {
    private Path folder;
    private final List<ProgressNotification> progress = new CopyOnWriteArrayList<>();
    private McpSyncClient client;

    static List<String> command(String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command =
                new CopyOnWriteArrayList<>(List.of(java, "-cp", classPath, "dev.portreeve.examples.notes.NotesServer"));
        command.addAll(List.of(arguments));
        return command;
    }

    @BeforeAll
    void connect(@TempDir Path parent) {
        folder = parent.resolve("notes");
        List<String> command = command("--samples", folder.toString());
        client = McpClient.sync(new StdioClientTransport(
                        ServerParameters.builder(command.getFirst())
                                .args(command.subList(1, command.size()))
                                .build(),
                        McpJsonDefaults.getMapper()))
                .requestTimeout(Duration.ofSeconds(30))
                .progressConsumer(progress::add)
                .build();
        client.initialize();
    }

    @AfterAll
    void disconnect() {
        client.closeGracefully();
    }

    private CallToolResult call(String tool, Map<String, Object> arguments) {
        return client.callTool(
                CallToolRequest.builder(tool).arguments(arguments).build());
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }

    @Test
    void saysWhichToolsOnlyRead() {
        Map<String, Boolean> readOnly = new TreeMap<>();
        for (Tool tool : client.listTools().tools()) {
            readOnly.put(tool.name(), tool.annotations().readOnlyHint());
            assertFalse(tool.description().isBlank(), tool.name());
        }
        assertEquals(
                Map.of("search_notes", true, "read_note", true, "write_note", false, "count_slowly", true), readOnly);
    }

    @Test
    void findsLinesOfTheSamples() {
        assertEquals(
                "ideas/garden.md:2: Plant the lemons behind the gate in spring.\nshopping.md:3: - two lemons\n",
                text(call("search_notes", Map.of("query", "LEMONS"))));
        assertEquals("no note contains this", text(call("search_notes", Map.of("query", "lighthouse"))));
    }

    @Test
    void writesAndReadsBack() throws IOException {
        String path = "plans/today.md";
        assertEquals(
                "wrote the new note " + path, text(call("write_note", Map.of("path", path, "text", "eins – zwei\n"))));
        assertEquals("eins – zwei\n", text(call("read_note", Map.of("path", path))));
        assertEquals("eins – zwei\n", Files.readString(folder.resolve(path)));
        assertEquals("replaced the note " + path, text(call("write_note", Map.of("path", path, "text", "drei\n"))));
        assertEquals("drei\n", Files.readString(folder.resolve(path)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.md",
                "ideas/../../outside.md",
                "/tmp/outside.md",
                "secret.txt",
                "link/in.md",
                "a/b/c/d/e.md"
            })
    void staysInItsFolder(String path) throws IOException {
        Path outside = Files.createDirectories(folder.resolveSibling("elsewhere"));
        Path link = folder.resolve("link");
        if (!Files.exists(link)) {
            Files.createSymbolicLink(link, outside);
        }
        CallToolResult written = call("write_note", Map.of("path", path, "text", "x"));
        assertTrue(written.isError(), text(written));
        assertTrue(call("read_note", Map.of("path", path)).isError());
        try (var files = Files.list(outside)) {
            assertEquals(List.of(), files.toList());
        }
        assertFalse(Files.exists(folder.resolveSibling("outside.md")));
    }

    @Test
    void followsNoLinkToAFile() throws IOException {
        Path secret = Files.writeString(folder.resolveSibling("secret.md"), "secret");
        Files.createSymbolicLink(folder.resolve("alias.md"), secret);
        assertTrue(call("read_note", Map.of("path", "alias.md")).isError());
        assertTrue(call("write_note", Map.of("path", "alias.md", "text", "x")).isError());
        assertEquals("secret", Files.readString(secret));
        assertEquals("no note contains this", text(call("search_notes", Map.of("query", "secret"))));
    }

    @Test
    void refusesArgumentsThatDoNotFitTheSchema() {
        assertTrue(call("write_note", Map.of("path", "a.md")).isError());
        assertTrue(call("count_slowly", Map.of("to", 1000)).isError());
        assertTrue(call("read_note", Map.of("path", "welcome.md", "surprise", true))
                .isError());
        assertTrue(call("write_note", Map.of("path", "big.md", "text", "ü".repeat(Notes.MAX_NOTE_BYTES / 2 + 1)))
                .isError());
        assertFalse(Files.exists(folder.resolve("big.md")));
    }

    @Test
    void tellsItsProgress() {
        progress.clear();
        CallToolResult result = client.callTool(CallToolRequest.builder("count_slowly")
                .arguments(Map.of("to", 3, "pause_ms", 1))
                .progressToken("count-1")
                .build());
        assertEquals("counted to 3", text(result));
        Awaitility.await().until(() -> progress.size() == 3);
        // Sorted: the SDK's client hands notifications to its consumer on several threads.
        assertEquals(
                List.of(1.0, 2.0, 3.0),
                progress.stream().map(ProgressNotification::progress).sorted().toList());
        assertEquals("count-1", progress.getFirst().progressToken());
    }

    @Test
    void endsWhenItsInputEnds() throws IOException, InterruptedException {
        Process server = new ProcessBuilder(command(folder.toString())).start();
        server.outputWriter().close();
        assertTrue(server.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, server.exitValue());
        assertEquals("", new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    @Test
    void saysHowToCallIt() throws IOException, InterruptedException {
        Process server = new ProcessBuilder(command()).start();
        assertEquals(
                "usage: NotesServer [--samples] FOLDER\n",
                new String(server.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(2, server.waitFor());
    }
}
