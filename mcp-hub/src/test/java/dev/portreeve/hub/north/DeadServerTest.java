package dev.portreeve.hub.north;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.south.ServerCondition;
import org.junit.jupiter.api.Test;

/** A server that is gone: its calls are answered, its neighbours work, and operators see why. */
class DeadServerTest {
    @Test
    void callsToADeadServerAreTurnedAwayWithSinceWhenAndUntilWhen() throws Exception {
        try (HttpFixture alive = HttpFixture.modern()) {
            HttpFixture mortal = HttpFixture.legacy();
            try (HubWorld world =
                    HubWorld.with(HubWorld.http("gone", mortal.url()), HubWorld.http("alive", alive.url()))) {
                mortal.close();
                Caller alice = world.caller("alice");
                String[] said = new String[1];
                await().until(() -> {
                    said[0] = call(alice, "gone__echo");
                    return said[0].contains("is not asked again before");
                });
                assertTrue(said[0].contains("does not answer since 20"), said[0]);
                ServerCondition condition = world.hub().servers().getFirst().condition();
                assertTrue(condition.failures() >= 5, condition.toString());
                assertTrue(call(alice, "alive__echo").contains("here"));
                assertEquals(
                        "closed", world.hub().servers().getLast().condition().breaker());
            }
        }
    }

    @Test
    void theErrorStreamAndTheProcessesOfAServerAreShownToOperators() throws Exception {
        try (HubWorld world = HubWorld.with(
                HubWorld.stdio("notes", StdioFixture.command("legacy")),
                HubWorld.stdio("broken", StdioFixture.command("broken")))) {
            assertTrue(call(world.caller("alice"), "notes__echo").contains("here"));
            assertTrue(world.hub().servers().getFirst().condition().processes() > 0);
            ServerCondition broken = world.hub().servers().getLast().condition();
            assertTrue(broken.errorLines().contains("the notes folder does not exist"), broken.toString());
        }
    }

    private static String call(Caller caller, String tool) throws Exception {
        return caller.modern("tools/call", "\"name\":\"" + tool + "\",\"arguments\":{\"text\":\"here\"}")
                .text();
    }
}
