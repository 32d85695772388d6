package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tasks of callers with a session: their own, of revision 2025-11-25, and those of newer servers that they do not see. */
class SessionTasksTest {
    private HttpFixture older;
    private HttpFixture newer;
    private HubWorld world;
    private Caller alice;
    private Map<String, String> session;
    private int lastId;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy().tasking();
        newer = HttpFixture.modern().tasking();
        world = HubWorld.with(HubWorld.http("old", older.url()), HubWorld.http("new", newer.url()));
        alice = world.caller("alice");
        session = session(alice, "2025-11-25");
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
    }

    private String message(String method, String params) {
        lastId++;
        return "{\"jsonrpc\":\"2.0\",\"id\":" + lastId + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private Caller.Heard initialize(Caller caller, String version) throws Exception {
        return caller.post(
                Map.of(),
                message(
                        "initialize",
                        "{\"protocolVersion\":\"" + version
                                + "\",\"capabilities\":{\"elicitation\":{}},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"));
    }

    private Map<String, String> session(Caller caller, String version) throws Exception {
        return Map.of(
                HeaderValue.SESSION,
                initialize(caller, version).header(HeaderValue.SESSION),
                HeaderValue.VERSION,
                version);
    }

    private Caller.Heard ask(String method, String params) throws Exception {
        return alice.post(session, message(method, params));
    }

    private static String call(String tool, String arguments, String task) {
        return "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + (task.isEmpty() ? "" : ",\"task\":" + task)
                + "}";
    }

    private static String text(RawJson result, String member) {
        RawJson value = result.member(member);
        return value == null ? "" : value.asString().orElse(value.toString());
    }

    private String begun(String arguments) throws Exception {
        return text(
                ask("tools/call", call("old__job", arguments, "{\"ttl\":60000}"))
                        .result()
                        .member("task"),
                "taskId");
    }

    private static String about(String id) {
        return "{\"taskId\":\"" + id + "\"}";
    }

    @Test
    void tasksAreAnnouncedToTheRevisionThatHasThem() throws Exception {
        assertTrue(initialize(alice, "2025-11-25")
                .result()
                .toString()
                .contains("\"tasks\":{\"list\":{},\"cancel\":{},\"requests\":{\"tools\":{\"call\":{}}}}"));
        assertFalse(initialize(alice, "2025-06-18").result().toString().contains("tasks"));
        Caller one = world.caller("alice", "/new");
        assertFalse(
                initialize(one, "2025-11-25").result().toString().contains("tasks"), "newer tasks are no such tasks");
    }

    @Test
    void aTaskGoesItsWayUnderTheGatewaysId() throws Exception {
        Caller.Heard heard = ask("tools/call", call("old__job", "{\"text\":\"done\"}", "{\"ttl\":60000}"));
        RawJson task = heard.result().member("task");
        String id = text(task, "taskId");
        assertNotEquals(older.tools().tasks().onlyId(), id);
        assertEquals("60000", text(task, "ttl"));
        assertEquals("500", text(task, "pollInterval"));
        assertEquals("for [email]", text(task, "statusMessage"));
        assertTrue(
                heard.result().toString().contains("model-immediate-response\":\"[email]\""),
                "guardrails read that too");
        assertEquals("working", text(ask("tasks/get", about(id)).result(), "status"));
        RawJson listed = ask("tasks/list", "{}").result();
        assertEquals(1, listed.member("tasks").elements().size());
        assertEquals(id, text(listed.member("tasks").elements().getFirst(), "taskId"));
        Caller.Heard result = ask("tasks/result", about(id));
        assertEquals("[email]", result.text());
        assertTrue(result.result()
                .toString()
                .contains("\"io.modelcontextprotocol/related-task\":{\"taskId\":\"" + id + "\"}"));
        assertEquals("completed", text(ask("tasks/get", about(id)).result(), "status"));
        assertEquals(
                "completed",
                text(ask("tasks/list", "{}").result().member("tasks").elements().getFirst(), "status"));
    }

    @Test
    void aTaskAsksOnTheStreamOfItsResult() throws Exception {
        String id = begun("{\"text\":\"x\",\"ask\":true}");
        assertEquals("input_required", text(ask("tasks/get", about(id)).result(), "status"));
        try (EventTap result = alice.openPost(session, message("tasks/result", about(id)))) {
            EventTap.Event next = result.next();
            while (next.data().isEmpty()) {
                next = result.next();
            }
            assertEquals("elicitation/create", next.method());
            assertTrue(
                    next.data().contains("io.modelcontextprotocol/related-task")
                            && next.data().contains(id),
                    next.data());
            assertFalse(next.data().contains(older.tools().tasks().onlyId()), next.data());
            Caller.Heard taken = alice.post(
                    session,
                    "{\"jsonrpc\":\"2.0\",\"id\":" + next.message().member("id")
                            + ",\"result\":{\"action\":\"accept\",\"content\":{\"city\":\"Trier\"}}}");
            assertEquals(202, taken.status());
            assertTrue(result.next().data().contains("[email] in Trier"));
        }
    }

    @Test
    void aTaskIsCancelledOrBreaks() throws Exception {
        String held = begun("{\"text\":\"x\",\"hold\":true}");
        assertEquals("cancelled", text(ask("tasks/cancel", about(held)).result(), "status"));
        assertEquals(1, older.tools().tasks().cancelled());
        String broken = begun("{\"text\":\"x\",\"break\":true}");
        McpError error = ask("tasks/result", about(broken)).error();
        assertEquals(McpError.INTERNAL_ERROR, error.code());
        assertEquals("broken for [email]", error.message());
    }

    @Test
    void othersTasksAreUnknownAndUnlisted() throws Exception {
        String id = begun("{\"text\":\"x\"}");
        Caller bob = world.caller("bob");
        Map<String, String> his = session(bob, "2025-11-25");
        for (String method : List.of("tasks/get", "tasks/result", "tasks/cancel")) {
            assertEquals(
                    McpError.INVALID_PARAMS,
                    bob.post(his, message(method, about(id))).error().code());
        }
        assertEquals(
                "{\"tasks\":[]}",
                bob.post(his, message("tasks/list", "{}")).result().toString());
        Map<String, String> another = session(alice, "2025-11-25");
        assertEquals(
                "{\"tasks\":[]}",
                alice.post(another, message("tasks/list", "{}")).result().toString(),
                "a server keeps tasks for a session");
        Caller.Heard elsewhere = alice.post(another, message("tasks/get", about(id)));
        assertEquals(McpError.INVALID_PARAMS, elsewhere.error().code());
        assertFalse(
                elsewhere.messages().toString().contains(older.tools().tasks().onlyId()));
        assertEquals(
                McpError.INVALID_PARAMS,
                ask("tasks/list", "{\"cursor\":\"x\"}").error().code());
    }

    @Test
    void whatCannotBeATaskIsRefusedAsOne() throws Exception {
        assertEquals(
                McpError.METHOD_NOT_FOUND,
                ask("tools/call", call("old__echo", "{}", "{}")).error().code());
        assertEquals(
                McpError.METHOD_NOT_FOUND,
                ask("tools/call", call("new__job", "{}", "{}")).error().code());
        Caller.Heard hidden = ask("tools/call", call("old__crash", "{}", "{}"));
        assertEquals("unknown tool \"old__crash\"", hidden.error().message());
        assertEquals(0, older.tools().calls());
    }

    @Test
    void callersWhoWantNoTaskGetTheResult() throws Exception {
        assertEquals(
                "plainly [email]",
                ask("tools/call", call("old__job", "{\"text\":\"a\"}", "")).text());
        assertEquals(
                "[email]",
                ask("tools/call", call("old__chore", "{\"text\":\"a\"}", "")).text());
        assertEquals(
                "[email]",
                ask("tools/call", call("new__chore", "{\"text\":\"a\"}", "")).text());
        assertEquals(1, newer.tools().tasks().begun());
    }

    @Test
    void aNewerServersTaskAsksACallerWithASession() throws Exception {
        try (EventTap result = alice.openPost(
                session, message("tools/call", call("new__chore", "{\"text\":\"x\",\"ask\":true}", "")))) {
            EventTap.Event next = result.next();
            while (next.data().isEmpty()) {
                next = result.next();
            }
            assertEquals("elicitation/create", next.method());
            alice.post(
                    session,
                    "{\"jsonrpc\":\"2.0\",\"id\":" + next.message().member("id")
                            + ",\"result\":{\"action\":\"accept\",\"content\":{\"city\":\"Trier\"}}}");
            assertTrue(result.next().data().contains("[email] in Trier"));
        }
    }

    @Test
    void aTaskRunForACallerEndsWhenHeCancels() throws Exception {
        try (EventTap result = alice.openPost(
                session, message("tools/call", call("old__chore", "{\"text\":\"x\",\"hold\":true}", "")))) {
            await().until(() -> older.tools().tasks().begun() == 1);
            alice.post(
                    session,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + lastId
                            + "}}");
            await().until(() -> older.tools().tasks().cancelled() == 1);
            assertTrue(result.ends());
        }
    }
}
