package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers of each era hear of updated resources of servers of each era, over both transports. */
class ResourceSubscriptionTest {
    private static final String UPDATED = "notifications/resources/updated";
    private static final String NOTE = "note://a/1";
    private HttpFixture older;
    private HttpFixture newer;
    private HubWorld world;
    private Caller alice;
    private int lastId = 10;

    @BeforeEach
    void start() throws Exception {
        older = HttpFixture.legacy().talkative();
        newer = HttpFixture.modern().talkative();
        world = HubWorld.with(
                HubWorld.http("old", older.url()),
                HubWorld.http("new", newer.url()),
                HubWorld.stdio("pipe", StdioFixture.command("legacy")),
                HubWorld.stdio("tube", StdioFixture.command("modern")));
        alice = world.caller("alice");
    }

    @AfterEach
    void stop() {
        world.close();
        older.close();
        newer.close();
    }

    private Map<String, String> session(Caller caller) throws Exception {
        String id = caller.post(
                        Map.of(), message("initialize", "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}"))
                .header(HeaderValue.SESSION);
        return new HashMap<>(Map.of(
                HeaderValue.SESSION,
                id,
                HeaderValue.VERSION,
                "2025-06-18",
                "Accept",
                "text/event-stream, application/json"));
    }

    private String message(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + ++lastId + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private Caller.Heard subscribe(Caller caller, Map<String, String> session, String uri) throws Exception {
        return caller.post(session, message("resources/subscribe", "{\"uri\":\"" + uri + "\"}"));
    }

    private EventTap listen(Caller caller, String... uris) throws Exception {
        return new EventTap(caller.open(
                "subscriptions/listen",
                "\"notifications\":{\"resourceSubscriptions\":[\"" + String.join("\",\"", uris) + "\"]}",
                ""));
    }

    private static String aggregated(String server) {
        return "mcp+" + server + "+" + NOTE;
    }

    /** The server updates a resource, in the very session that it has with the caller. */
    private void touch(Map<String, String> session, String server, String uri) throws Exception {
        String call = "{\"name\":\"" + server + "__say\",\"arguments\":{\"touch\":\"" + uri + "\"}}";
        String text = session.isEmpty()
                ? alice.modern("tools/call", call.substring(1, call.length() - 1))
                        .text()
                : alice.post(session, message("tools/call", call)).text();
        assertEquals("touched", text);
    }

    private List<String> records(String word) {
        return world.governance().journal().records().stream()
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .filter(leaf -> leaf.contains(word))
                .toList();
    }

    private static String uri(EventTap.Event event) {
        assertEquals(UPDATED, event.method());
        return event.message().member("params").member("uri").asString().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "pipe", "tube"})
    void aSessionHearsOfWhatItSubscribedTo(String server) throws Exception {
        Map<String, String> session = session(alice);
        try (EventTap tap = alice.listen(session)) {
            assertEquals(
                    "{}", subscribe(alice, session, aggregated(server)).result().toString());
            await().until(() -> isListenedTo(server, 1));
            touch(session, server, NOTE);
            assertEquals(aggregated(server), uri(tap.next()), server);
            assertFalse(records("resources/subscribe").isEmpty(), "each subscription is a governed call");
            alice.post(session, message("resources/unsubscribe", "{\"uri\":\"" + aggregated(server) + "\"}"))
                    .result();
            touch(session, server, NOTE);
            subscribe(alice, session, "mcp+" + server + "+note://a/9").result();
            touch(session, server, "note://a/9");
            assertEquals("mcp+" + server + "+note://a/9", uri(tap.next()), "of the other it hears nothing any more");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "pipe", "tube"})
    void aModernStreamHearsOfWhatItNames(String server) throws Exception {
        try (EventTap tap = listen(alice, aggregated(server), "mcp+" + server + "+note://secret", "nonsense")) {
            EventTap.Event acknowledged = tap.next();
            assertEquals(
                    "{\"resourceSubscriptions\":[\"" + aggregated(server) + "\"]}",
                    String.valueOf(acknowledged.message().member("params").member("notifications")),
                    "what is forbidden looks like what is not there");
            await().until(() -> isListenedTo(server, 1));
            touch(Map.of(), server, NOTE);
            EventTap.Event updated = tap.next();
            assertEquals(aggregated(server), uri(updated));
            assertEquals(
                    String.valueOf(acknowledged.message().member("params").member("_meta")),
                    String.valueOf(updated.message().member("params").member("_meta")),
                    "its own id, not the one behind the gateway");
        }
        await().until(() -> server.equals("tube") || server.equals("pipe") || subscribers(server) == 0);
    }

    // Over a pipe there is nothing to wait for.
    private boolean isListenedTo(String server, int times) {
        return switch (server) {
            case "old" -> subscribers("old") == times && older.listeners() > times;
            case "new" -> newer.listeners() > times;
            default -> true;
        };
    }

    private long subscribers(String server) {
        return server.equals("new")
                ? newer.listeners() - 1
                : older.listening("{}").stream()
                        .filter(session -> !older.subscribed(session).isEmpty())
                        .count();
    }

    @Test
    void whatIsForbiddenIsNotSubscribedTo() throws Exception {
        Map<String, String> session = session(alice);
        Caller.Heard secret = subscribe(alice, session, "mcp+old+note://secret");
        assertEquals(McpError.RESOURCE_NOT_FOUND, secret.error().code());
        assertEquals(
                McpError.RESOURCE_NOT_FOUND,
                subscribe(alice, session, "nonsense").error().code());
        assertFalse(older.seen().contains("resources/subscribe"));
        assertFalse(records("\"no-secrets\"").isEmpty(), "the refusal is on record");
    }

    @Test
    void whatTheServerAddsIsJudgedAndTheRestSurvives() throws Exception {
        Map<String, String> session = session(alice);
        try (EventTap tap = alice.listen(session)) {
            subscribe(alice, session, "mcp+old+note://a").result();
            await().until(() -> isListenedTo("old", 1));
            for (String part : List.of("note://a/secret", "note://b", "note://a/../b", "note://a/1")) {
                older.updatedBelow("note://a", part);
            }
            EventTap.Event only = tap.next();
            assertEquals("mcp+old+note://a/1", uri(only), "a part that may be seen, of what was subscribed to");
            assertEquals("1.50", String.valueOf(only.message().member("params").member("x-vendor")));
        }
    }

    @Test
    void callersHearOnlyTheirOwn() throws Exception {
        Caller bob = world.caller("bob");
        Map<String, String> his = session(bob);
        Map<String, String> hers = session(alice);
        try (EventTap bobs = bob.listen(his);
                EventTap alices = alice.listen(hers)) {
            subscribe(alice, hers, aggregated("old")).result();
            subscribe(bob, his, "mcp+old+note://a/2").result();
            await().until(() -> isListenedTo("old", 2));
            older.updated(NOTE);
            assertEquals(aggregated("old"), uri(alices.next()));
            older.updated("note://a/2");
            assertEquals("mcp+old+note://a/2", uri(bobs.next()), "each has a session of its own with the server");
            assertTrue(alices.isSilent());
        }
    }

    @ParameterizedTest
    @CsvSource({"old,true", "old,false", "new,true", "new,false", "pipe,false"})
    void aLostConnectionIsMadeAgainAndToldOf(String server, boolean modern) throws Exception {
        Map<String, String> session = session(alice);
        try (EventTap tap = modern ? listen(alice, aggregated(server)) : alice.listen(session)) {
            if (modern) {
                tap.next();
            } else {
                subscribe(alice, session, aggregated(server)).result();
            }
            await().until(() -> isListenedTo(server, 1));
            switch (server) {
                case "pipe" -> alice.post(session, message("tools/call", "{\"name\":\"pipe__exit\",\"arguments\":{}}"));
                case "old" -> {
                    older.forgetSessions();
                    older.hangUp();
                }
                default -> newer.hangUp();
            }
            assertEquals(aggregated(server), uri(tap.next()), "perhaps it was updated meanwhile");
            await().until(() -> isListenedTo(server, 1));
            touch(modern ? Map.of() : session, server, NOTE);
            assertEquals(aggregated(server), uri(tap.next()), "and it is listened to again");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new"})
    void theyEndWithTheirSession(String server) throws Exception {
        Map<String, String> session = session(alice);
        subscribe(alice, session, aggregated(server)).result();
        await().until(() -> isListenedTo(server, 1));
        alice.send("DELETE", Map.of(HeaderValue.SESSION, session.get(HeaderValue.SESSION)));
        await().until(() -> subscribers(server) == 0);
    }

    @Test
    void thereIsAnEndToThem() throws Exception {
        Map<String, String> first = session(alice);
        for (int i = 0; i < HubWorld.STREAMS.subscribedResources(); i++) {
            subscribe(alice, first, "mcp+old+note://a/" + i).result();
        }
        assertEquals(
                "{}", subscribe(alice, first, "mcp+old+note://a/0").result().toString(), "twice is once");
        assertEquals(
                -32603, subscribe(alice, first, "mcp+old+note://a/x").error().code(), "of one session");
        Map<String, String> second = session(alice);
        int left = HubWorld.STREAMS.subscribedByPrincipal() - HubWorld.STREAMS.subscribedResources();
        for (int i = 0; i < left; i++) {
            subscribe(alice, second, "mcp+old+note://a/" + i).result();
        }
        assertEquals(
                -32603, subscribe(alice, second, "mcp+old+note://a/x").error().code(), "of one principal");
        alice.post(first, message("resources/unsubscribe", "{\"uri\":\"mcp+old+note://a/0\"}"))
                .result();
        subscribe(alice, second, "mcp+old+note://a/x").result();
        assertEquals(
                -32602,
                alice.modern(
                                "subscriptions/listen",
                                "\"notifications\":{\"resourceSubscriptions\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}")
                        .error()
                        .code());
    }

    @Test
    void whatTellsOfNothingSaysSo() throws Exception {
        try (HttpFixture silent = HttpFixture.modern();
                HubWorld quiet = HubWorld.with(HubWorld.http("mute", silent.url()));
                EventTap tap = listen(quiet.caller("alice"), aggregated("mute"))) {
            assertEquals(
                    "{}", String.valueOf(tap.next().message().member("params").member("notifications")));
            assertEquals(
                    "\"complete\"",
                    String.valueOf(tap.next().message().member("result").member("resultType")));
        }
        String can = alice.modern("server/discover", "")
                .result()
                .member("capabilities")
                .toString();
        assertTrue(can.contains("\"resources\":{\"listChanged\":true,\"subscribe\":true}"), can);
    }
}
