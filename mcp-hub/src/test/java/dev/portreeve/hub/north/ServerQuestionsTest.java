package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a server of the older era asks on its session's own stream, and what it is told of its caller. */
class ServerQuestionsTest {
    private static final String QUESTION = "{\"message\":\"which city?\",\"x-vendor\":1.50}";
    private HttpFixture fixture;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        fixture = HttpFixture.legacy().talkative();
        world = HubWorld.with(HubWorld.http("fix", fixture.url()));
        alice = world.caller("alice");
    }

    @AfterEach
    void stop() {
        world.close();
        fixture.close();
    }

    private static String message(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static Map<String, String> session(Caller caller, String capabilities) throws Exception {
        String id = caller.post(
                        Map.of(),
                        message(
                                0,
                                "initialize",
                                "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":" + capabilities + "}"))
                .header(HeaderValue.SESSION);
        return new HashMap<>(Map.of(
                HeaderValue.SESSION,
                id,
                HeaderValue.VERSION,
                "2025-06-18",
                "Accept",
                "text/event-stream, application/json"));
    }

    private static void say(Caller caller, Map<String, String> session) throws Exception {
        assertEquals(
                "said",
                caller.post(session, message(1, "tools/call", "{\"name\":\"fix__say\",\"arguments\":{}}"))
                        .text());
    }

    private static void answer(Caller caller, Map<String, String> session, EventTap.Event question) throws Exception {
        RawJson id = question.message().member("id");
        caller.post(
                session,
                "{\"jsonrpc\":\"2.0\",\"id\":" + id
                        + ",\"result\":{\"action\":\"accept\",\"content\":{\"city\":\"Trier\"}}}");
    }

    private FutureTask<JsonRpcMessage.Response> asking(String session) {
        FutureTask<JsonRpcMessage.Response> asking =
                new FutureTask<>(() -> fixture.ask(session, "elicitation/create", QUESTION));
        Thread.ofVirtual().start(asking);
        return asking;
    }

    private String theirs(String capability) {
        await().until(() -> fixture.listening(capability).size() == 1);
        return fixture.listening(capability).getFirst();
    }

    @Test
    void aQuestionOutsideAllRequestsReachesTheSessionItBelongsTo() throws Exception {
        Caller bob = world.caller("bob");
        Map<String, String> hers = session(alice, "{\"elicitation\":{}}");
        Map<String, String> his = session(bob, "{\"sampling\":{}}");
        try (EventTap tap = alice.listen(hers);
                EventTap other = bob.listen(his)) {
            say(alice, hers);
            say(bob, his);
            FutureTask<JsonRpcMessage.Response> asking = asking(theirs("elicitation"));
            EventTap.Event question = tap.next();
            assertEquals("elicitation/create", question.method());
            assertEquals(
                    "{\"message\":\"[fix] which city?\",\"x-vendor\":1.50,\"_meta\":{\"dev.portreeve/server\":\"fix\"}}",
                    String.valueOf(question.message().member("params")));
            answer(alice, hers, question);
            assertTrue(String.valueOf(asking.get(30, TimeUnit.SECONDS).result()).contains("Trier"));
            assertTrue(other.isSilent());
            assertEquals(
                    -32601,
                    asking(theirs("sampling")).get(30, TimeUnit.SECONDS).error().code(),
                    "he never said that he could answer that");
        }
    }

    private FutureTask<JsonRpcMessage.Response> asking(String session, String question) {
        FutureTask<JsonRpcMessage.Response> asking =
                new FutureTask<>(() -> fixture.ask(session, "elicitation/create", question));
        Thread.ofVirtual().start(asking);
        return asking;
    }

    private void answer(Map<String, String> session, EventTap.Event question, String city) throws Exception {
        alice.post(
                session,
                "{\"jsonrpc\":\"2.0\",\"id\":" + question.message().member("id")
                        + ",\"result\":{\"action\":\"accept\",\"content\":{\"city\":" + RawJson.string(city) + "}}}");
    }

    @Test
    void guardrailsReadWhatIsAskedAndAnsweredOutsideAllRequests() throws Exception {
        Map<String, String> session = session(alice, "{\"elicitation\":{}}");
        try (EventTap tap = alice.listen(session)) {
            say(alice, session);
            FutureTask<JsonRpcMessage.Response> masked =
                    asking(theirs("elicitation"), "{\"message\":\"is it ann@example.com?\"}");
            EventTap.Event question = tap.next();
            assertTrue(question.data().contains("is it [email]?"), question.data());
            answer(session, question, "bob@example.com");
            String heard = String.valueOf(masked.get(30, TimeUnit.SECONDS).result());
            assertTrue(heard.contains("[email]") && !heard.contains("bob@"), heard);
            String pem = RawJson.of('"' + Secrets.PEM + '"').asString().orElseThrow();
            JsonRpcMessage.Response unasked = asking(theirs("elicitation"), "{\"message\":" + RawJson.string(pem) + "}")
                    .get(30, TimeUnit.SECONDS);
            assertEquals(-32603, unasked.error().code());
            assertTrue(tap.isSilent(), "what guardrails refuse is not asked");
            FutureTask<JsonRpcMessage.Response> leaking = asking(theirs("elicitation"), "{\"message\":\"your key?\"}");
            answer(session, tap.next(), pem);
            JsonRpcMessage.Response kept = leaking.get(30, TimeUnit.SECONDS);
            assertEquals(-32603, kept.error().code());
            assertFalse(kept.toString().contains("PRIVATE"), "the server got the key");
        }
    }

    @Test
    void aQuestionOutsideAllRequestsIsRecordedAndJudged() throws Exception {
        Map<String, String> session = session(alice, "{\"elicitation\":{}}");
        try (EventTap tap = alice.listen(session)) {
            say(alice, session);
            FutureTask<JsonRpcMessage.Response> asking = asking(theirs("elicitation"));
            answer(session, tap.next(), "Trier");
            assertTrue(String.valueOf(asking.get(30, TimeUnit.SECONDS).result()).contains("Trier"));
            await().until(() -> world.governance().journal().records().stream()
                    .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                    .anyMatch(leaf -> leaf.contains("\"type\":\"question\"")
                            && leaf.contains("\"operation\":\"elicitation/create\"")
                            && leaf.contains("fix__say")
                            && !leaf.contains("which city")));
            JsonRpcMessage.Response secret = asking(
                            theirs("elicitation"),
                            "{\"message\":\"log in\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{"
                                    + "\"password\":{\"type\":\"string\"}}}}")
                    .get(30, TimeUnit.SECONDS);
            assertEquals(-32602, secret.error().code());
            assertTrue(tap.isSilent());
        }
    }

    @Test
    void anAnswerIsSentUntilItIsTaken() throws Exception {
        Map<String, String> hers = session(alice, "{\"elicitation\":{}}");
        try (EventTap tap = alice.listen(hers)) {
            say(alice, hers);
            FutureTask<JsonRpcMessage.Response> asking = asking(theirs("elicitation"));
            fixture.drop("answer");
            answer(alice, hers, tap.next());
            assertTrue(String.valueOf(asking.get(30, TimeUnit.SECONDS).result()).contains("Trier"));
        }
    }

    @Test
    void aServerThatWantsItsCallerToRunATaskGetsThePlainAnswer() throws Exception {
        Map<String, String> hers = session(
                alice, "{\"elicitation\":{},\"tasks\":{\"requests\":{\"elicitation\":{\"create\":{}}},\"list\":{}}}");
        try (EventTap tap = alice.listen(hers)) {
            say(alice, hers);
            String theirs = theirs("elicitation");
            assertEquals(List.of(), fixture.listening("tasks"), "nobody is said to run tasks");
            FutureTask<JsonRpcMessage.Response> asking = new FutureTask<>(() -> fixture.ask(
                    theirs, "elicitation/create", "{\"message\":\"which city?\",\"task\":{\"ttl\":60000}}"));
            Thread.ofVirtual().start(asking);
            EventTap.Event question = tap.next();
            RawJson asked = question.message().member("params");
            assertTrue(asked.toString().contains("which city?"), asked.toString());
            assertNull(asked.member("task"), asked.toString());
            answer(alice, hers, question);
            assertTrue(String.valueOf(asking.get(30, TimeUnit.SECONDS).result()).contains("Trier"));
            assertEquals(
                    McpError.METHOD_NOT_FOUND,
                    fixture.ask(theirs, "tasks/list", "{}").error().code());
        }
    }

    @Test
    void whereNobodyIsTheServerIsToldSo() throws Exception {
        String own = theirs("{}");
        assertEquals(
                -32601, asking(own).get(30, TimeUnit.SECONDS).error().code(), "the gateway answers nothing itself");
        Map<String, String> session = session(alice, "{\"elicitation\":{}}");
        say(alice, session);
        assertEquals(
                -32603,
                asking(theirs("elicitation")).get(30, TimeUnit.SECONDS).error().code(),
                "she does not listen outside her requests");
    }

    @Test
    void aQuestionBesideACallIsThatCalls() throws Exception {
        Map<String, String> session = session(alice, "{\"elicitation\":{}}");
        say(alice, session);
        theirs("elicitation");
        String call = message(7, "tools/call", "{\"name\":\"fix__elicit\",\"arguments\":{\"aside\":true}}");
        try (EventTap stream = alice.openPost(session, call)) {
            EventTap.Event question = stream.next();
            assertEquals("elicitation/create", question.method(), "on the stream of the call");
            answer(alice, session, question);
            assertTrue(stream.next().data().contains("Trier"));
        }
    }

    @Test
    void aModernCallerIsAskedByItsResultWhereverTheServerAsked() throws Exception {
        Caller able = world.caller("alice").capable("{\"elicitation\":{}}");
        able.modern("tools/call", "\"name\":\"fix__say\",\"arguments\":{}");
        theirs("elicitation");
        String call = "\"name\":\"fix__elicit\",\"arguments\":{\"aside\":true}";
        Caller.Heard asked = able.modern("tools/call", call);
        assertEquals("\"input_required\"", String.valueOf(asked.result().member("resultType")));
        Caller.Heard answered = able.modern(
                "tools/call",
                call + ",\"requestState\":" + asked.result().member("requestState")
                        + ",\"inputResponses\":{\"question-1\":{\"action\":\"accept\",\"content\":{\"city\":\"Trier\"}}}");
        assertEquals("Trier", answered.text());
    }

    @Test
    void changedRootsAreToldInTheCallersOwnSessions() throws Exception {
        Map<String, String> tells = session(alice, "{\"roots\":{\"listChanged\":true}}");
        Map<String, String> not = session(world.caller("bob"), "{\"roots\":{}}");
        say(alice, tells);
        say(world.caller("bob"), not);
        String changed = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}";
        world.caller("bob").post(not, changed);
        alice.post(tells, changed);
        alice.post(tells, changed);
        await().until(() -> fixture.seen().contains("notifications/roots/list_changed"));
        assertEquals(
                List.of("notifications/roots/list_changed"),
                fixture.seen().stream().filter(one -> one.contains("roots")).toList(),
                "gathered, and only of whoever promised it");
    }
}
