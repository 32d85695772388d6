package dev.portreeve.hub.north;

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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that send a caller to a page first, in the way of either era. */
class PagesTest {
    private static final String PAGES = "{\"elicitation\":{\"form\":{},\"url\":{}}}";
    private HttpFixture older;
    private HttpFixture newer;
    private HubWorld world;
    private Caller alice;
    private int lastId;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy();
        newer = HttpFixture.modern();
        world = HubWorld.with(HubWorld.http("old", older.url()), HubWorld.http("new", newer.url()));
        alice = world.caller("alice").capable(PAGES);
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
    }

    private static String visit(String server) {
        return "\"name\":\"" + server + "__visit\",\"arguments\":{}";
    }

    private static String back(Caller.Heard asked, String action) {
        String key = asked.result()
                .member("inputRequests")
                .members()
                .keySet()
                .iterator()
                .next();
        return ",\"requestState\":" + asked.result().member("requestState") + ",\"inputResponses\":{\"" + key
                + "\":{\"action\":\"" + action + "\"}}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void aModernCallerIsSentByTheResultAndComesBack(String server) throws Exception {
        Caller.Heard asked = alice.modern("tools/call", visit(server));
        assertEquals("\"input_required\"", String.valueOf(asked.result().member("resultType")));
        String requests = String.valueOf(asked.result().member("inputRequests"));
        assertTrue(
                requests.contains("\"mode\":\"url\"") && requests.contains("https://page.example/consent"), requests);
        assertTrue(requests.contains("ask [email]"), "guardrails read it: " + requests);
        assertFalse(requests.contains("elicitationId"), "the modern era has none");
        Caller.Heard notYet = alice.modern("tools/call", visit(server) + back(asked, "accept"));
        assertEquals(
                "\"input_required\"", String.valueOf(notYet.result().member("resultType")), "it was not there yet");
        older.tools().context().visited();
        newer.tools().context().visited();
        assertEquals(
                "visited",
                alice.modern("tools/call", visit(server) + back(notYet, "accept"))
                        .text());
    }

    @Test
    void whoDoesNotWantToGoIsNotSentAgain() throws Exception {
        Caller.Heard asked = alice.modern("tools/call", visit("old"));
        Caller.Heard declined = alice.modern("tools/call", visit("old") + back(asked, "decline"));
        assertTrue(declined.text().contains("does not want to visit"), declined.text());
    }

    @Test
    void whoCannotBeSentIsToldWhatItNeeds() throws Exception {
        Caller.Heard refused =
                world.caller("alice").capable("{\"elicitation\":{}}").modern("tools/call", visit("old"));
        assertEquals(McpError.MISSING_CLIENT_CAPABILITY, refused.error().code());
    }

    private String message(String method, String params) {
        lastId++;
        return "{\"jsonrpc\":\"2.0\",\"id\":" + lastId + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private Map<String, String> session(String capabilities) throws Exception {
        Caller.Heard opened = alice.post(
                Map.of(),
                message(
                        "initialize",
                        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":" + capabilities
                                + ",\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"));
        return Map.of(HeaderValue.SESSION, opened.header(HeaderValue.SESSION), HeaderValue.VERSION, "2025-11-25");
    }

    @Test
    void aCallerWithASessionGetsTheOlderServersError() throws Exception {
        Caller.Heard heard = alice.post(session(PAGES), message("tools/call", "{" + visit("old") + "}"));
        assertEquals(McpError.URL_ELICITATION_REQUIRED, heard.error().code());
        assertEquals("visit the page, says [email]", heard.error().message());
        RawJson page = heard.error().data().member("elicitations").elements().getFirst();
        assertEquals("\"e-1\"", String.valueOf(page.member("elicitationId")));
        assertEquals("\"https://page.example/consent\"", String.valueOf(page.member("url")));
        assertEquals("\"[old] ask [email]\"", String.valueOf(page.member("message")));
        Caller.Heard unable = alice.post(session("{}"), message("tools/call", "{" + visit("old") + "}"));
        assertTrue(unable.result().member("isError").isTrue(), "who cannot go has a result that a model can read");
    }

    @Test
    void aCallerWithASessionIsAskedForTheNewerServerAndToldToComeBack() throws Exception {
        Map<String, String> session = session(PAGES);
        try (EventTap tap = alice.openPost(session, message("tools/call", "{" + visit("new") + "}"))) {
            EventTap.Event next = tap.next();
            while (next.data().isEmpty()) {
                next = tap.next();
            }
            assertEquals("elicitation/create", next.method());
            assertTrue(next.data().contains("\"elicitationId\":\""), next.data());
            alice.post(
                    session,
                    "{\"jsonrpc\":\"2.0\",\"id\":" + next.message().member("id")
                            + ",\"result\":{\"action\":\"accept\"}}");
            String ended = tap.next().data();
            assertTrue(ended.contains("-32042") && ended.contains("https://page.example/consent"), ended);
        }
        newer.tools().context().visited();
        assertEquals(
                "visited",
                alice.post(session, message("tools/call", "{" + visit("new") + "}"))
                        .text());
    }
}
