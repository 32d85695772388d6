package dev.portreeve.hub.south;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.credential.CredentialSource;
import dev.portreeve.hub.fixture.SseFixture;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract over the transport of 2024, and what only it can do wrong. */
class SseTransportTest extends ToolServerContract {
    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(LIMITS.connectTimeout(), NameResolver.SYSTEM, alarms);
    private SseFixture fixture;

    @Override
    ToolServer start() throws IOException {
        fixture = new SseFixture();
        return connect();
    }

    private ToolServer connect() {
        HttpTarget target =
                new HttpTarget(fixture.url(), Reach.of(fixture.url(), false), CredentialSource.NONE.credential(null));
        return new HttpToolServer("fixture", target, http, alarms, LIMITS, false, listing -> changes.add("changed"));
    }

    @Override
    String expectedVersion() {
        return "2024-11-05";
    }

    @AfterEach
    void stopFixture() {
        fixture.close();
        http.close();
        alarms.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1/message?session=%s",
                "https://evil.example/message?session=%s",
                "//evil.example/message?session=%s",
                "http://user@127.0.0.1/message?session=%s",
                "http:// not an address",
            })
    void messagesGoToTheServersOwnOriginOnly(String elsewhere) {
        fixture.wantMessagesAt(elsewhere);
        try (ToolServer fresh = connect()) {
            UpstreamFault fault = assertThrows(ToolServerFault.class, () -> fresh.list(soon()))
                    .fault();
            assertEquals(UpstreamFault.Kind.GARBAGE, fault.kind(), fault.detail());
        }
    }

    @Test
    void aFullAddressOfTheSameOriginIsGood() {
        fixture.wantMessagesAt(fixture.url().toString().replace("/sse", "/message?session=%s"));
        try (ToolServer fresh = connect()) {
            assertTrue(fresh.list(soon()).size() > 3);
        }
    }

    @Test
    void aStreamThatEndsInMidCallFailsItAtOnceAndTheNextCallOpensAnother() throws Exception {
        server.list(soon());
        int before = fixture.opened();
        BlockingQueue<UpstreamFault.Kind> ended = new ArrayBlockingQueue<>(1);
        Thread.ofVirtual().start(() -> {
            try {
                call("hold", "{}");
            } catch (ToolServerFault fault) {
                ended.add(fault.fault().kind());
            }
        });
        await().until(() -> text(call("counts", "{}")).startsWith("1/"));
        fixture.cut();
        assertEquals(UpstreamFault.Kind.CUT, ended.poll(10, TimeUnit.SECONDS));
        await().ignoreExceptions()
                .until(() -> text(call("echo", "{\"text\":\"back\"}")).equals("back"));
        assertTrue(fixture.opened() > before);
    }
}
