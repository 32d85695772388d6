package dev.portreeve.hub.south;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpLegacyTest extends HttpToolServerContract {
    @Override
    HttpFixture startFixture() throws IOException {
        return HttpFixture.legacy();
    }

    @Override
    String expectedVersion() {
        return ProtocolVersion.LEGACY;
    }

    @Test
    void aForgottenSessionIsOpenedAgainOnceAndTheCallRepeated() {
        assertEquals("one", text(call("echo", "{\"text\":\"one\"}")));
        fixture.forgetSessions();
        assertEquals("two", text(call("echo", "{\"text\":\"two\"}")));
        assertEquals(
                List.of(
                        "server/discover",
                        "initialize",
                        "notifications/initialized",
                        "tools/call",
                        "tools/call",
                        "server/discover",
                        "initialize",
                        "notifications/initialized",
                        "tools/call"),
                fixture.seen());
        assertEquals(2, fixture.tools().calls());
    }

    private int sessions() {
        return Collections.frequency(fixture.seen(), "initialize");
    }

    private void echo(Party party) {
        Answered answer = server.ask(party, request("echo", "{\"text\":\"hi\"}"), Meanwhile.NOTHING, soon());
        assertEquals("hi", text(answer));
    }

    @Test
    void everyPartyHasItsOwnSessionAndKeepsIt() {
        Party one = new Party("one", RawJson.EMPTY_OBJECT, false);
        Party two = new Party("two", RawJson.EMPTY_OBJECT, false);
        server.list(soon());
        List.of(one, two, one, two).forEach(this::echo);
        assertEquals(1 + 2, sessions());
        server.leave("one");
        await().until(() -> fixture.seen().contains("DELETE"));
        List.of(one, two).forEach(this::echo);
        assertEquals(1 + 3, sessions());
        fixture.forgetSessions();
        echo(two);
        assertEquals(1 + 4, sessions());
    }

    @Test
    void beyondTheMostSessionsTheLongestUnusedEnds() {
        server.list(soon());
        for (int i = 0; i < LIMITS.maxSessions() + 3; i++) {
            echo(new Party("party " + i, RawJson.EMPTY_OBJECT, false));
        }
        await().until(() -> Collections.frequency(fixture.seen(), "DELETE") == 3);
        echo(new Party("party 10", RawJson.EMPTY_OBJECT, false));
        assertEquals(1 + LIMITS.maxSessions() + 3, sessions());
    }

    @Test
    void closingEndsTheSession() {
        server.list(soon());
        server.close();
        assertTrue(fixture.seen().contains("DELETE"));
    }
}
