package dev.portreeve.hub.south;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.wire.ProtocolVersion;
import java.io.IOException;
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

    @Test
    void closingEndsTheSession() {
        server.list(soon());
        server.close();
        assertTrue(fixture.seen().contains("DELETE"));
    }
}
