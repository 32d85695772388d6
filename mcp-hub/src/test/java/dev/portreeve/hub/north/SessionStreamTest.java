package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.ProtocolVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a session hears beside its answers, and how it takes up what broke. */
class SessionStreamTest {
    private static final String TOOLS_CHANGED = "notifications/tools/list_changed";
    private HttpFixture fixture;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        fixture = HttpFixture.modern();
        world = HubWorld.with(
                HubWorld.http("fix", fixture.url()),
                HubWorld.stateless(HubWorld.stdio("pipe", StdioFixture.command("legacy"))));
        alice = world.caller("alice");
    }

    @AfterEach
    void stop() {
        world.close();
        fixture.close();
    }

    private static Map<String, String> session(Caller caller) throws Exception {
        return session(caller, ProtocolVersion.LEGACY);
    }

    private static Map<String, String> session(Caller caller, String version) throws Exception {
        String id = caller.post(
                        Map.of(),
                        message(
                                0,
                                "initialize",
                                "{\"protocolVersion\":\"" + version
                                        + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"))
                .header(HeaderValue.SESSION);
        Map<String, String> headers = new HashMap<>();
        headers.put(HeaderValue.SESSION, id);
        headers.put(HeaderValue.VERSION, version);
        headers.put("Accept", "text/event-stream, application/json");
        return headers;
    }

    private static String message(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static String call(int id, String tool) {
        return message(
                id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":{},\"_meta\":{\"progressToken\":1}}");
    }

    private void change(String tool) throws Exception {
        assertEquals("changed", alice.post(session(alice), call(1, tool)).text());
    }

    @Test
    void aSessionHearsThatItsToolsChanged() throws Exception {
        try (EventTap tap = alice.listen(session(alice))) {
            assertEquals(200, tap.status());
            assertEquals(new EventTap.Event("0-0", "200", ""), tap.next(), "where to take it up, and when");
            change("fix__change");
            EventTap.Event event = tap.next();
            assertEquals(TOOLS_CHANGED, event.method());
            assertEquals("0-1", event.id());
        }
    }

    @Test
    void olderClientsAreSparedTheEmptyEvent() throws Exception {
        try (EventTap tap = alice.listen(session(alice, "2025-06-18"))) {
            change("fix__change");
            assertEquals(TOOLS_CHANGED, tap.next().method());
        }
    }

    @Test
    void whatOneMayNotSeeIsNoChange() throws Exception {
        Caller other = world.caller("bob", "/pipe");
        try (EventTap elsewhere = other.listen(session(other, "2025-06-18"));
                EventTap everywhere = alice.listen(session(alice, "2025-06-18"))) {
            change("fix__change");
            assertEquals(TOOLS_CHANGED, everywhere.next().method());
            change("pipe__change");
            assertEquals(TOOLS_CHANGED, everywhere.next().method());
            assertEquals("0-1", elsewhere.next().id(), "the other server's change, and no other");
            assertTrue(elsewhere.isSilent());
        }
    }

    @Test
    void aChangeWhileNobodyListensIsToldAfterwards() throws Exception {
        Map<String, String> session = session(alice, "2025-06-18");
        change("fix__change");
        await().until(() -> alice.post(session, message(7, "tools/list", "{}"))
                .result()
                .toString()
                .contains("Says something else"));
        try (EventTap tap = alice.listen(session)) {
            assertEquals(TOOLS_CHANGED, tap.next().method());
        }
    }

    @Test
    void aBrokenStreamIsTakenUpWhereItWas() throws Exception {
        Map<String, String> session = session(alice);
        EventTap first = alice.listen(session);
        assertEquals("0-0", first.next().id());
        change("fix__change");
        assertEquals("0-1", first.next().id());
        first.close();
        change("pipe__change");

        Map<String, String> again = new HashMap<>(session);
        again.put(HeaderValue.LAST_EVENT, "0-1");
        try (EventTap second = alice.listen(again)) {
            assertEquals("0-1", second.next().id(), "goes on from there");
            assertEquals("0-2", second.next().id());
        }
        again.put(HeaderValue.LAST_EVENT, "0-0");
        try (EventTap third = alice.listen(again)) {
            assertEquals("0-0", third.next().id());
            assertEquals("0-1", third.next().id(), "what is kept can be had again");
            assertEquals("0-2", third.next().id());
        }
    }

    @Test
    void theEndOfAnAnswerCanBeFetchedAgain() throws Exception {
        Map<String, String> session = session(alice);
        List<EventTap.Event> all = new ArrayList<>();
        try (EventTap answer = alice.openPost(session, call(3, "pipe__steps"))) {
            do {
                all.add(answer.next());
            } while (!all.getLast().data().contains("done"));
            assertTrue(answer.ends());
        }
        assertEquals("", all.getFirst().data(), "its name comes first");
        Map<String, String> again = new HashMap<>(session);
        again.put(HeaderValue.LAST_EVENT, all.get(2).id());
        try (EventTap rest = alice.listen(again)) {
            assertEquals(all.get(2).id(), rest.next().id());
            for (EventTap.Event event : all.subList(3, all.size())) {
                assertEquals(event, rest.next());
            }
            assertTrue(rest.ends(), "an answer has an end");
        }
    }

    @Test
    void aCallGoesOnWhenItsConnectionBreaks() throws Exception {
        Map<String, String> session = session(alice);
        EventTap answer = alice.openPost(session, call(3, "pipe__hold"));
        String id = answer.next().id();
        answer.close();
        Map<String, String> again = new HashMap<>(session);
        again.put(HeaderValue.LAST_EVENT, id);
        try (EventTap rest = alice.listen(again)) {
            assertEquals(id, rest.next().id());
            alice.post(
                    session,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":3}}");
            assertTrue(rest.ends(), "only the notification ends it");
        }
    }

    @Test
    void onlyTheOwnerListensAndOnlyToItsOwn() throws Exception {
        Map<String, String> session = session(alice);
        assertEquals(404, world.caller("mallory").listen(session).status());
        Map<String, String> none = new HashMap<>(session);
        none.remove(HeaderValue.SESSION);
        assertEquals(400, alice.listen(none).status());
        Map<String, String> unknown = new HashMap<>(session);
        for (String event : List.of("7-1", "nonsense", "-1-1", "99999999999999999999-1")) {
            unknown.put(HeaderValue.LAST_EVENT, event);
            assertEquals(400, alice.listen(unknown).status(), event);
        }
        Map<String, String> json = new HashMap<>(session);
        json.put("Accept", "application/json");
        assertEquals(406, alice.listen(json).status());

        try (EventTap answer = alice.openPost(session, call(3, "pipe__steps"))) {
            String mine = answer.next().id();
            Map<String, String> another = new HashMap<>(session(alice));
            another.put(HeaderValue.LAST_EVENT, mine);
            assertEquals(400, alice.listen(another).status(), "ids of one session mean nothing in another");
        }
    }

    @Test
    void theSecondListenerTakesTheFirstOnesPlace() throws Exception {
        Map<String, String> session = session(alice);
        try (EventTap first = alice.listen(session);
                EventTap second = alice.listen(session)) {
            assertTrue(first.ends());
            change("fix__change");
            assertEquals("0-0", second.next().id());
            assertEquals("0-1", second.next().id());
        }
    }

    @Test
    void theStreamEndsWithItsSession() throws Exception {
        Map<String, String> session = session(alice);
        try (EventTap tap = alice.listen(session)) {
            assertEquals(
                    204,
                    alice.send("DELETE", Map.of(HeaderValue.SESSION, session.get(HeaderValue.SESSION)))
                            .status());
            assertTrue(tap.ends());
        }
        assertEquals(404, alice.listen(session).status());
    }

    @Test
    void aFloodOfStreamsIsRefused() throws Exception {
        List<EventTap> open = new ArrayList<>();
        for (int i = 0; i < HubWorld.STREAMS.standing(); i++) {
            open.add(alice.listen(session(alice)));
            assertEquals(200, open.getLast().status());
        }
        assertEquals(503, alice.listen(session(alice)).status());
        assertEquals(
                200, world.caller("bob").listen(session(world.caller("bob"))).status(), "others may");
        open.forEach(EventTap::close);
        await().until(() -> alice.listen(session(alice)).status() == 200);
    }
}
