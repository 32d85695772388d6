package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.FixtureTasks;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers of either era are told of their tasks without asking. */
class TaskNewsTest {
    private static final String TASKS = "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}";
    private static final String HELD = "{\"text\":\"done\",\"hold\":true}";
    private HttpFixture older;
    private HttpFixture newer;
    private HttpFixture silent;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy().tasking().talkative();
        newer = HttpFixture.modern().tasking().talkative();
        silent = HttpFixture.modern().tasking();
        world = HubWorld.with(
                HubWorld.http("old", older.url()),
                HubWorld.http("new", newer.url()),
                HubWorld.http("silent", silent.url()));
        alice = world.caller("alice").capable(TASKS);
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
        silent.close();
    }

    private HttpFixture fixture(String server) {
        return switch (server) {
            case "old" -> older;
            case "new" -> newer;
            default -> silent;
        };
    }

    private static String text(RawJson result, String member) {
        RawJson value = result.member(member);
        return value == null ? "" : value.asString().orElse(value.toString());
    }

    private String begun(Caller caller, String server) throws Exception {
        RawJson begun = caller.modern("tools/call", "\"name\":\"" + server + "__chore\",\"arguments\":" + HELD)
                .result();
        assertEquals("task", text(begun, "resultType"), begun.toString());
        return text(begun, "taskId");
    }

    private static EventTap listen(Caller caller, String... ids) throws Exception {
        String list = RawJson.array(List.of(ids).stream().map(RawJson::string).toList())
                .toString();
        return new EventTap(caller.open("subscriptions/listen", "\"notifications\":{\"taskIds\":" + list + "}", ""));
    }

    private static RawJson accepted(EventTap tap) throws InterruptedException {
        EventTap.Event first = tap.next();
        assertEquals("notifications/subscriptions/acknowledged", first.method());
        return first.message().member("params").member("notifications");
    }

    private static RawJson told(EventTap tap) throws InterruptedException {
        EventTap.Event next = tap.next();
        assertEquals("notifications/tasks", next.method());
        return next.message().member("params");
    }

    @ParameterizedTest
    @ValueSource(strings = {"new", "old", "silent"})
    void aModernCallerHearsWhatBecomesOfItsTasks(String server) throws Exception {
        String id = begun(alice, server);
        FixtureTasks tasks = fixture(server).tools().tasks();
        String own = tasks.onlyId();
        int listeners = fixture(server).listeners();
        try (EventTap tap = listen(alice, id, "nonsense")) {
            assertEquals("{\"taskIds\":[\"" + id + "\"]}", accepted(tap).toString());
            RawJson working = told(tap);
            assertEquals("working", text(working, "status"));
            assertEquals(id, text(working, "taskId"));
            assertEquals("for [email]", text(working, "statusMessage"));
            assertEquals("1.50", text(working, "x-vendor"));
            assertFalse(working.toString().contains("resultType"), working.toString());
            assertTrue(text(working, "_meta").contains(MetaKey.SUBSCRIPTION_ID), working.toString());
            tasks.finish(own);
            fixture(server).taskChanged(own);
            RawJson completed = told(tap);
            assertEquals("completed", text(completed, "status"));
            assertTrue(completed.member("result").toString().contains("[email]"), completed.toString());
            assertFalse(completed.toString().contains("@example.com"), completed.toString());
            assertFalse(completed.toString().contains(own), completed.toString());
            if (server.equals("new")) {
                await().until(() -> fixture(server).listeners() == listeners);
            }
        }
        assertTrue(
                world.governance().journal().records().stream()
                        .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                        .anyMatch(leaf -> leaf.contains("subscriptions/listen") && leaf.contains("begun_by")),
                "looking for a caller is a call of the caller's");
    }

    @Test
    void othersTasksAreNotToldOf() throws Exception {
        String id = begun(alice, "new");
        try (EventTap tap = listen(world.caller("bob").capable(TASKS), id)) {
            assertEquals("{}", accepted(tap).toString());
            assertTrue(tap.ends());
        }
        assertEquals(
                McpError.MISSING_CLIENT_CAPABILITY,
                world.caller("alice")
                        .modern("subscriptions/listen", "\"notifications\":{\"taskIds\":[\"" + id + "\"]}")
                        .error()
                        .code());
        assertEquals(
                McpError.INVALID_PARAMS,
                alice.modern("subscriptions/listen", "\"notifications\":{\"taskIds\":[1]}")
                        .error()
                        .code());
    }

    @Test
    void aCallerWithASessionIsToldWhenItListens() throws Exception {
        String version = "2025-11-25";
        String opening = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\""
                + version + "\",\"capabilities\":{}}}";
        Map<String, String> session = Map.of(
                HeaderValue.SESSION,
                alice.post(Map.of(), opening).header(HeaderValue.SESSION),
                HeaderValue.VERSION,
                version,
                "Accept",
                "application/json, text/event-stream");
        try (EventTap tap = alice.listen(session)) {
            assertEquals("", tap.next().data(), "the stream's name");
            int before = older.listeners();
            RawJson begun = alice.post(
                            session,
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"old__job\","
                                    + "\"arguments\":" + HELD + ",\"task\":{}}}")
                    .result()
                    .member("task");
            await().until(() -> older.listeners() == before + 1);
            String own = older.tools().tasks().onlyId();
            older.tools().tasks().finish(own);
            older.taskChanged(own);
            EventTap.Event event = tap.next();
            assertEquals("notifications/tasks/status", event.method());
            RawJson told = event.message().member("params");
            assertEquals(text(begun, "taskId"), text(told, "taskId"));
            assertEquals("completed", text(told, "status"));
            assertEquals("for [email]", text(told, "statusMessage"));
            assertFalse(event.data().contains(own), event.data());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"new", "old"})
    void aLookWhoseConnectionBreaksIsRepeatedAndACallIsNot(String server) throws Exception {
        String id = begun(alice, server);
        fixture(server).drop("tasks/get");
        assertEquals(
                "working",
                text(alice.modern("tasks/get", "\"taskId\":\"" + id + "\"").result(), "status"));
        long begun =
                fixture(server).seen().stream().filter("tools/call"::equals).count();
        fixture(server).drop("tools/call");
        Caller.Heard broken = alice.modern("tools/call", "\"name\":\"" + server + "__chore\",\"arguments\":" + HELD);
        assertTrue(
                broken.messages().toString().contains("upstream_cut"),
                broken.messages().toString());
        assertEquals(
                begun,
                fixture(server).seen().stream().filter("tools/call"::equals).count());
    }
}
