package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runaway brake through a whole gateway. */
class RunawayTest {
    @TempDir
    private Path folder;

    private GatewayFixture fixture;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("note"), "a note");
        fixture = GatewayFixture.configured(folder, """
                tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
                organisation:
                  tenants:
                    - { id: acme, brake: { same-call: 3, within: 1h }, agents: [{ id: bot }, { id: other }] }
                policies: [{ id: read, effect: allow, tools: [sticky__read] }]
                """.replace("STICKY", StickyNotes.command(folder)));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Outcome read(String key) {
        return fixture.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__read");
    }

    @Test
    void whoRepeatsTheSameCallIsPausedUntilSomebodyResumesIt() {
        String bot = fixture.newKey("bot");
        for (int i = 0; i < 3; i++) {
            assertEquals(0, read(bot).exitCode(), "the call that is one too many has run");
        }
        Outcome refused = read(bot);
        assertEquals(1, refused.exitCode());
        String said = refused.out() + refused.err();
        assertTrue(said.contains("it called sticky__read 3 times with the same arguments within 3600s"), said);
        assertEquals(0, read(fixture.newKey("other")).exitCode(), "nobody else is paused");
        Outcome list = fixture.run("stops");
        assertTrue(list.out().contains("member:bot") && list.out().contains("brake"), list.out());
        Outcome resumed = fixture.run("resume", "agent:bot", "--reason", "it waited for a lock");
        assertEquals(0, resumed.exitCode(), resumed.err());
        assertEquals(0, read(bot).exitCode());
    }
}
