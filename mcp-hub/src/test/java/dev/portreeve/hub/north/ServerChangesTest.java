package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.EventTap;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.ProtocolVersion;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server says by itself that a list changed: heard once, told to all who listen, in all four combinations of eras. */
class ServerChangesTest {
    private static final String CHANGED = "notifications/tools/list_changed";

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void whoListensHears(boolean modernCaller, boolean modernServer) throws Exception {
        try (HttpFixture fixture = (modernServer ? HttpFixture.modern() : HttpFixture.legacy()).talkative();
                HubWorld world = HubWorld.with(HubWorld.http("fix", fixture.url()));
                EventTap one = listen(world.caller("alice"), modernCaller);
                EventTap two = listen(world.caller("bob"), modernCaller)) {
            one.next();
            two.next();
            await().until(() -> fixture.listeners() == 1);
            fixture.announce();
            assertEquals(CHANGED, one.next().method());
            assertEquals(CHANGED, two.next().method());
            assertEquals(1, fixture.listeners(), "one stream serves all callers");
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aBrokenStreamIsOpenedAgain(boolean modernServer) throws Exception {
        try (HttpFixture fixture = (modernServer ? HttpFixture.modern() : HttpFixture.legacy()).talkative();
                HubWorld world = HubWorld.with(HubWorld.http("fix", fixture.url()));
                EventTap tap = listen(world.caller("alice"), true)) {
            tap.next();
            await().until(() -> fixture.listeners() == 1);
            fixture.forgetSessions();
            fixture.hangUp();
            await().until(() -> fixture.listeners() == 1);
            fixture.announce();
            assertEquals(CHANGED, tap.next().method());
        }
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void promptsAndResourcesAreToldOfByEachOnesOwnView(boolean modernCaller, boolean modernServer) throws Exception {
        try (HttpFixture fixture = (modernServer ? HttpFixture.modern() : HttpFixture.legacy()).talkative();
                HubWorld world = HubWorld.with(HubWorld.http("fix", fixture.url()))) {
            Caller lister = world.caller("alice");
            lister.modern("prompts/list", "");
            lister.modern("resources/list", "");
            try (EventTap one = listen(world.caller("alice"), modernCaller)) {
                one.next();
                await().until(() -> fixture.listeners() == 1);
                fixture.tools().context().otherSecrets();
                fixture.announce("prompts");
                await().until(() -> asked(fixture, "prompts/list") == 2);
                fixture.tools().context().moreResources();
                fixture.announce("resources");
                assertEquals(
                        "notifications/resources/list_changed",
                        one.next().method(),
                        "no secret changed, for all she knows");
                fixture.tools().context().morePrompts();
                fixture.announce("prompts");
                assertEquals("notifications/prompts/list_changed", one.next().method());
                assertTrue(lister.modern("prompts/list", "").result().toString().contains("fix__extra"));
                assertTrue(one.isSilent());
            }
        }
    }

    @Test
    void whatWasNeverListedIsNoChange() throws Exception {
        try (HttpFixture fixture = HttpFixture.legacy().talkative();
                HubWorld world = HubWorld.with(HubWorld.http("fix", fixture.url()));
                EventTap tap = listen(world.caller("alice"), true)) {
            tap.next();
            await().until(() -> fixture.listeners() == 1);
            world.caller("bob").modern("prompts/list", "");
            fixture.announce();
            assertEquals(
                    CHANGED, tap.next().method(), "that somebody lists the prompts for the first time is no change");
            assertTrue(tap.isSilent());
        }
    }

    private static long asked(HttpFixture fixture, String method) {
        return fixture.seen().stream().filter(method::equals).count();
    }

    private static EventTap listen(Caller caller, boolean modern) throws Exception {
        if (modern) {
            return new EventTap(caller.open(
                    "subscriptions/listen",
                    "\"notifications\":{\"toolsListChanged\":true,\"promptsListChanged\":true,"
                            + "\"resourcesListChanged\":true}",
                    ""));
        }
        Caller.Heard opened = caller.post(
                Map.of(),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\""
                        + ProtocolVersion.LEGACY + "\",\"capabilities\":{}}}");
        return caller.listen(Map.of(
                HeaderValue.SESSION,
                opened.header(HeaderValue.SESSION),
                HeaderValue.VERSION,
                ProtocolVersion.LEGACY,
                "Accept",
                "text/event-stream"));
    }
}
