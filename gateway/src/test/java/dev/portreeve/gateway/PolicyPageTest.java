package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.cli.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each policy of the page of policies does what its scenarios say, and they reach all its rules. */
class PolicyPageTest {
    private static final Path PAGE = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .resolve("../docs/policy.md")
            .normalize();
    private static final Pattern BLOCKS =
            Pattern.compile("(?m)^```yaml\\n(.*?)^```$.*?^```text\\n(.*?)^```$", Pattern.DOTALL);

    @TempDir
    private Path folder;

    /** One section of the page. */
    private record Section(String title, String configuration, String scenarios) {}

    private static List<Section> sections() throws IOException {
        List<Section> sections = new ArrayList<>();
        String[] parts = Files.readString(PAGE).split("\n## ", -1);
        for (String part : List.of(parts).subList(1, parts.length)) {
            Matcher blocks = BLOCKS.matcher(part);
            assertTrue(blocks.find(), part);
            sections.add(new Section(part.substring(0, part.indexOf('\n')), blocks.group(1), blocks.group(2)));
        }
        return sections;
    }

    @TestFactory
    Stream<DynamicTest> policies() throws IOException {
        assertTrue(sections().size() >= 10, "ten policies");
        return sections().stream()
                .map(section -> DynamicTest.dynamicTest(section.title(), () -> {
                    String name = section.title().replaceAll("[^A-Za-z]", "");
                    Path config = Files.writeString(folder.resolve(name + ".yaml"), section.configuration());
                    Path scenarios = Files.writeString(folder.resolve(name + "-cases.yaml"), section.scenarios());
                    StringWriter out = new StringWriter();
                    StringWriter err = new StringWriter();
                    int code = Main.run(
                            new Terminal(new PrintWriter(out), new PrintWriter(err), variable -> null, false),
                            "policy",
                            "test",
                            scenarios.toString(),
                            "--config",
                            config.toString(),
                            "-o",
                            "json");
                    assertFalse(out.toString().isEmpty(), err.toString());
                    JsonNode report = JsonMapper.shared().readTree(out.toString());
                    assertEquals(0, code, report.path("results").toPrettyString() + err);
                    JsonNode coverage = report.path("coverage").get(0);
                    assertEquals("[]", coverage.path("unreached").toString(), "rules that no scenario reaches");
                    assertEquals("[]", coverage.path("never_matched").toString(), "rules that match in no scenario");
                }));
    }
}
