package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.portreeve.hub.fixture.NodePeers;
import dev.portreeve.hub.fixture.SuiteReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The official conformance suite of the protocol against a whole gateway, through the views of two servers that offer what
 * the suite looks for: one speaks only the older era, the other only the modern one. Together with the revisions whose
 * required scenarios are run, these are the four combinations of the caller's and the server's era.
 *
 * <p>What fails and may is listed in {@code src/test/conformance}, each line with its reason; a line there that is no longer
 * needed fails the test too. So it is with the scenarios that the suite runs and does not count, those of the tasks extension
 * above all. The suite's whole output is kept in {@code target/conformance}.
 */
@Tag("node")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
    private static final Path BASELINES = Path.of("src", "test", "conformance").toAbsolutePath();
    private static final Path OUTPUT = Path.of("target", "conformance").toAbsolutePath();

    private NodePeers.Listening older;
    private NodePeers.Listening modern;
    private GatewayFixture gateway;
    private NodePeers.Listening withKey;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        String missing = NodePeers.suiteMissing();
        assumeTrue(missing.isEmpty(), missing);
        older = NodePeers.Listening.script("conformance/legacy-server.mjs");
        modern = NodePeers.Listening.script("conformance/modern-server.mjs");
        gateway = GatewayFixture.configured(folder, """
                tool-servers:
                  - { slug: older, url: "http://127.0.0.1:OLDER/mcp", trust-annotations: true, definitions: trust }
                  - { slug: modern, url: "http://127.0.0.1:MODERN/mcp", trust-annotations: true, definitions: trust }
                organisation: { tenants: [{ id: acme, agents: [{ id: suite }] }] }
                policies:
                  - { id: everything, effect: allow, tools: ["*"], prompts: ["*"], resources: ["*"] }
                """.replace("OLDER", String.valueOf(older.port()))
                .replace("MODERN", String.valueOf(modern.port())));
        withKey = NodePeers.Listening.script(
                "conformance/with-key.mjs", String.valueOf(gateway.data().getPort()), gateway.newKey("suite"));
        SuiteReport.clear(OUTPUT);
    }

    @AfterAll
    void stop() {
        for (AutoCloseable one : new AutoCloseable[] {withKey, gateway, modern, older}) {
            close(one);
        }
    }

    private static void close(AutoCloseable one) {
        try {
            if (one != null) {
                one.close();
            }
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    @ParameterizedTest
    @CsvSource({"2025-11-25, older", "2025-11-25, modern", "2026-07-28, older", "2026-07-28, modern"})
    void passesWhatARevisionRequires(String revision, String server) throws Exception {
        String name = revision + "-to-" + server;
        SuiteReport report = passes(NodePeers.SuiteLine.NEWEST, name, server, "--requirements", revision);
        String scored = Files.readString(BASELINES.resolve(name + ".yaml"));
        List<String> failed = report.notPassed().stream()
                .filter(check -> !scored.contains(check.substring(0, check.indexOf(' '))))
                .toList();
        assertEquals(notScored(name), failed, report::text);
    }

    private static List<String> notScored(String name) throws IOException {
        Path file = BASELINES.resolve(name + "-not-scored.txt");
        try (Stream<String> lines = Files.exists(file) ? Files.lines(file) : Stream.empty()) {
            return lines.filter(line -> !line.startsWith("#")).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({"older", "modern"})
    void passesTheStableLineOfTheSuite(String server) throws Exception {
        SuiteReport unused = passes(NodePeers.SuiteLine.STABLE, "stable-to-" + server, server, "--suite", "active");
    }

    private SuiteReport passes(NodePeers.SuiteLine line, String name, String server, String... which) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "server",
                "--url",
                "http://localhost:" + withKey.port() + "/mcp/" + server,
                "--expected-failures",
                BASELINES.resolve(name + ".yaml").toString(),
                "--output-dir",
                OUTPUT.resolve(name).toString()));
        arguments.addAll(List.of(which));
        SuiteReport report = SuiteReport.of(NodePeers.suite(line, arguments), OUTPUT.resolve(name));
        Files.writeString(OUTPUT.resolve(name + ".txt"), report.text());
        assertTrue(report.ranSomething(), report::text);
        assertEquals(0, report.exit(), report::text);
        return report;
    }
}
