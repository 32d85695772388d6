package dev.portreeve.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is written down as disabled is not there. */
class DisabledServerTest {
    @TempDir
    private Path folder;

    @Test
    void isNeitherStartedNorListedNorShown() throws Exception {
        Path started = folder.resolve("started");
        ToolServerConfig wouldLeaveATrace =
                HubWorld.stdio("off", List.of("/bin/sh", "-c", "touch " + started + "; exec cat"));
        try (HttpFixture fixture = HttpFixture.modern();
                HubWorld world = HubWorld.with(
                        InstantSource.system(),
                        Duration.ofMillis(300),
                        HubWorld.disabled(wouldLeaveATrace),
                        HubWorld.http("fix", fixture.url()),
                        HubWorld.disabled(HubWorld.stdio("pipe", StdioFixture.command("legacy"))))) {
            assertEquals(
                    List.of("fix"),
                    world.hub().servers().stream().map(server -> server.slug()).toList());
        }
        assertFalse(Files.exists(started), "the disabled server was started");
    }
}
