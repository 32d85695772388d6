package dev.portreeve.hub;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.NodePeers;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.RawJson;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The protocol's reference servers behind the hub and its TypeScript clients before it. Needs Node; leave it out while
 * iterating with {@code -DexcludedGroups=node}.
 */
@Tag("node")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodePeersTest {
    /** One folder name in ten that ends with a long number passes for a credit card, and is masked on its way to a server. */
    static final class WithoutDigits implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            String name = UUID.randomUUID()
                    .toString()
                    .chars()
                    .map(c -> Character.isDigit(c) ? c - '0' + 'g' : c)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            return Files.createDirectory(Path.of(System.getProperty("java.io.tmpdir"), "notes-" + name));
        }
    }

    /** No bound on how fast anything is: a busy machine starts eight programs in its own time. */
    private static final Duration LONG = Duration.ofMinutes(3);

    private Path folder;
    private Process overHttp;
    private Process overSse;
    private NodePeers.Listening modern;
    private HubWorld world;

    @BeforeAll
    void start(@TempDir(factory = WithoutDigits.class) Path notes) throws Exception {
        folder = notes;
        String missing = NodePeers.missing();
        assumeTrue(missing.isEmpty(), missing);
        NodePeers.install();
        Files.writeString(folder.resolve("note.txt"), "meet at noon");
        int port = freePort();
        overHttp = everything("streamableHttp", port);
        int oldPort = freePort();
        overSse = everything("sse", oldPort);
        await().atMost(LONG).until(() -> listens(port) && listens(oldPort));
        modern = NodePeers.Listening.start(List.of("node", "modern-server.mjs"), ProcessBuilder.Redirect.INHERIT);
        world = HubWorld.with(
                HubWorld.stdio("every", NodePeers.server("server-everything", "stdio")),
                HubWorld.http("web", URI.create("http://127.0.0.1:" + port + "/mcp")),
                HubWorld.http("new", URI.create("http://127.0.0.1:" + modern.port() + "/mcp")),
                HubWorld.stdio("files", NodePeers.server("server-filesystem", folder.toString())),
                HubWorld.stdio(
                        "memory",
                        NodePeers.server("server-memory"),
                        Map.of(
                                "MEMORY_FILE_PATH",
                                folder.resolve("memory.jsonl").toString())),
                HubWorld.stdio("thinking", NodePeers.server("server-sequential-thinking")),
                HubWorld.http("old", URI.create("http://127.0.0.1:" + oldPort + "/sse")));
    }

    private static Process everything(String transport, int port) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(NodePeers.server("server-everything", transport));
        builder.environment().put("PORT", Integer.toString(port));
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @AfterAll
    void stop() {
        if (world != null) {
            world.close();
        }
        if (modern != null) {
            modern.close();
        }
        if (overHttp != null) {
            overHttp.destroyForcibly();
        }
        if (overSse != null) {
            overSse.destroyForcibly();
        }
    }

    @Test
    void everyServerIsUpInItsOwnEra() {
        assertEquals(
                List.of(
                        "every 2025-11-25",
                        "web 2025-11-25",
                        "new 2026-07-28",
                        "files 2025-11-25",
                        "memory 2025-11-25",
                        "thinking 2025-11-25",
                        "old 2025-11-25"),
                world.hub().servers().stream()
                        .peek(status -> assertEquals(ServerStatus.State.UP, status.state(), status.toString()))
                        .map(status -> status.slug() + " " + status.protocolVersion())
                        .toList());
    }

    @Test
    void aServerThatOnlySpeaksTheTransportOf2024IsCalled() throws Exception {
        Caller alice = world.caller("alice");
        String answer = alice.modern("tools/call", call("old__echo", "{\"message\":\"hello, 2024\"}"))
                .text();
        assertTrue(answer.contains("hello, 2024"), answer);
    }

    @Test
    void modernCallersReachThemAll() throws Exception {
        Caller alice = world.caller("alice");
        List<String> names = alice.modern("tools/list", "").result().member("tools").elements().stream()
                .map(tool -> tool.member("name").asString().orElseThrow())
                .toList();
        assertTrue(names.containsAll(List.of("every__echo", "web__echo", "new__shout", "files__read_text_file")));
        assertTrue(names.contains("every__simulate-research-query"), "a task, but who knows none gets its result");
        assertEquals(
                "Echo: hi",
                alice.modern("tools/call", call("every__echo", "{\"message\":\"hi\"}"))
                        .text());
        assertEquals(
                "Echo: hi",
                alice.modern("tools/call", call("web__echo", "{\"message\":\"hi\"}"))
                        .text());
        Caller.Heard shouted =
                alice.modern("tools/call", call("new__shout", "{\"text\":\"hi\"}"), "\"progressToken\":\"t\"");
        assertEquals("HI", shouted.text());
        assertEquals(
                "\"t\"",
                String.valueOf(shouted.messages().getFirst().member("params").member("progressToken")));
        RawJson path = RawJson.string(folder.resolve("note.txt").toString());
        Caller.Heard read = alice.modern("tools/call", call("files__read_text_file", "{\"path\":" + path + "}"));
        assertEquals("meet at noon", read.text());
        String environment =
                alice.modern("tools/call", call("every__get-env", "{}")).text();
        assertFalse(environment.contains("JAVA_HOME"), environment);
    }

    @ParameterizedTest
    @ValueSource(strings = {"every", "web"})
    void theReferenceServersTaskIsHandedOverAndAsks(String server) throws Exception {
        Caller alice = world.caller("alice")
                .capable("{\"elicitation\":{},\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}");
        RawJson begun = alice.modern(
                        "tools/call",
                        call(server + "__simulate-research-query", "{\"topic\":\"python\",\"ambiguous\":true}"))
                .result();
        assertEquals("\"task\"", String.valueOf(begun.member("resultType")));
        String about = "\"taskId\":" + begun.member("taskId");
        List<RawJson> seen = new ArrayList<>();
        await().atMost(LONG).until(() -> {
            RawJson task = alice.modern("tasks/get", about).result();
            seen.add(task);
            RawJson asks = task.member("inputRequests");
            if (asks != null) {
                String key = asks.members().keySet().iterator().next();
                alice.modern(
                        "tasks/update",
                        about + ",\"inputResponses\":{\"" + key
                                + "\":{\"action\":\"accept\",\"content\":{\"interpretation\":\"snake\"}}}");
            }
            return task.member("result") != null;
        });
        assertTrue(seen.stream().anyMatch(task -> task.member("inputRequests") != null), seen.toString());
        assertTrue(
                seen.getLast().member("result").toString().contains("snake"),
                seen.getLast().toString());
    }

    @Test
    void theReferenceServersTaskIsRunForWhoKnowsNone() throws Exception {
        String report = world.caller("alice")
                .modern("tools/call", call("web__simulate-research-query", "{\"topic\":\"ports\"}"))
                .text();
        assertTrue(report.contains("# Research Report: ports"), report);
    }

    @Test
    void theReferenceServersThatKeepAndThinkDoSo() throws Exception {
        Caller alice = world.caller("alice");
        Caller.Heard kept = alice.modern(
                "tools/call",
                call(
                        "memory__create_entities",
                        "{\"entities\":[{\"name\":\"Ada\",\"entityType\":\"person\",\"observations\":[\"counts\"]}]}"));
        assertEquals(
                "\"Ada\"",
                kept.result()
                        .member("structuredContent")
                        .member("entities")
                        .elements()
                        .getFirst()
                        .member("name")
                        .toString());
        assertTrue(alice.modern("tools/call", call("memory__search_nodes", "{\"query\":\"Ada\"}"))
                .text()
                .contains("counts"));
        Caller.Heard thought = alice.modern(
                "tools/call",
                call(
                        "thinking__sequentialthinking",
                        "{\"thought\":\"one\",\"nextThoughtNeeded\":false,\"thoughtNumber\":1,\"totalThoughts\":1}"));
        assertFalse(
                thought.result().toString().contains("isError\":true"),
                thought.result().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"web", "every"})
    void aReferenceServerAsksForRootsAndTellsOfUpdates(String server) throws Exception {
        Caller alice = world.caller("alice");
        String opening = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                + "\"2025-06-18\",\"capabilities\":{\"roots\":{\"listChanged\":true}}}}";
        Map<String, String> session = Map.of(
                HeaderValue.SESSION,
                alice.post(Map.of(), opening).header(HeaderValue.SESSION),
                "Accept",
                "text/event-stream, application/json");
        String uri = "mcp+" + server + "+demo://resource/dynamic/text/1";
        try (EventTap tap = alice.listen(session)) {
            alice.post(
                            session,
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/subscribe\",\"params\":{\"uri\":\""
                                    + uri + "\"}}")
                    .result();
            answerRoots(alice, session, next(tap, "roots/list"));
            alice.post(session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}");
            answerRoots(alice, session, next(tap, "roots/list"));
            alice.post(
                            session,
                            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"" + server
                                    + "__toggle-subscriber-updates\",\"arguments\":{}}}")
                    .result();
            assertEquals(
                    '"' + uri + '"',
                    String.valueOf(next(tap, "notifications/resources/updated")
                            .message()
                            .member("params")
                            .member("uri")));
        }
    }

    private static EventTap.Event next(EventTap tap, String method) throws InterruptedException {
        EventTap.Event event = tap.next();
        while (!event.method().equals(method)) {
            event = tap.next();
        }
        return event;
    }

    private static void answerRoots(Caller caller, Map<String, String> session, EventTap.Event question)
            throws Exception {
        caller.post(
                session,
                "{\"jsonrpc\":\"2.0\",\"id\":" + question.message().member("id")
                        + ",\"result\":{\"roots\":[{\"uri\":\"file:///work\",\"name\":\"work\"}]}}");
    }

    private static String call(String tool, String arguments) {
        return "\"name\":\"" + tool + "\",\"arguments\":" + arguments;
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "modern"})
    void theOfficialPackageForTasksSettlesTheReferenceServersTask(String era) throws Exception {
        RawJson seen = RawJson.of(NodePeers.tasksClient(
                world.edge().url().toString(), era, "web__simulate-research-query", "{\"topic\":\"ports\"}"));
        assertTrue(seen.member("result").toString().contains("# Research Report: ports"), seen.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "modern", "auto"})
    void theInspectorListsAndCalls(String era) throws Exception {
        String missing = NodePeers.suiteMissing();
        assumeTrue(missing.isEmpty(), missing);
        RawJson listed = inspected(era, "tools/list");
        assertTrue(listed.toString().contains("every__echo"), listed.toString());
        RawJson called = inspected(
                era, "tools/call", "--tool-name", "every__echo", "--tool-args-json", "{\"message\":\"hello\"}");
        assertTrue(called.toString().contains("Echo: hello"), called.toString());
        RawJson prompt = inspected(era, "prompts/get", "--prompt-name", "every__simple-prompt");
        assertTrue(prompt.toString().contains("messages"), prompt.toString());
    }

    private RawJson inspected(String era, String method, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "--server-url",
                world.edge().url().toString(),
                "--transport",
                "http",
                "--header",
                "Authorization: Bearer alice",
                "--protocol-era",
                era,
                "--stored-auth-only",
                "--format",
                "json",
                "--quiet",
                "--method",
                method));
        arguments.addAll(List.of(more));
        return RawJson.of(NodePeers.inspector(arguments.toArray(String[]::new)));
    }

    @ParameterizedTest
    @CsvSource({"1,legacy", "2,legacy", "2,auto", "2,2026-07-28"})
    void typeScriptClientsOfBothLinesWork(String line, String mode) throws Exception {
        RawJson seen = RawJson.of(NodePeers.client(world.edge().url().toString(), line, mode));
        assertTrue(seen.member("tools").toString().contains("every__echo"));
        assertFalse(seen.member("tools").toString().contains("__crash"));
        assertEquals("\"Echo: hello\"", String.valueOf(seen.member("echo")));
        // Before them there may be the gateway's own, far below 1: a process that starts takes a while.
        String progress = String.valueOf(seen.member("progress"));
        assertTrue(progress.endsWith("1,2,3,4]"), progress);
        assertTrue(seen.member("long").toString().contains("completed"), seen.toString());
        assertTrue(seen.member("denied").member("isError").isTrue(), seen.toString());
        assertEquals("-32602", String.valueOf(seen.member("unknown")));
        assertTrue(seen.member("aborted") != null, seen.toString());
        // The aborted call was cancelled on the way, so its record is closed long before the tool would have ended.
        await().until(() -> world.governance().kinds().stream()
                        .filter("call.opened"::equals)
                        .count()
                == world.governance().kinds().stream()
                        .filter("call.closed"::equals)
                        .count());
    }
}
