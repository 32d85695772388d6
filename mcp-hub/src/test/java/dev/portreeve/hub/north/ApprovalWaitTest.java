package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.Vote;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers of each kind see of a call that waits for a person. */
class ApprovalWaitTest {
    private static final String PAGES = "{\"elicitation\":{\"form\":{},\"url\":{}}}";
    private static final String WRITE = "\"name\":\"fix__write\",\"arguments\":{\"text\":\"written\"}";
    private HttpFixture fixture;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        fixture = HttpFixture.modern();
        world = HubWorld.with(HubWorld.http("fix", fixture.url()));
        alice = world.caller("alice").capable(PAGES);
    }

    @AfterEach
    void stop() {
        world.close();
        fixture.close();
    }

    private String ticket() {
        assertEquals(1, world.governance().waitingTickets().size());
        return world.governance().waitingTickets().getFirst();
    }

    private void decide(Vote.Choice choice) {
        world.governance().decide(ticket(), choice);
    }

    private static String back(Caller.Heard asked, String action) {
        return ",\"requestState\":" + asked.result().member("requestState")
                + ",\"inputResponses\":{\"approval\":{\"action\":\"" + action + "\"}}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"accept", "decline", "cancel"})
    void aModernCallerIsSentToAPageOnceAndComesBack(String action) throws Exception {
        Caller.Heard asked = alice.modern("tools/call", WRITE);
        assertEquals("\"input_required\"", String.valueOf(asked.result().member("resultType")));
        RawJson request = asked.result().member("inputRequests").member("approval");
        assertEquals("\"elicitation/create\"", String.valueOf(request.member("method")));
        assertEquals("\"url\"", String.valueOf(request.member("params").member("mode")));
        assertEquals(
                '"' + HubWorld.WAITING + ticket() + '"',
                String.valueOf(request.member("params").member("url")));
        assertEquals('"' + ticket() + '"', asked.meta("dev.portreeve/approval-ticket"));

        Caller.Heard stillWaiting = alice.modern("tools/call", WRITE + back(asked, action));
        assertTrue(stillWaiting.text().contains("a person must approve it first"), stillWaiting.text());
        Caller.Heard anew = alice.modern("tools/call", WRITE);
        assertTrue(anew.text().contains("a person must approve it first"), "nobody is sent there in a loop");

        decide(Vote.Choice.APPROVE);
        assertEquals(
                "written",
                alice.modern("tools/call", WRITE + back(asked, action)).text());
        assertEquals(1, fixture.tools().calls());
        assertFalse(
                String.valueOf(fixture.tools().context().lastParams()).contains("inputResponses"),
                "the server hears nothing of the gateway's question");
    }

    @Test
    void whatACallerAnswersDecidesNothing() throws Exception {
        Caller.Heard asked = alice.modern("tools/call", WRITE);
        String yes = ",\"requestState\":" + asked.result().member("requestState")
                + ",\"inputResponses\":{\"approval\":{\"action\":\"accept\",\"content\":{\"decision\":\"approve\"}}}";
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    "\"approval_required\"",
                    alice.modern("tools/call", WRITE + yes).meta("dev.portreeve/reason"));
        }
        decide(Vote.Choice.DENY);
        assertEquals(
                "\"approval_denied\"", alice.modern("tools/call", WRITE + yes).meta("dev.portreeve/reason"));
        assertEquals(0, fixture.tools().calls());
    }

    @Test
    void theStateIsForTheSameCallOfTheSameCaller() throws Exception {
        Caller.Heard asked = alice.modern("tools/call", WRITE);
        String other = "\"name\":\"fix__order\",\"arguments\":{\"n\":1}" + back(asked, "accept");
        assertEquals(
                McpError.INVALID_PARAMS,
                alice.modern("tools/call", other).error().code());
        Caller bob = world.caller("bob").capable(PAGES);
        assertEquals(
                McpError.INVALID_PARAMS,
                bob.modern("tools/call", WRITE + back(asked, "accept")).error().code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"elicitation\":{}}", "{\"elicitation\":{\"form\":{}}}"})
    void aCallerThatCannotBeSentToPagesIsToldByAResult(String capabilities) throws Exception {
        Caller.Heard heard = alice.capable(capabilities).modern("tools/call", WRITE);
        assertEquals("\"approval_required\"", heard.meta("dev.portreeve/reason"));
        assertEquals('"' + ticket() + '"', heard.meta("dev.portreeve/approval-ticket"));
    }

    private static String message(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private Map<String, String> session(String capabilities, String program) throws Exception {
        String session = alice.post(
                        Map.of(),
                        message(
                                0,
                                "initialize",
                                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":" + capabilities
                                        + ",\"clientInfo\":{\"name\":\"" + program + "\",\"version\":\"1\"}}"))
                .header(HeaderValue.SESSION);
        return Map.of(HeaderValue.SESSION, session, HeaderValue.VERSION, "2025-11-25");
    }

    @Test
    void aCallerWithASessionIsSentByTheErrorOfItsRevisionOnce() throws Exception {
        Map<String, String> session = session(PAGES, "t");
        String write = message(1, "tools/call", "{" + WRITE + "}");
        McpError error = alice.post(session, write).error();
        assertEquals(McpError.URL_ELICITATION_REQUIRED, error.code());
        assertTrue(String.valueOf(error.data()).contains(HubWorld.WAITING + ticket()), String.valueOf(error.data()));
        assertTrue(String.valueOf(error.data()).contains("\"elicitationId\""), String.valueOf(error.data()));
        assertTrue(error.message().contains(ticket()), error.message());
        assertEquals("\"approval_required\"", alice.post(session, write).meta("dev.portreeve/reason"));
        decide(Vote.Choice.APPROVE);
        assertEquals("written", alice.post(session, write).text());
    }

    @Test
    void aHastyProgramIsNotHeldAndAPatientOneUntilThereIsADecision() throws Exception {
        Caller.Heard hasty = alice.post(session("{}", "Hasty SDK"), message(1, "tools/call", "{" + WRITE + "}"));
        assertEquals("\"approval_required\"", hasty.meta("dev.portreeve/reason"));
        assertFalse(hasty.stream(), "it is answered before a stream would begin");
        decide(Vote.Choice.DENY);

        try (EventTap held = alice.openPost(
                session("{}", "a-patient-client"),
                message(
                        2,
                        "tools/call",
                        "{\"name\":\"fix__write\",\"arguments\":{\"text\":\"written too\"},\"_meta\":{\"progressToken\":7}}"))) {
            await().until(() -> !world.governance().waitingTickets().isEmpty());
            RawJson progress = heldUntil(held, "notifications/progress");
            assertTrue(progress.toString().contains("\"progressToken\":7"), progress.toString());
            decide(Vote.Choice.APPROVE);
            assertTrue(heldUntil(held, "written").toString().contains("\"id\":2"));
        }
    }

    private static RawJson heldUntil(EventTap held, String word) throws InterruptedException {
        while (true) {
            EventTap.Event event = held.next();
            if (event.data().contains(word)) {
                return event.message();
            }
        }
    }

    @Test
    void aUserAgentNamesAProgramToo() throws Exception {
        Caller.Heard hasty =
                alice.capable("{}").modernWith(Map.of("User-Agent", "python-hasty/1.0"), "tools/call", WRITE);
        assertEquals("\"approval_required\"", hasty.meta("dev.portreeve/reason"));
        assertFalse(hasty.stream());
    }

    @Test
    void toolsThatMayNeedAPersonSaySoInTheList() throws Exception {
        String tools = alice.modern("tools/list", "").result().toString();
        for (RawJson tool : RawJson.of(tools).member("tools").elements()) {
            String name = tool.member("name").asString().orElseThrow();
            boolean asks = name.equals("fix__write") || name.equals("fix__order");
            RawJson meta = tool.member("_meta");
            RawJson said = meta == null ? null : meta.member("anthropic/requiresUserInteraction");
            assertEquals(asks ? "true" : "null", String.valueOf(said), name);
        }
    }
}
