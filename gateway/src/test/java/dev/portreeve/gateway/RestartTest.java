package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.GatewayFixture.Outcome;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.fixture.HttpFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole gateway that starts again while every server behind it is dead. */
class RestartTest {
    /** Nobody is to wait for it. */
    private static final String CALL_TIMEOUT = "1h";

    @TempDir
    private Path folder;

    private static List<String> tools(GatewayFixture fixture, String key) {
        return fixture.run("mcp", "list", "--key", key)
                .out()
                .lines()
                .filter(line -> line.contains("__"))
                .toList();
    }

    @Test
    void everythingStaysListedAndCallsFailWithTheirReason() throws Exception {
        Path alive = Files.createFile(folder.resolve("alive"));
        HttpFixture wiki = HttpFixture.legacy();
        try (GatewayFixture fixture = GatewayFixture.configured(folder, """
                tool-servers:
                  - { slug: sticky, definitions: trust, call-timeout: TIMEOUT, command: [/bin/sh, -c, 'test -f "$0" && exec "$@"', "ALIVE", COMMAND] }
                  - { slug: wiki, definitions: trust, call-timeout: TIMEOUT, url: "URL" }
                organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
                policies: [{ id: all, effect: allow, tools: ["*"] }]
                """.replace("ALIVE", alive.toString())
                .replace("COMMAND", StickyNotes.command(folder).replaceAll("^\\[|]$", ""))
                .replace("URL", wiki.url().toString())
                .replace("TIMEOUT", CALL_TIMEOUT))) {
            String key = fixture.newKey("bot");
            List<String> before = tools(fixture, key);
            assertTrue(before.stream().anyMatch(line -> line.startsWith("sticky__read")), before.toString());
            assertTrue(before.stream().anyMatch(line -> line.startsWith("wiki__echo")), before.toString());
            fixture.gateway.close();
            wiki.close();
            Files.delete(alive);
            try (Gateway again =
                    Gateway.start(ConfigFile.read(folder.resolve("portreeve.yaml"), name -> null), Clock.systemUTC())) {
                assertEquals(before, tools(fixture, key));
                assertEquals(
                        List.of(ServerStatus.State.ASLEEP, ServerStatus.State.DOWN),
                        again.servers().stream().map(ServerStatus::state).toList());
                for (String tool : List.of("sticky__read", "wiki__echo")) {
                    Outcome dead = fixture.run("mcp", "call", tool, "--key", key);
                    assertEquals(1, dead.exitCode(), dead.out() + dead.err());
                    String said = dead.out() + dead.err();
                    assertTrue(said.contains("tool server \"" + tool.substring(0, tool.indexOf('_')) + "\""), said);
                    assertFalse(said.contains("in time"), said);
                }
                assertEquals(before, tools(fixture, key));
            }
        }
    }
}
