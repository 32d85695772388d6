package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/mcp.md} says is carried, is proved: every row that says yes names tests that exist, and no scenario of
 * the conformance suite that it names is among those that may fail in that combination.
 */
class McpPageTest {
    private static final Path PAGE = Path.of("..", "docs", "mcp.md");
    private static final Path BASELINES = Path.of("src", "test", "conformance");
    private static final List<String> COMBINATIONS = List.of(
            "2026-07-28-to-modern.yaml",
            "2026-07-28-to-older.yaml",
            "2025-11-25-to-modern.yaml",
            "2025-11-25-to-older.yaml");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|Contract))\\.(\\w+)`");
    private static final Pattern SCENARIO = Pattern.compile("`([a-z][a-z0-9-]+)`");

    /** A row: what, the four combinations, the proofs. */
    private record Row(String what, List<String> cells, String proofs) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            List<String> cells =
                    Arrays.stream(line.split("\\|")).map(String::strip).toList();
            if (cells.size() == 7 && cells.get(2).matches("yes|no|–|[a-z].*")) {
                rows.add(new Row(cells.get(1), cells.subList(2, 6), cells.get(6)));
            }
        }
        return rows.stream().filter(row -> !row.what().equals("what")).toList();
    }

    @Test
    void everyYesNamesTestsThatExist() throws IOException {
        assertTrue(rows().size() > 5, "the page has lost its table");
        for (Row row : rows()) {
            if (row.cells().stream().anyMatch(cell -> cell.startsWith("yes"))) {
                List<String> tests = TEST.matcher(row.proofs())
                        .results()
                        .map(found -> found.group(1) + "." + found.group(2))
                        .toList();
                assertFalse(tests.isEmpty() && !row.proofs().startsWith("suite"), "nothing proves: " + row.what());
                for (String test : tests) {
                    assertTrue(exists(test), row.what() + " names a test that is not there: " + test);
                }
            }
        }
    }

    @Test
    void everyThreatNamesTestsThatExist() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        List<String> threats =
                lines.subList(lines.indexOf("## Threats"), lines.indexOf("## As a client of servers")).stream()
                        .filter(line -> line.startsWith("| ") && !line.startsWith("| threat"))
                        .toList();
        assertTrue(threats.size() > 20, "the page has lost its threats");
        for (String threat : threats) {
            List<String> tests = TEST.matcher(threat)
                    .results()
                    .map(found -> found.group(1) + "." + found.group(2))
                    .toList();
            assertFalse(tests.isEmpty(), "nothing tries: " + threat);
            for (String test : tests) {
                assertTrue(exists(test), "a threat names a test that is not there: " + test);
            }
        }
    }

    private static boolean exists(String test) throws IOException {
        String file = test.substring(0, test.indexOf('.')) + ".java";
        Pattern method = Pattern.compile("void " + test.substring(test.indexOf('.') + 1) + "\\(");
        for (String module : List.of("../mcp-hub/src/test", "../gateway/src/test", "../policy/src/test")) {
            try (Stream<Path> files = Files.walk(Path.of(module))) {
                for (Path found : files.filter(one -> one.endsWith(file)).toList()) {
                    return method.matcher(Files.readString(found)).find();
                }
            }
        }
        return false;
    }

    @Test
    void noScenarioThatProvesSomethingMayFail() throws IOException {
        for (Row row : rows()) {
            String named = row.proofs().startsWith("suite") ? row.proofs().split(";", 2)[0] : "";
            for (Matcher scenario = SCENARIO.matcher(named); scenario.find(); ) {
                for (int i = 0; i < COMBINATIONS.size(); i++) {
                    String baseline = Files.readString(BASELINES.resolve(COMBINATIONS.get(i)));
                    boolean mayFail = baseline.lines()
                            .map(line -> line.replaceFirst("#.*", "").strip())
                            .anyMatch(("- " + scenario.group(1))::equals);
                    assertFalse(
                            mayFail && row.cells().get(i).equals("yes"),
                            row.what() + " is not proved by " + scenario.group(1) + ", which may fail in "
                                    + COMBINATIONS.get(i));
                }
            }
        }
    }

    @Test
    void whatMayFailSaysWhy() throws IOException {
        for (String combination : COMBINATIONS) {
            List<String> lines = Files.readAllLines(BASELINES.resolve(combination));
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).strip().startsWith("- ")) {
                    boolean reasoned = false;
                    for (int above = i;
                            above >= 0 && !reasoned && !lines.get(above).isBlank();
                            above--) {
                        reasoned = lines.get(above).contains("#");
                    }
                    assertTrue(
                            reasoned,
                            combination + " does not say why " + lines.get(i).strip() + " may fail");
                }
            }
        }
    }
}
