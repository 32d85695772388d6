package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.FixtureTasks;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks between callers and servers of any two eras. */
class TasksTest {
    private static final String TASKS = "{\"elicitation\":{},\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}";
    private HttpFixture older;
    private HttpFixture newer;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy().tasking();
        newer = HttpFixture.modern().tasking();
        world = HubWorld.with(HubWorld.http("old", older.url()), HubWorld.http("new", newer.url()));
        alice = world.caller("alice").capable(TASKS);
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
    }

    private FixtureTasks tasks(String server) {
        return (server.equals("old") ? older : newer).tools().tasks();
    }

    private static String call(String tool, String arguments) {
        return "\"name\":\"" + tool + "\",\"arguments\":" + arguments;
    }

    private static String text(RawJson result, String member) {
        RawJson value = result.member(member);
        return value == null ? "" : value.asString().orElse(value.toString());
    }

    private String begun(String server, String arguments) throws Exception {
        RawJson result =
                alice.modern("tools/call", call(server + "__chore", arguments)).result();
        assertEquals("task", text(result, "resultType"), result.toString());
        return text(result, "taskId");
    }

    private static String about(String id) {
        return "\"taskId\":\"" + id + "\"";
    }

    private RawJson look(String id) throws Exception {
        return alice.modern("tasks/get", about(id)).result();
    }

    private RawJson lookUntil(String id, String status) throws Exception {
        RawJson[] seen = {look(id)};
        await().until(() -> {
            if (!text(seen[0], "status").equals(status)) {
                seen[0] = look(id);
            }
            return text(seen[0], "status").equals(status);
        });
        return seen[0];
    }

    private List<String> leaves(String word) {
        return world.governance().journal().records().stream()
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .filter(leaf -> leaf.contains(word))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aModernCallerIsGivenATaskAndLooksUntilItIsDone(String server) throws Exception {
        Caller.Heard heard = alice.modern("tools/call", call(server + "__chore", "{\"text\":\"done\"}"));
        RawJson begun = heard.result();
        assertEquals("task", text(begun, "resultType"));
        assertEquals("working", text(begun, "status"));
        assertEquals("60000", text(begun, "ttlMs"));
        assertEquals("500", text(begun, "pollIntervalMs"), "never faster than the gateway likes");
        assertEquals("1.50", text(begun, "x-vendor"));
        String id = text(begun, "taskId");
        assertNotEquals(tasks(server).onlyId(), id);
        assertFalse(heard.messages().toString().contains(tasks(server).onlyId()), "the server's own id stays here");
        assertFalse(begun.toString().contains("ann@"), "guardrails read the status message");
        RawJson first = look(id);
        assertEquals("complete", text(first, "resultType"));
        assertEquals(id, text(first, "taskId"));
        RawJson done = lookUntil(id, "completed");
        String result = String.valueOf(done.member("result"));
        assertTrue(result.contains("[email]") && !result.contains("done@"), "guardrails read the result: " + result);
        assertFalse(done.toString().contains(tasks(server).onlyId()), done.toString());
        String call = heard.header("x-portreeve-call-id");
        await().until(() -> leaves("call.closed").stream()
                .anyMatch(
                        leaf -> leaf.contains(call) && leaf.contains("\"result\":\"task\"") && leaf.contains("0.001")));
        List<String> later = leaves("\"begun_by\":\"" + call + "\"");
        assertTrue(later.stream().allMatch(leaf -> leaf.contains("tasks/get") && leaf.contains("\"type\":\"task\"")));
        assertFalse(later.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aTaskAsksItsModernCaller(String server) throws Exception {
        String id = begun(server, "{\"text\":\"x\",\"ask\":true}");
        RawJson asks = lookUntil(id, "input_required");
        Map<String, RawJson> requests = asks.member("inputRequests").members();
        assertEquals(1, requests.size());
        String key = requests.keySet().iterator().next();
        assertEquals("elicitation/create", text(requests.get(key), "method"));
        assertEquals(requests, look(id).member("inputRequests").members(), "a question keeps its key");
        RawJson taken = alice.modern(
                        "tasks/update",
                        about(id) + ",\"inputResponses\":{\"" + key
                                + "\":{\"action\":\"accept\",\"content\":{\"city\":\"bob@example.com\"}},\"other\":{}}")
                .result();
        assertEquals("complete", text(taken, "resultType"));
        String result = String.valueOf(lookUntil(id, "completed").member("result"));
        assertTrue(result.contains(" in [email]"), "guardrails read the answer: " + result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aTaskIsCancelled(String server) throws Exception {
        String id = begun(server, "{\"text\":\"x\",\"hold\":true}");
        assertEquals("complete", text(alice.modern("tasks/cancel", about(id)).result(), "resultType"));
        assertEquals(1, tasks(server).cancelled());
        assertEquals("cancelled", text(look(id), "status"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aTaskThatBreaksSaysSo(String server) throws Exception {
        String id = begun(server, "{\"text\":\"x\",\"break\":true}");
        RawJson failed = lookUntil(id, "failed");
        assertEquals("-32603", text(failed.member("error"), "code"));
        assertEquals("broken for [email]", text(failed.member("error"), "message"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aTaskIsItsOwnersAlone(String server) throws Exception {
        String id = begun(server, "{\"text\":\"x\"}");
        Caller bob = world.caller("bob").capable(TASKS);
        for (String method : List.of("tasks/get", "tasks/cancel")) {
            String others = bob.modern(method, about(id)).messages().toString();
            String nobodys = bob.modern(method, about("made-up")).messages().toString();
            assertTrue(others.contains("-32602"), others);
            assertEquals(nobodys.replaceAll("\"id\":\\d+", ""), others.replaceAll("\"id\":\\d+", ""));
        }
        StringBuilder tampered = new StringBuilder(id);
        tampered.setCharAt(id.length() / 2, id.charAt(id.length() / 2) == 'A' ? 'B' : 'A');
        assertEquals(
                McpError.INVALID_PARAMS,
                alice.modern("tasks/get", about(tampered.toString())).error().code());
        assertEquals(
                McpError.INVALID_PARAMS,
                alice.modern("tasks/get", about(tasks(server).onlyId())).error().code(),
                "the server's own id means nothing here");
        Caller elsewhere =
                world.caller("alice", server.equals("old") ? "/new" : "/old").capable(TASKS);
        assertEquals(
                McpError.INVALID_PARAMS,
                elsewhere.modern("tasks/get", about(id)).error().code(),
                "not in a view of another server");
        assertEquals(0, tasks(server).cancelled());
        assertEquals("working", text(look(id), "status"));
    }

    @Test
    void whoDeclaresNoTasksIsRefusedTheirMethods() throws Exception {
        String id = begun("new", "{\"text\":\"x\"}");
        Caller plain = world.caller("alice");
        Caller.Heard refused = plain.modern("tasks/get", about(id));
        assertEquals(400, refused.status());
        assertEquals(McpError.MISSING_CLIENT_CAPABILITY, refused.error().code());
        assertEquals(
                "{\"requiredCapabilities\":{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}}",
                String.valueOf(refused.error().data()));
        assertEquals(
                McpError.MISSING_CLIENT_CAPABILITY,
                plain.modern("subscriptions/listen", "\"notifications\":{\"taskIds\":[\"x\"]}")
                        .error()
                        .code());
        assertEquals(
                McpError.METHOD_NOT_FOUND,
                alice.modern("tasks/list", "").error().code());
        assertEquals(
                McpError.METHOD_NOT_FOUND,
                alice.modern("tasks/result", about(id)).error().code());
        assertEquals(
                400,
                alice.modernWith(Map.of(HeaderValue.NAME, "another"), "tasks/get", about(id))
                        .status());
    }

    @Test
    void aCallerWithoutTasksGetsTheResultOfWhatTheOlderServerRunsAsOne() throws Exception {
        Caller plain = world.caller("alice");
        assertEquals(
                "plainly [email]",
                plain.modern("tools/call", call("old__job", "{\"text\":\"a\"}")).text());
        Caller.Heard heard = plain.modern("tools/call", call("old__chore", "{\"text\":\"a\"}"));
        assertEquals("[email]", heard.text());
        assertFalse(heard.result().toString().contains("related-task"), "it knows of no task");
        assertEquals(1, tasks("old").begun());
        Caller.Heard told = plain.modern("tools/call", call("new__chore", "{\"text\":\"a\"}"));
        assertEquals(McpError.MISSING_CLIENT_CAPABILITY, told.error().code());
    }

    @Test
    void tasksAreAnnouncedWhereTheyWork() throws Exception {
        assertTrue(alice.modern("server/discover", "").result().toString().contains("io.modelcontextprotocol/tasks"));
        try (HttpFixture plain = HttpFixture.modern();
                HubWorld other = HubWorld.with(HubWorld.http("plain", plain.url()))) {
            assertFalse(other.caller("alice")
                    .modern("server/discover", "")
                    .result()
                    .toString()
                    .contains("tasks"));
        }
    }

    @Test
    void tooManyTasksAreRunPlainlyOrNotAtAll() throws Exception {
        for (int i = 0; i < TaskLimits.DEFAULT.perPrincipal(); i++) {
            begun("new", "{\"text\":\"x\",\"hold\":true}");
        }
        Caller.Heard plainly = alice.modern("tools/call", call("new__job", "{\"text\":\"x\"}"));
        assertEquals("plainly [email]", plainly.text());
        assertEquals(
                McpError.MISSING_CLIENT_CAPABILITY,
                alice.modern("tools/call", call("new__chore", "{\"text\":\"x\"}"))
                        .error()
                        .code());
        assertEquals(TaskLimits.DEFAULT.perPrincipal(), tasks("new").begun());
        world.caller("bob")
                .capable(TASKS)
                .modern("tools/call", call("new__chore", "{\"text\":\"x\"}"))
                .result();
    }
}
