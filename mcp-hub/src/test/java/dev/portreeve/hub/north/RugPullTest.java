package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.wire.RawJson;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that shows one definition and then has another, over real connections, under the policy block. */
class RugPullTest {
    private HttpFixture fixture;
    private HubWorld world;
    private Caller alice;

    @BeforeEach
    void start() throws Exception {
        fixture = HttpFixture.legacy();
        world = HubWorld.with(HubWorld.under(DefinitionPolicy.BLOCK, HubWorld.http("fix", fixture.url())));
        alice = world.caller("alice");
    }

    @AfterEach
    void stop() {
        world.close();
        fixture.close();
    }

    private DefinitionDesk desk() {
        return world.hub().definitions();
    }

    private void accept(String name) {
        desk().decide(desk().find(name).orElseThrow().definition(), Definitions.Choice.ACCEPT, "maria", "api", null);
    }

    private List<RawJson> tools() throws Exception {
        return alice.modern("tools/list", "").result().member("tools").elements();
    }

    private Caller.Heard call(String tool) throws Exception {
        return alice.modern("tools/call", "\"name\":\"" + tool + "\",\"arguments\":{}");
    }

    @Test
    void whatWaitsIsNeitherListedNorKnown() throws Exception {
        assertEquals(List.of(), tools());
        assertEquals(
                "unknown tool \"fix__nothing\"", call("fix__nothing").error().message());
        String waits = call("fix__echo").error().message();
        assertTrue(waits.startsWith("unknown tool \"fix__echo\": ") && waits.contains("of server \"fix\" wait"), waits);
        assertFalse(waits.contains("accept"), "a model with a shell is not told how to accept");
        assertEquals(
                "unknown tool \"fix__spawn\"",
                world.caller("bob")
                        .modern("tools/call", "\"name\":\"fix__spawn\",\"arguments\":{}")
                        .error()
                        .message(),
                "who may not use it does not even hear that it waits");
        assertEquals(0, fixture.tools().calls());
        accept("fix__echo");
        assertEquals(1, tools().size());
        assertFalse(call("fix__echo").result().toString().contains("isError"));
    }

    @Test
    void aToolChangedBetweenListAndCallIsNotCalled() throws Exception {
        accept("fix__echo");
        accept("fix__change");
        String listed = tools().getLast().toString();
        assertFalse(
                call("fix__change").result().toString().contains("isError"), "now the server has changed its tools");
        int calls = fixture.tools().calls();
        Caller.Heard refused = call("fix__echo");
        assertEquals("\"definition_changed\"", refused.meta("dev.portreeve/reason"));
        assertEquals(calls, fixture.tools().calls());
        assertEquals(listed, tools().getLast().toString(), "it stays listed as it was");
        assertEquals(
                EventKind.DEFINITION_QUARANTINED,
                world.governance().journal().events().stream()
                        .map(AuditEvent::kind)
                        .filter(kind -> kind.code().startsWith("definition."))
                        .toList()
                        .getLast());
        assertEquals(
                List.of("/description"),
                desk().find("fix__echo").orElseThrow().diff().stream()
                        .map(line -> line.place())
                        .toList());
        accept("fix__echo");
        assertFalse(call("fix__echo").result().toString().contains("isError"));
        assertTrue(tools().getLast().toString().contains("Says something else"));
    }

    @Test
    void nobodyIsAskedToApproveAToolThatIsWithheld() throws Exception {
        accept("fix__write");
        accept("fix__change");
        call("fix__change");
        await().until(() -> desk().find("fix__write").orElseThrow().replaces() != null);
        assertEquals("\"definition_changed\"", call("fix__write").meta("dev.portreeve/reason"));
        assertEquals(List.of(), world.governance().waitingTickets());
        assertFalse(world.governance().kinds().contains("approval.requested"));
        assertEquals("call.refused", world.governance().kinds().getLast(), "nothing was held");
    }

    @Test
    void aChangeNobodyAnnouncedIsFoundByTheNextLookAndThenRefused() throws Exception {
        accept("fix__echo");
        fixture.tools().change();
        assertEquals(-32602, call("fix__no-such").error().code(), "a miss makes the gateway look again");
        await().until(() -> world.hub().servers().getFirst().waiting() > 0
                && desk().find("fix__echo").orElseThrow().replaces() != null);
        assertEquals("\"definition_changed\"", call("fix__echo").meta("dev.portreeve/reason"));
    }
}
