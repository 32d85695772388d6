package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.McpError;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The era of sessions toward callers, over a modern HTTP server and a stdio server. */
class LegacyEraTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T10:00:00Z"));
    private HttpFixture fixture;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        fixture = HttpFixture.modern();
        world = HubWorld.with(
                now::get,
                Duration.ofMillis(300),
                HubWorld.http("fix", fixture.url()),
                HubWorld.eager(HubWorld.stdio("pipe", StdioFixture.command("legacy"))));
        alice = world.caller("alice");
    }

    @AfterEach
    void stop() {
        world.close();
        fixture.close();
    }

    private static String message(Object id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static Caller.Heard initialize(Caller caller, String version) throws Exception {
        return caller.post(
                Map.of(),
                message(
                        0,
                        "initialize",
                        "{\"protocolVersion\":\"" + version
                                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"));
    }

    private static Map<String, String> session(Caller caller) throws Exception {
        Map<String, String> headers = new HashMap<>();
        headers.put(HeaderValue.SESSION, initialize(caller, "2025-06-18").header(HeaderValue.SESSION));
        headers.put(HeaderValue.VERSION, "2025-06-18");
        return headers;
    }

    private static String call(Object id, String tool, String arguments, String meta) {
        return message(
                id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + ",\"_meta\":" + meta + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "2025-11-25,2025-11-25",
        "2025-06-18,2025-06-18",
        "2025-03-26,2025-03-26",
        "2024-11-05,2025-11-25",
        "2026-07-28,2025-11-25",
        "nonsense,2025-11-25",
    })
    void theVersionIsNegotiated(String asked, String answered) throws Exception {
        Caller.Heard heard = initialize(alice, asked);
        assertEquals('"' + answered + '"', String.valueOf(heard.result().member("protocolVersion")));
        assertTrue(heard.header(HeaderValue.SESSION).matches("[A-Za-z0-9_-]{43}"));
    }

    @Test
    void aSessionListsPingsAndCallsAcrossEras() throws Exception {
        Map<String, String> session = session(alice);
        Caller.Heard initialized =
                alice.post(session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        assertEquals(202, initialized.status());
        assertEquals(
                "{}",
                alice.post(session, message("\"p\"", "ping", "{}")).result().toString());
        String list =
                alice.post(session, message(1, "tools/list", "{}")).result().toString();
        assertTrue(list.contains("fix__echo") && list.contains("pipe__echo"), list);
        assertFalse(list.contains("ttlMs"), "the older era has no such member");
        assertEquals(
                "a",
                alice.post(session, call(2, "fix__echo", "{\"text\":\"a\"}", "{}"))
                        .text());
        // The first call of a session starts its own process, which may take long enough for a stream.
        assertEquals(
                "a",
                alice.post(session, call(5, "pipe__echo", "{\"text\":\"a\"}", "{}"))
                        .text());
        Caller.Heard heard = alice.post(session, call(3, "pipe__echo", "{\"text\":\"b\"}", "{}"));
        assertEquals("b", heard.text());
        assertFalse(heard.stream());
        assertEquals(
                -32601, alice.post(session, message(4, "no/such", "{}")).error().code());
    }

    @Test
    void sessionsAreTheirOwnersAlone() throws Exception {
        Map<String, String> session = session(alice);
        Caller.Heard stolen = world.caller("mallory").post(session, message(1, "tools/list", "{}"));
        assertEquals(404, stolen.status());
        Caller.Heard invented = alice.post(Map.of(HeaderValue.SESSION, "A".repeat(43)), message(1, "tools/list", "{}"));
        assertEquals(404, invented.status());
        assertEquals(invented.error(), stolen.error());
        Caller.Heard none = alice.post(Map.of(), message(1, "tools/list", "{}"));
        assertEquals(400, none.status());
        assertEquals(404, world.caller("mallory").send("DELETE", session).status());
        assertEquals(200, alice.post(session, message(1, "tools/list", "{}")).status());
    }

    @Test
    void sessionsEndWhenDeletedWhenIdleAndWhenThereAreTooMany() throws Exception {
        Map<String, String> deleted = session(alice);
        assertEquals(204, alice.send("DELETE", deleted).status());
        assertEquals(404, alice.post(deleted, message(1, "ping", "{}")).status());

        Map<String, String> idle = session(alice);
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(20)));
        assertEquals(200, alice.post(idle, message(1, "ping", "{}")).status());
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(20)));
        assertEquals(200, alice.post(idle, message(2, "ping", "{}")).status());
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(31)));
        assertEquals(404, alice.post(idle, message(3, "ping", "{}")).status());

        Map<String, String> first = session(alice);
        now.updateAndGet(time -> time.plus(Duration.ofSeconds(1)));
        for (int i = 0; i < HubWorld.NORTH.sessionsPerPrincipal(); i++) {
            session(alice);
        }
        Map<String, String> others = session(world.caller("bob"));
        assertEquals(404, alice.post(first, message(1, "ping", "{}")).status());
        assertEquals(
                200, world.caller("bob").post(others, message(1, "ping", "{}")).status());
    }

    @Test
    void whatTheEraForbidsIsRefused() throws Exception {
        Map<String, String> session = session(alice);
        assertEquals(
                -32600,
                alice.post(session, "[" + message(1, "ping", "{}") + "]")
                        .error()
                        .code());
        assertEquals(406, alice.send("GET", session).status(), "without saying that it takes a stream");
        Map<String, String> other = new HashMap<>(session);
        other.put(HeaderValue.VERSION, "1999-01-01");
        assertEquals(400, alice.post(other, message(1, "ping", "{}")).status());
        assertEquals(400, alice.post(Map.of(), message(1, "initialize", "{}")).status());
    }

    // Before the server's there may be the gateway's own reports, while a busy machine takes its time.
    private static long steps(Caller.Heard heard) {
        return heard.messages().stream()
                .filter(one -> one.toString().contains("\"message\":\"step "))
                .count();
    }

    @Test
    void progressComesOnTheAnswersStream() throws Exception {
        Map<String, String> session = session(alice);
        for (String tool : List.of("fix__steps", "pipe__steps")) {
            Caller.Heard heard = alice.post(session, call(1, tool, "{}", "{\"progressToken\":77}"));
            assertTrue(heard.stream(), tool);
            assertEquals(3, steps(heard), heard.messages().toString());
            assertEquals(
                    "77",
                    String.valueOf(heard.messages().getFirst().member("params").member("progressToken")));
            assertEquals("done", heard.text());
        }
    }

    @Test
    void aCallerWithoutStreamsGetsJsonWhateverHappens() throws Exception {
        Map<String, String> session = session(alice);
        session.put("Accept", "application/json");
        Caller.Heard heard = alice.post(session, call(1, "fix__steps", "{}", "{\"progressToken\":77}"));
        assertFalse(heard.stream());
        assertEquals("done", heard.text());
    }

    @Test
    void equalTokensOfTwoCallersAreKeptApartOnOneServer() throws Exception {
        BlockingQueue<Caller.Heard> heard = new ArrayBlockingQueue<>(20);
        for (int i = 0; i < 20; i++) {
            Caller caller = world.caller("agent" + i);
            Map<String, String> session = session(caller);
            Thread.ofVirtual().start(() -> {
                try {
                    heard.add(caller.post(session, call(1, "pipe__steps", "{}", "{\"progressToken\":1}")));
                } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                }
            });
        }
        for (int i = 0; i < 20; i++) {
            assertEquals(3, steps(heard.poll(30, TimeUnit.SECONDS)));
        }
    }

    @Test
    void onlyTheNotificationCancels() throws Exception {
        Map<String, String> session = session(alice);
        for (String tool : List.of("fix__hold", "pipe__hold")) {
            BlockingQueue<Caller.Heard> ended = new ArrayBlockingQueue<>(1);
            Thread.ofVirtual().start(() -> {
                try {
                    Caller.Heard heard;
                    do {
                        // One that asks below whether it is under way may have come first.
                        heard = alice.post(session, call("\"held\"", tool, "{}", "{}"));
                    } while (isUnderWay(heard));
                    ended.add(heard);
                } catch (Exception broken) {
                    throw new IllegalStateException(broken);
                }
            });
            await().until(() -> isUnderWay(alice.post(session, call("\"held\"", "fix__echo", "{}", "{}"))));
            assertEquals(
                    202,
                    alice.post(
                                    session,
                                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"held\"}}")
                            .status());
            Caller.Heard nothing = ended.poll(20, TimeUnit.SECONDS);
            assertEquals(List.of(), nothing.messages(), "a cancelled call has no answer");
        }
        await().until(() -> fixture.tools().cancelled() >= 1);
    }

    private static boolean isUnderWay(Caller.Heard heard) {
        return heard.messages().stream().anyMatch(message -> message.toString().contains("under way already"));
    }

    @Test
    void forbiddenLooksLikeUnknownHereToo() throws Exception {
        Caller bob = world.caller("bob");
        Map<String, String> session = session(bob);
        assertFalse(bob.post(session, message(1, "tools/list", "{}"))
                .result()
                .toString()
                .contains("__spawn"));
        McpError forbidden =
                bob.post(session, call(2, "pipe__spawn", "{}", "{}")).error();
        assertEquals(new McpError(McpError.INVALID_PARAMS, "unknown tool \"pipe__spawn\""), forbidden);
        assertNotEquals("", session.get(HeaderValue.SESSION));
    }
}
