package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code subscriptions/listen} of 2026-07-28. */
class ModernListeningTest {
    private static final String ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
    private static final String TOOLS = "\"notifications\":{\"toolsListChanged\":true}";
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
                HubWorld.stateless(HubWorld.stdio("pipe", StdioFixture.command("legacy"))));
        alice = world.caller("alice");
    }

    @AfterEach
    void stop() {
        world.close();
        fixture.close();
    }

    private static EventTap listen(Caller caller, String members) throws Exception {
        return new EventTap(caller.open("subscriptions/listen", members, ""));
    }

    private static String subscription(EventTap.Event event) {
        RawJson message = event.message();
        RawJson body = message.member("params") == null ? message.member("result") : message.member("params");
        return String.valueOf(body.member("_meta").member(MetaKey.SUBSCRIPTION_ID));
    }

    private void change(String tool) throws Exception {
        assertEquals(
                "changed",
                alice.modern("tools/call", "\"name\":\"" + tool + "\",\"arguments\":{}")
                        .text());
    }

    @Test
    void itIsAcknowledgedTellsAndBearsItsId() throws Exception {
        try (EventTap tap = listen(alice, TOOLS)) {
            EventTap.Event acknowledged = tap.next();
            assertEquals(ACKNOWLEDGED, acknowledged.method());
            assertEquals(
                    "{\"toolsListChanged\":true}",
                    String.valueOf(acknowledged.message().member("params").member("notifications")));
            String id = subscription(acknowledged);
            change("fix__change");
            EventTap.Event changed = tap.next();
            assertEquals("notifications/tools/list_changed", changed.method());
            assertEquals(id, subscription(changed));
            assertEquals("", changed.id(), "this era takes nothing up again");
        }
    }

    @Test
    void onlyWhatWasAskedForAndMayBeSeenIsTold() throws Exception {
        Caller other = world.caller("bob", "/pipe");
        try (EventTap prompts = listen(alice, "\"notifications\":{\"promptsListChanged\":true}");
                EventTap elsewhere = listen(other, TOOLS)) {
            prompts.next();
            elsewhere.next();
            change("fix__change");
            await().until(() ->
                    alice.modern("tools/list", "").result().toString().contains("Says something else"));
            change("pipe__change");
            elsewhere.next();
            assertTrue(elsewhere.isSilent(), "the other server's change, and no other");
            assertTrue(prompts.isSilent());
        }
    }

    @Test
    void whoAsksForNothingIsToldSoAtOnce() throws Exception {
        try (EventTap tap = listen(alice, "\"notifications\":{\"somethingElse\":true}")) {
            assertEquals(
                    "{}", String.valueOf(tap.next().message().member("params").member("notifications")));
            EventTap.Event end = tap.next();
            assertEquals(
                    "\"complete\"",
                    String.valueOf(end.message().member("result").member("resultType")));
            assertTrue(tap.ends());
        }
    }

    @Test
    void theGatewaysEndIsAResult() throws Exception {
        try (EventTap tap = listen(alice, TOOLS)) {
            String id = subscription(tap.next());
            world.hub().close();
            EventTap.Event end = tap.next();
            assertEquals(id, String.valueOf(end.message().member("id")));
            assertEquals(id, subscription(end));
            assertTrue(tap.ends());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"notifications\":[]", "\"notifications\":{\"toolsListChanged\":\"yes\"}"})
    void whatCannotBeReadIsRefused(String members) throws Exception {
        assertEquals(
                -32602, alice.modern("subscriptions/listen", members).error().code());
    }

    @Test
    void aFloodIsRefused() throws Exception {
        List<EventTap> open = List.of(listen(alice, TOOLS), listen(alice, TOOLS));
        for (EventTap tap : open) {
            tap.next();
        }
        assertEquals(-32603, alice.modern("subscriptions/listen", TOOLS).error().code(), "too many at once");
        open.forEach(EventTap::close);
        for (int i = 3; i < HubWorld.STREAMS.subscribesPerMinute(); i++) {
            alice.modern("subscriptions/listen", "\"notifications\":{}");
        }
        assertEquals(-32603, alice.modern("subscriptions/listen", TOOLS).error().code(), "too many in a minute");
        Caller bob = world.caller("bob");
        try (EventTap others = listen(bob, TOOLS)) {
            assertEquals(ACKNOWLEDGED, others.next().method());
        }
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(1)));
        await().until(() -> {
            try (EventTap later = listen(alice, TOOLS)) {
                return later.next().message().member("method") != null;
            }
        });
    }
}
