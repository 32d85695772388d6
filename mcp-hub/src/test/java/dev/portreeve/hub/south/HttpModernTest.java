package dev.portreeve.hub.south;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.wire.ProtocolVersion;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpModernTest extends HttpToolServerContract {
    @Override
    HttpFixture startFixture() throws IOException {
        return HttpFixture.modern();
    }

    @Override
    String expectedVersion() {
        return ProtocolVersion.MODERN;
    }

    @Test
    void oneQuestionSettlesTheEra() {
        call("echo", "{}");
        call("echo", "{}");
        assertEquals(List.of("server/discover", "tools/call", "tools/call"), fixture.seen());
    }

    @Test
    void aToolNameThatIsNoHeaderIsMirroredEncoded() {
        // The fixture refuses a request whose name header does not decode to the name in the body.
        call("näme\nwith everything", "{}");
    }
}
