package dev.portreeve.hub.north;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.RawServer;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers who change what they bring back, and servers that never stop asking, over whole rounds. */
class HostileRoundsTest {
    private static final String ABLE = "{\"elicitation\":{},\"roots\":{}}";
    /** Whoever waits for this time-out fails the test by waiting: nothing here may need it. */
    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T10:00:00Z"));
    private HttpFixture older;
    private HttpFixture newer;
    private RawServer greedy;
    private HubWorld world;
    private Caller alice;
    private int lastId;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy();
        newer = HttpFixture.modern();
        greedy = new RawServer()
                .tools(RawServer.tool("more", "{\"type\":\"object\"}"))
                .says(
                        "tools/call",
                        "{\"resultType\":\"input_required\",\"requestState\":\"again\",\"inputRequests\":{\"more\":{"
                                + "\"method\":\"elicitation/create\",\"params\":{\"message\":\"more?\",\"requestedSchema\":"
                                + "{\"type\":\"object\",\"properties\":{}}}}}}");
        world = HubWorld.with(
                now::get,
                Duration.ofMillis(400),
                HubWorld.http("old", older.url(), FOR_EVER),
                HubWorld.http("new", newer.url(), FOR_EVER),
                HubWorld.http("greedy", greedy.url(), FOR_EVER));
        alice = world.caller("alice").capable(ABLE);
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
        greedy.close();
    }

    private static String call(String tool) {
        return "\"name\":\"" + tool + "\",\"arguments\":{\"n\":1}";
    }

    private static String state(Caller.Heard asked) {
        return asked.result().member("requestState").asString().orElseThrow();
    }

    private static String back(Caller.Heard asked, String state) {
        String key = asked.result()
                .member("inputRequests")
                .members()
                .keySet()
                .iterator()
                .next();
        return ",\"requestState\":" + RawJson.string(state) + ",\"inputResponses\":{\"" + key
                + "\":{\"action\":\"accept\",\"content\":{\"city\":\"Trier\"}}}";
    }

    private int calls() {
        return older.tools().calls() + newer.tools().calls() + greedy.calls().size();
    }

    private void refused(Caller caller, String params) throws Exception {
        int before = calls();
        Caller.Heard heard = caller.modern("tools/call", params);
        assertEquals(
                McpError.INVALID_PARAMS, heard.error().code(), heard.messages().toString());
        assertEquals(before, calls(), "what was changed reached a server");
    }

    private static List<String> changed(String state) {
        List<String> changed = new ArrayList<>(List.of(
                "", "x", state + "A", state.substring(1), state.substring(0, state.length() - 1), state + state));
        for (int at : new int[] {0, 1, state.length() / 3, state.length() / 2, state.length() - 2}) {
            char other = state.charAt(at) == 'A' ? 'B' : 'A';
            changed.add(state.substring(0, at) + other + state.substring(at + 1));
        }
        return changed;
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aChangedStateIsRefusedWhereverItIsChanged(String server) throws Exception {
        String call = call(server + "__elicit");
        Caller.Heard asked = alice.modern("tools/call", call);
        for (String changed : changed(state(asked))) {
            refused(alice, call + back(asked, changed));
        }
        assertEquals(
                "Trier",
                alice.modern("tools/call", call + back(asked, state(asked))).text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aStateWorksForItsCallerCallViewAndServerOnly(String server) throws Exception {
        String other = server.equals("old") ? "new" : "old";
        String call = call(server + "__elicit");
        Caller.Heard asked = alice.modern("tools/call", call);
        String back = back(asked, state(asked));
        refused(world.caller("bob").capable(ABLE), call + back);
        refused(alice, call(other + "__elicit") + back);
        refused(alice, call(server + "__confide") + back);
        refused(alice, "\"name\":\"" + server + "__elicit\",\"arguments\":{\"n\":2}" + back);
        refused(world.caller("alice", "/" + server).capable(ABLE), call("elicit") + back);
        Caller.Heard elsewhere =
                alice.modern("prompts/get", "\"name\":\"" + server + "__greet\",\"arguments\":{\"n\":\"1\"}" + back);
        assertEquals(McpError.INVALID_PARAMS, elsewhere.error().code());
        assertEquals("Trier", alice.modern("tools/call", call + back).text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aStateIsOverAfterItsTime(String server) throws Exception {
        String call = call(server + "__elicit");
        Caller.Heard asked = alice.modern("tools/call", call);
        now.updateAndGet(time -> time.plus(RoundLimits.DEFAULT.answerWithin()).plusSeconds(1));
        refused(alice, call + back(asked, state(asked)));
    }

    @Test
    void aReplayIsACallOfItsOwn() throws Exception {
        // A newer server keeps nothing, so nothing is used up; each repetition is decided, paid and recorded anew.
        String call = call("new__elicit");
        Caller.Heard asked = alice.modern("tools/call", call);
        Caller.Heard first = alice.modern("tools/call", call + back(asked, state(asked)));
        Caller.Heard again = alice.modern("tools/call", call + back(asked, state(asked)));
        assertEquals("Trier", again.text());
        assertFalse(first.header("x-portreeve-call-id").equals(again.header("x-portreeve-call-id")));
        // An older one waits with one request, which is fetched once.
        String older = call("old__elicit");
        Caller.Heard parked = alice.modern("tools/call", older);
        assertEquals(
                "Trier",
                alice.modern("tools/call", older + back(parked, state(parked))).text());
        refused(alice, older + back(parked, state(parked)));
    }

    @Test
    void aServerThatNeverStopsAskingModernCallersIsStopped() throws Exception {
        String call = call("greedy__more");
        Caller.Heard asked = alice.modern("tools/call", call);
        int rounds = 0;
        while (asked.result().member("inputRequests") != null) {
            rounds++;
            asked = alice.modern("tools/call", call + back(asked, state(asked)));
        }
        assertEquals(RoundLimits.DEFAULT.rounds(), rounds);
        assertTrue(asked.text().contains("rounds, which is the most"), asked.text());
    }

    private Map<String, String> session(String capabilities) throws Exception {
        Caller.Heard opened = alice.post(
                Map.of(),
                message("initialize", "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":" + capabilities + "}"));
        return Map.of(HeaderValue.SESSION, opened.header(HeaderValue.SESSION), HeaderValue.VERSION, "2025-11-25");
    }

    private String message(String method, String params) {
        lastId++;
        return "{\"jsonrpc\":\"2.0\",\"id\":" + lastId + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static EventTap.Event next(EventTap tap) throws InterruptedException {
        EventTap.Event next = tap.next();
        while (next.data().isEmpty()) {
            next = tap.next();
        }
        return next;
    }

    /** Answers everything it is asked, and counts; returns the end of the call. */
    private RawJson answering(String params, String answer, List<String> asked) throws Exception {
        Map<String, String> session = session(ABLE);
        try (EventTap tap = alice.openPost(session, message("tools/call", "{" + params + "}"))) {
            while (true) {
                RawJson message = next(tap).message();
                if (message.member("method") == null) {
                    return message;
                }
                asked.add(message.member("method").asString().orElseThrow());
                alice.post(
                        session, "{\"jsonrpc\":\"2.0\",\"id\":" + message.member("id") + ",\"result\":" + answer + "}");
            }
        }
    }

    @Test
    void aServerThatNeverStopsAskingCallersWithASessionIsStopped() throws Exception {
        List<String> asked = new ArrayList<>();
        RawJson end = answering(call("greedy__more"), "{\"action\":\"accept\"}", asked);
        assertEquals(RoundLimits.DEFAULT.rounds(), asked.size());
        assertTrue(end.toString().contains("rounds, which is the most"), end.toString());
    }

    @Test
    void aNewerServerHearsTheRootsOfACallerWithASession() throws Exception {
        List<String> asked = new ArrayList<>();
        RawJson end = answering(
                "\"name\":\"new__confide\",\"arguments\":{\"ask\":{\"method\":\"roots/list\",\"params\":{}}}",
                "{\"roots\":[{\"uri\":\"file:///work\",\"x-vendor\":1.50}]}",
                asked);
        assertEquals(List.of("roots/list"), asked);
        assertTrue(end.toString().contains("file:///work") && end.toString().contains("1.50"), end.toString());
    }

    @Test
    void aNewerServerHearsNoRootsThatWereNotDeclared() throws Exception {
        Caller.Heard heard = alice.post(
                session("{\"elicitation\":{}}"),
                message(
                        "tools/call",
                        "{\"name\":\"new__confide\",\"arguments\":{\"ask\":{\"method\":\"roots/list\",\"params\":{}}}}"));
        assertEquals(McpError.MISSING_CLIENT_CAPABILITY, heard.error().code());
        assertEquals(
                "{\"requiredCapabilities\":{\"roots\":{}}}",
                String.valueOf(heard.error().data()));
    }

    @Test
    void whoLeavesTooMuchUnansweredIsRefusedAndNobodyElse() throws Exception {
        String call = call("old__elicit");
        Caller.Heard first = alice.modern("tools/call", call);
        for (int i = 1; i < RoundLimits.DEFAULT.parkedPerPrincipal(); i++) {
            state(alice.modern("tools/call", call));
        }
        String refused = alice.modern("tools/call", call).text();
        assertTrue(refused.contains("too many calls wait for an answer"), refused);
        Caller bob = world.caller("bob").capable(ABLE);
        state(bob.modern("tools/call", call));
        assertEquals(
                "Trier",
                alice.modern("tools/call", call + back(first, state(first))).text());
        state(alice.modern("tools/call", call));
    }

    @Test
    void aServerThatDiesWhileItsQuestionIsOpenFailsTheCallAtOnce() throws Exception {
        String call = call("old__elicit");
        Caller.Heard asked = alice.modern("tools/call", call);
        older.close();
        Caller.Heard answered = alice.modern("tools/call", call + back(asked, state(asked)));
        assertTrue(
                answered.result().member("isError").isTrue(),
                answered.messages().toString());
    }

    @Test
    void aServerThatDiesInMidCallIsAnsweredForLongBeforeItsTimeOut() throws Exception {
        for (HttpFixture server : List.of(older, newer)) {
            server.trap("cut");
            String name = server.equals(older) ? "old" : "new";
            Caller.Heard modern = alice.modern("tools/call", call(name + "__echo"));
            assertTrue(
                    modern.result().member("isError").isTrue(),
                    modern.messages().toString());
            server.trap("cut");
            Caller.Heard session = alice.post(session(ABLE), message("tools/call", "{" + call(name + "__echo") + "}"));
            assertTrue(
                    session.result().member("isError").isTrue(),
                    session.messages().toString());
        }
    }
}
