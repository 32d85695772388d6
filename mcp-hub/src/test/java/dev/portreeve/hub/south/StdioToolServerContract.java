package dev.portreeve.hub.south;

import dev.portreeve.hub.fixture.StdioFixture;
import java.util.Map;

/** The contract over standard streams; {@link StdioLegacyTest} and {@link StdioModernTest} run it. */
abstract class StdioToolServerContract extends ToolServerContract {
    StdioToolServer start(String mode) {
        return new StdioToolServer(
                "fixture",
                ProcessLaunch.of(StdioFixture.command(mode), Map.of("FIXTURE", "yes")),
                LIMITS,
                false,
                () -> changes.add("changed"));
    }
}
