package dev.portreeve.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.hub.fixture.NodePeers;
import dev.portreeve.hub.fixture.SuiteDriver;
import dev.portreeve.hub.fixture.SuiteReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official conformance suite of the protocol against the hub as a client of downstream servers: its servers check what
 * the hub sends them. What fails and may is listed in {@code src/test/conformance}, with the reasons.
 */
@Tag("node")
class ConformanceClientTest {
    private static final Path BASELINES = Path.of("src", "test", "conformance").toAbsolutePath();
    private static final Path OUTPUT = Path.of("target", "conformance").toAbsolutePath();

    @BeforeAll
    static void install() throws Exception {
        String missing = NodePeers.suiteMissing();
        assumeTrue(missing.isEmpty(), missing);
        SuiteReport.clear(OUTPUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-11-25", "2026-07-28"})
    void passesWhatARevisionRequires(String revision) throws Exception {
        Path output = OUTPUT.resolve(revision);
        try (SuiteDriver driver = new SuiteDriver()) {
            SuiteReport report = SuiteReport.of(
                    NodePeers.suite(
                            NodePeers.SuiteLine.NEWEST,
                            List.of(
                                    "client",
                                    "--command",
                                    driver.command(),
                                    "--requirements",
                                    revision,
                                    "--timeout",
                                    "300000",
                                    "--expected-failures",
                                    BASELINES
                                            .resolve("client-" + revision + ".yaml")
                                            .toString(),
                                    "--output-dir",
                                    output.toString())),
                    output);
            Files.writeString(OUTPUT.resolve(revision + ".txt"), report.text());
            assertTrue(report.ranSomething(), report::text);
            assertEquals(0, report.exit(), report::text);
        }
    }
}
