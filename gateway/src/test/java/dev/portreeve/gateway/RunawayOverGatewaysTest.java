package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runaway brake over two gateways on one database. */
class RunawayOverGatewaysTest {
    @TempDir
    private Path folder;

    private static Outcome read(GatewayFixture gateway, String key) {
        return gateway.run(Map.of("PORTREEVE_KEY", key), "mcp", "call", "sticky__read");
    }

    /** Neither saw as many as are too many; both refuse it. */
    @Test
    void whoRepeatsACallOnBothIsPausedOnBoth() throws IOException {
        Files.writeString(folder.resolve("note"), "a note");
        Path other = Files.createDirectory(folder.resolve("other"));
        String configuration = """
                tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
                organisation:
                  tenants: [{ id: acme, brake: { same-call: 4, within: 1h }, agents: [{ id: bot }, { id: other }] }]
                policies: [{ id: read, effect: allow, tools: [sticky__read] }]
                """.replace("STICKY", StickyNotes.command(folder));
        try (GatewayFixture here = GatewayFixture.configured(folder, configuration);
                GatewayFixture there = here.beside(other, configuration)) {
            String bot = here.newKey("bot");
            for (int i = 0; i < 2; i++) {
                assertEquals(0, read(here, bot).exitCode());
                assertEquals(0, read(there, bot).exitCode());
            }
            await().until(() -> here.run("stops").out().contains("member:bot")
                    && there.run("stops").out().contains("member:bot"));
            for (GatewayFixture gateway : new GatewayFixture[] {here, there}) {
                Outcome refused = read(gateway, bot);
                String said = refused.out() + refused.err();
                assertEquals(1, refused.exitCode(), said);
                assertTrue(said.contains("it called sticky__read 4 times with the same arguments"), said);
            }
            assertEquals(0, read(there, here.newKey("other")).exitCode(), "nobody else is paused");
        }
    }
}
