package dev.portreeve.hub.south;

import dev.portreeve.hub.fixture.StdioFixture;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** The contract over standard streams; {@link StdioLegacyTest} and {@link StdioModernTest} run it. */
abstract class StdioToolServerContract extends ToolServerContract {
    final LastWill will = new LastWill();

    @AfterEach
    void closeWill() {
        will.close();
    }

    StdioToolServer start(String mode) {
        return new StdioToolServer(
                "fixture",
                ProcessLaunch.of(StdioFixture.command(mode), Map.of("FIXTURE", "yes")),
                will,
                LIMITS,
                false,
                listing -> changes.add("changed"));
    }
}
