package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers of each era at servers of each era, over both transports: all that a request and its answer can hold. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErasTest {
    private static final String ABLE = "{\"elicitation\":{}}";
    private HttpFixture older;
    private HttpFixture newer;
    private HubWorld world;

    @BeforeAll
    void start() throws Exception {
        older = HttpFixture.legacy();
        newer = HttpFixture.modern();
        world = HubWorld.with(
                HubWorld.http("old", older.url()),
                HubWorld.http("new", newer.url()),
                HubWorld.stdio("pipe", StdioFixture.command("legacy")),
                HubWorld.stdio("tube", StdioFixture.command("modern")));
    }

    @AfterAll
    void stop() {
        world.close();
        older.close();
        newer.close();
    }

    private Caller alice() {
        return world.caller("alice").capable(ABLE);
    }

    private static String call(String tool) {
        return "\"name\":\"" + tool + "\",\"arguments\":{\"n\":1}";
    }

    private static String state(Caller.Heard asked) {
        return String.valueOf(asked.result().member("requestState"));
    }

    private static String key(Caller.Heard asked) {
        return asked.result()
                .member("inputRequests")
                .members()
                .keySet()
                .iterator()
                .next();
    }

    private static String back(Caller.Heard asked, String city) {
        return ",\"requestState\":" + state(asked) + ",\"inputResponses\":{\"" + key(asked)
                + "\":{\"action\":\"accept\",\"content\":{\"city\":\"" + city + "\"}},\"nobody-asked\":{}}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "pipe", "tube"})
    void aModernCallerIsAskedByTheResultAndComesBack(String server) throws Exception {
        Caller alice = alice();
        Caller.Heard asked = alice.modern("tools/call", call(server + "__elicit"));
        assertEquals("\"input_required\"", String.valueOf(asked.result().member("resultType")), server);
        RawJson question = asked.result().member("inputRequests").member(key(asked));
        assertEquals("\"elicitation/create\"", String.valueOf(question.member("method")));
        assertEquals("1.50", String.valueOf(question.member("params").member("x-vendor")));
        assertFalse(asked.messages().toString().contains("state-1"), "the server's own state stays sealed");
        Caller.Heard answered = alice.modern("tools/call", call(server + "__elicit") + back(asked, "Trier"));
        assertEquals("Trier", answered.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void whatIsMissingIsAskedAgain(String server) throws Exception {
        Caller alice = alice();
        Caller.Heard asked = alice.modern("tools/call", call(server + "__elicit"));
        Caller.Heard again = alice.modern(
                "tools/call",
                call(server + "__elicit") + ",\"requestState\":" + state(asked) + ",\"inputResponses\":{}");
        assertEquals("\"input_required\"", String.valueOf(again.result().member("resultType")));
        assertEquals(
                "Trier",
                alice.modern("tools/call", call(server + "__elicit") + back(again, "Trier"))
                        .text());
    }

    /** Another character in the midst of the state, whichever is there. */
    private static String tampered(String back) {
        String changed = back.replaceFirst("State\":\"(.{50}).", "State\":\"$1_");
        return changed.equals(back) ? back.replaceFirst("State\":\"(.{50}).", "State\":\"$1-") : changed;
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void stateIsForItsOwnerAndItsRequestOnly(String server) throws Exception {
        Caller alice = alice();
        Caller.Heard asked = alice.modern("tools/call", call(server + "__elicit"));
        String back = back(asked, "Trier");
        List<Caller.Heard> refused = new ArrayList<>();
        refused.add(world.caller("bob").capable(ABLE).modern("tools/call", call(server + "__elicit") + back));
        refused.add(alice.modern("tools/call", "\"name\":\"" + server + "__elicit\",\"arguments\":{\"n\":2}" + back));
        refused.add(alice.modern("tools/call", call(server + "__link") + back));
        refused.add(alice.modern("tools/call", call(server + "__elicit") + tampered(back)));
        refused.add(alice.modern("tools/call", call(server + "__elicit") + ",\"requestState\":\"made up\""));
        for (Caller.Heard one : refused) {
            assertEquals(McpError.INVALID_PARAMS, one.error().code());
        }
        assertEquals(
                "Trier",
                alice.modern("tools/call", call(server + "__elicit") + back).text());
    }

    @Test
    void aParkedCallIsFetchedOnce() throws Exception {
        Caller alice = alice();
        Caller.Heard asked = alice.modern("tools/call", call("old__elicit"));
        String back = back(asked, "Trier");
        assertEquals(
                "Trier", alice.modern("tools/call", call("old__elicit") + back).text());
        assertEquals(
                McpError.INVALID_PARAMS,
                alice.modern("tools/call", call("old__elicit") + back).error().code());
    }

    @Test
    void aServerAsksOnlyWhatWasDeclared() throws Exception {
        Caller unable = world.caller("alice");
        Caller.Heard refused = unable.modern("tools/call", call("new__elicit"));
        assertEquals(400, refused.status());
        assertEquals(McpError.MISSING_CLIENT_CAPABILITY, refused.error().code());
        assertEquals(
                "{\"requiredCapabilities\":{\"elicitation\":{}}}",
                String.valueOf(refused.error().data()));
        Caller.Heard told = unable.modern("tools/call", call("old__elicit"));
        assertTrue(told.text().startsWith("no city"), told.text());
    }

    @Test
    void aRoundThatAsksIsARecordOfItsOwn() throws Exception {
        Caller alice = alice();
        Caller.Heard asked = alice.modern("tools/call", call("new__elicit"));
        assertEquals(
                "Trier",
                alice.modern("tools/call", call("new__elicit") + back(asked, "Trier"))
                        .text());
        String asking = asked.header("x-portreeve-call-id");
        await().until(() -> world.governance().journal().records().stream()
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .anyMatch(leaf -> leaf.contains(asking) && leaf.contains("input_required")));
    }

    private McpSyncClient client(String version, List<String> questions, List<String> logs) {
        HttpClientStreamableHttpTransport transport = HttpClientStreamableHttpTransport.builder(
                        world.edge().origin().toString())
                .endpoint("/mcp")
                .supportedProtocolVersions(List.of(version))
                .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer alice"))
                .build();
        return McpClient.sync(transport)
                .requestTimeout(Duration.ofSeconds(30))
                .capabilities(
                        McpSchema.ClientCapabilities.builder().elicitation().build())
                .elicitation(question -> {
                    questions.add(question.message());
                    return new McpSchema.ElicitResult(McpSchema.ElicitResult.Action.ACCEPT, Map.of("city", "Trier"));
                })
                .loggingConsumer(log -> logs.add(log.level().name()))
                .build();
    }

    @ParameterizedTest
    @CsvSource({"2025-11-25", "2025-06-18", "2025-03-26"})
    void theJavaSdkIsAskedOnItsOwnStream(String version) {
        List<String> questions = new CopyOnWriteArrayList<>();
        List<String> logs = new CopyOnWriteArrayList<>();
        try (McpSyncClient client = client(version, questions, logs)) {
            assertEquals(version, client.initialize().protocolVersion());
            for (String server : List.of("old", "new", "pipe", "tube")) {
                McpSchema.CallToolResult result =
                        client.callTool(new McpSchema.CallToolRequest(server + "__elicit", Map.of(), Map.of()));
                assertEquals("Trier", ((McpSchema.TextContent) result.content().getFirst()).text(), server);
            }
            assertEquals(
                    List.of("[old] which city?", "[new] which city?", "[pipe] which city?", "[tube] which city?"),
                    questions);
            List<String> prompts = client.listPrompts().prompts().stream()
                    .map(McpSchema.Prompt::name)
                    .toList();
            assertEquals(List.of("old__greet", "new__greet", "pipe__greet", "tube__greet"), prompts);
            McpSchema.ReadResourceResult read =
                    client.readResource(new McpSchema.ReadResourceRequest("mcp+new+note://a/1", Map.of()));
            assertEquals("mcp+new+note://a/1", read.contents().getFirst().uri());
            client.setLoggingLevel(McpSchema.LoggingLevel.ERROR);
            McpSchema.CallToolResult said =
                    client.callTool(new McpSchema.CallToolRequest("old__say", Map.of(), Map.of()));
            assertEquals("said", ((McpSchema.TextContent) said.content().getFirst()).text());
            await().until(() -> logs.equals(List.of("ERROR")));
            assertEquals("error", older.tools().context().level());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "pipe", "tube"})
    void promptsResourcesAndCompletionsPass(String server) throws Exception {
        Caller alice = world.caller("alice");
        Caller.Heard prompts = alice.modern("prompts/list", "");
        assertTrue(prompts.result().toString().contains("{\"name\":\"" + server + "__greet\",\"x-vendor\":1.50}"));
        assertFalse(prompts.result().toString().contains("secret"));
        Caller.Heard prompt =
                alice.modern("prompts/get", "\"name\":\"" + server + "__greet\",\"arguments\":{\"who\":\"ann\"}");
        assertTrue(
                prompt.result().toString().contains("\"text\":\"ann\",\"n\":1.50"),
                prompt.messages().toString());
        assertTrue(prompt.result().toString().contains("\"uri\":\"mcp+" + server + "+note://a/1\""));
        assertEquals("1e-7", String.valueOf(prompt.result().member("x-vendor")));
        String resources = alice.modern("resources/list", "").result().toString();
        assertTrue(resources.contains("\"ui://" + server + "/card\""), resources);
        assertFalse(resources.contains("secret"), resources);
        String templates = alice.modern("resources/templates/list", "").result().toString();
        assertTrue(templates.contains("\"mcp+" + server + "+note://a/{n}\""), templates);
        Caller.Heard read = alice.modern("resources/read", "\"uri\":\"ui://" + server + "/card\"");
        assertTrue(read.result().toString().contains("{\"uri\":\"ui://" + server + "/card\""));
        assertFalse(read.result().toString().contains("ann@example.com"), "guardrails read resources");
        assertEquals("\"private\"", String.valueOf(read.result().member("cacheScope")));
        Caller.Heard completed = alice.modern(
                "completion/complete",
                "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"" + server
                        + "__greet\"},\"argument\":{\"name\":\"who\",\"value\":\"a\"}");
        assertEquals(
                "[\"greet\"]",
                String.valueOf(completed.result().member("completion").member("values")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void whatIsForbiddenLooksLikeWhatIsNotThere(String server) throws Exception {
        Caller alice = world.caller("alice");
        String secret = alice.modern("resources/read", "\"uri\":\"mcp+" + server + "+note://secret\"")
                .messages()
                .toString();
        String missing = alice.modern("resources/read", "\"uri\":\"mcp+" + server + "+note://missing\"")
                .messages()
                .toString();
        assertTrue(secret.contains("-32602") && secret.contains("resource not found"), secret);
        assertEquals(
                secret.replaceAll("\"id\":\\d+", "").replace("secret", "missing"),
                missing.replaceAll("\"id\":\\d+", ""));
        String hidden = alice.modern("prompts/get", "\"name\":\"" + server + "__secret\"")
                .messages()
                .toString();
        String nothing = alice.modern("prompts/get", "\"name\":\"" + server + "__nothing\"")
                .messages()
                .toString();
        assertEquals(hidden.replaceAll("\"id\":\\d+", ""), nothing.replaceAll("\"id\":\\d+", ""));
        assertEquals(
                McpError.INVALID_PARAMS,
                alice.modern("resources/read", "\"uri\":\"mcp+" + server + "+note://a/%2e%2E/secret\"")
                        .error()
                        .code());
    }

    @Test
    void metaAndTraceTravelAndTheRecordNamesTheTrace() throws Exception {
        Caller alice = world.caller("alice");
        String trace = "0af7651916cd43dd8448eb211c80319c";
        String parent = "00-" + trace + "-b7ad6b7169203331-01";
        alice.modern(
                "tools/call",
                call("new__say"),
                "\"traceparent\":\"" + parent + "\",\"com.example/x\":{\"n\":1.50},\"progressToken\":7");
        RawJson meta = newer.tools().context().lastParams().member("_meta");
        assertEquals('"' + parent + '"', String.valueOf(meta.member("traceparent")));
        assertEquals("{\"n\":1.50}", String.valueOf(meta.member("com.example/x")));
        assertFalse(String.valueOf(meta.member("progressToken")).equals("7"), "tokens are the connection's own");
        await().until(() -> world.governance().journal().records().stream()
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .anyMatch(leaf -> leaf.contains(trace)));
    }

    @Test
    void logsReachOnlyTheModernCallerWhoAsked() throws Exception {
        Caller alice = world.caller("alice");
        assertEquals(1, alice.modern("tools/call", call("new__say")).messages().size());
        Caller.Heard heard =
                alice.modern("tools/call", call("new__say"), "\"io.modelcontextprotocol/logLevel\":\"error\"");
        assertEquals(2, heard.messages().size());
        assertEquals(
                "{\"level\":\"error\",\"data\":\"word\",\"x-vendor\":1.50}",
                String.valueOf(heard.messages().getFirst().member("params")));
    }

    @Test
    void linksInResultsCanBeFollowed() throws IOException, InterruptedException {
        Caller alice = world.caller("alice");
        String linked = alice.modern("tools/call", call("old__link")).result().toString();
        assertTrue(linked.contains("\"uri\":\"mcp+old+note://a/1\""), linked);
        String listed = alice.modern("tools/list", "").result().toString();
        assertTrue(listed.contains("\"resourceUri\":\"ui://old/card\""), listed);
        Caller one = world.caller("alice", "/old");
        assertTrue(one.modern("resources/list", "").result().toString().contains("\"ui://card\""));
        assertTrue(one.modern("resources/read", "\"uri\":\"ui://card\"")
                .result()
                .toString()
                .contains("\"ui://card\""));
    }

    @Test
    void discoveryTellsTheTruth() throws Exception {
        Caller.Heard all = world.caller("alice").modern("server/discover", "");
        String can = String.valueOf(all.result().member("capabilities"));
        for (String one : List.of("tools", "prompts", "resources", "completions", "logging")) {
            assertTrue(can.contains("\"" + one + "\""), can);
        }
    }
}
