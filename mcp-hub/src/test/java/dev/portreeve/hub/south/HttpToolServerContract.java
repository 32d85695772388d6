package dev.portreeve.hub.south;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.credential.CredentialSource;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract over Streamable HTTP; {@link HttpLegacyTest} and {@link HttpModernTest} run it. */
abstract class HttpToolServerContract extends ToolServerContract {
    private final AlarmClock alarms = new AlarmClock();
    final OutboundHttp http = OutboundHttp.create(LIMITS.connectTimeout(), NameResolver.SYSTEM, alarms);
    HttpFixture fixture;

    abstract HttpFixture startFixture() throws IOException;

    @Override
    ToolServer start() throws IOException {
        fixture = startFixture();
        return server(fixture.url(), CredentialSource.NONE);
    }

    ToolServer server(URI url, CredentialSource credentials) {
        HttpTarget target = new HttpTarget(url, Reach.of(url, false), credentials.credential(null));
        return new HttpToolServer("fixture", target, http, alarms, LIMITS, false, listing -> changes.add("changed"));
    }

    @AfterEach
    void stopFixture() {
        fixture.close();
        alarms.close();
        http.close();
    }

    private UpstreamFault faultOf(String trap) {
        fixture.trap(trap);
        return assertThrows(
                        ToolServerFault.class,
                        () -> server.ask(
                                Party.GATEWAY,
                                request("echo", "{}"),
                                Meanwhile.NOTHING,
                                Deadline.in(Duration.ofSeconds(2))))
                .fault();
    }

    @Test
    void everyWayToBreakHasItsName() {
        server.list(soon());
        assertEquals(UpstreamFault.Kind.CUT, faultOf("cut").kind());
        assertEquals(UpstreamFault.Kind.GARBAGE, faultOf("garbage").kind());
        assertEquals(500, faultOf("500").status());
        assertEquals(307, faultOf("redirect").status());
        assertEquals(UpstreamFault.Kind.TIMEOUT, faultOf("mute").kind());
        assertEquals("still here", text(call("echo", "{\"text\":\"still here\"}")));
    }

    @Test
    void aServerThatIsNotThereIsUnreachableAndNothingIsOwed() throws IOException {
        URI nowhere;
        try (HttpFixture gone = startFixture()) {
            nowhere = gone.url();
        }
        try (ToolServer dead = server(nowhere, CredentialSource.NONE)) {
            UpstreamFault fault =
                    assertThrows(ToolServerFault.class, () -> dead.list(soon())).fault();
            assertEquals(UpstreamFault.Kind.UNREACHABLE, fault.kind());
            assertTrue(!fault.billable());
        }
    }

    @Test
    void theCredentialIsSentAndItsRefusalNamed() {
        fixture.demand("Bearer right");
        UpstreamFault fault =
                assertThrows(ToolServerFault.class, () -> server.list(soon())).fault();
        assertEquals(UpstreamFault.Kind.CREDENTIAL, fault.kind());
        try (ToolServer authorized = server(fixture.url(), CredentialSource.bearer(new Secret("right")))) {
            assertTrue(authorized.list(soon()).size() > 3);
        }
    }
}
