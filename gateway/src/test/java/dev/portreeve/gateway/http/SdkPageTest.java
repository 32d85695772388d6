package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs of the page about SDKs, run as they stand there against a gateway. */
class SdkPageTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(js|java)\\n(.*?)^```$");
    private static final Pattern PACKAGE = Pattern.compile("from '([^']+)'");
    private static final Pattern CLASS = Pattern.compile("(?m)^class (\\w+)");
    private static final long PATIENCE_SECONDS = 120;
    private EdgeFixture edge;

    @BeforeEach
    void start() {
        edge = new EdgeFixture().demo().model("fast", "demo/demo").start();
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    private static List<String> programs(String language) throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(Path.of("..", "docs", "sdks.md")));
        List<String> programs = new ArrayList<>();
        while (block.find()) {
            if (block.group(1).equals(language)) {
                programs.add(block.group(2));
            }
        }
        return programs;
    }

    static Stream<String> node() throws IOException {
        return programs("js").stream();
    }

    static Stream<String> java() throws IOException {
        return programs("java").stream();
    }

    private Map<String, String> environment() {
        return Map.of("PORTREEVE_URL", edge.uri("").toString(), "PORTREEVE_KEY", EdgeFixture.KEY);
    }

    @ParameterizedTest
    @MethodSource
    void node(String program) throws Exception {
        Matcher from = PACKAGE.matcher(program);
        assertTrue(from.find(), program);
        Map<String, String> versions = Map.of("openai", "6", "@anthropic-ai/sdk", "0");
        NodeSdk sdk = NodeSdk.install(
                from.group(1), versions.get(from.group(1)), "page.mjs", program.getBytes(StandardCharsets.UTF_8));
        NodeSdk.Run run = sdk.run(environment(), List.of());
        assertEquals(0, run.exit(), run.output());
        assertTrue(run.output().contains("This is the demo provider"), run.output());
    }

    @ParameterizedTest
    @MethodSource
    void java(String program, @TempDir Path folder) throws Exception {
        Matcher name = CLASS.matcher(program);
        assertTrue(name.find(), program);
        Path source = folder.resolve(name.group(1) + ".java");
        Files.writeString(source, program);
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--class-path",
                        System.getProperty("java.class.path"),
                        source.toString())
                .redirectErrorStream(true);
        builder.environment().putAll(environment());
        Process run = builder.start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(run.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), said);
        assertEquals(0, run.exitValue(), said);
        assertTrue(said.contains("This is the demo provider"), said);
    }

    @Test
    void thePageHasProgramsOfBothVendorsInBothLanguages() throws IOException {
        for (String language : List.of("js", "java")) {
            String all = String.join("\n", programs(language));
            assertFalse(all.isEmpty());
            assertTrue(all.contains("openai") && all.contains("anthropic"), all);
        }
    }
}
