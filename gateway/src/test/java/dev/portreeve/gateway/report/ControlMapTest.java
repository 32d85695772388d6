package dev.portreeve.gateway.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The map of controls: complete, sober, and the same in the documentation. {@code -Dportreeve.write-docs=true} writes the latter. */
class ControlMapTest {
    private static final Path PAGE = Path.of("..", "docs", "compliance.md");
    private static final String BEGIN = "<!-- The map, generated. -->\n";
    private static final String END = "<!-- End of the map. -->\n";
    private final ControlMap map = ControlMap.builtIn();

    @Test
    void rowsNameKindsThatThereAre() {
        Set<String> kinds =
                Arrays.stream(EventKind.values()).map(EventKind::code).collect(Collectors.toSet());
        for (ControlMap.Framework framework : map.frameworks()) {
            Set<String> ids = new HashSet<>();
            for (ControlMap.Row row : framework.rows()) {
                assertTrue(ids.add(row.id()), row.id() + " stands twice");
                assertFalse(row.records().isEmpty(), row.id());
                assertFalse(row.figures().isEmpty(), row.id());
                row.records().forEach(query -> assertTrue(kinds.contains(query.kind()), query.kind()));
            }
        }
    }

    /** The words of a report are evidence that supports, never conformity. */
    @Test
    void nothingClaimsConformity() {
        String all = map.toString().toLowerCase(Locale.ROOT);
        for (String word : List.of("compliant", "certified", "guarantee", "complies", "conforms", "ensures")) {
            assertFalse(all.contains(word), word);
        }
    }

    @Test
    void thePageHasTheMapAsItIs() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertTrue(begin >= BEGIN.length() && end >= begin, "the page has no place for the map");
        String written = page.substring(0, begin) + written() + page.substring(end);
        if (Boolean.getBoolean("portreeve.write-docs")) {
            Files.writeString(PAGE, written);
        }
        assertEquals(
                written,
                Files.readString(PAGE),
                "docs/compliance.md is old: run this test with -Dportreeve.write-docs=true");
    }

    private String written() {
        StringBuilder text = new StringBuilder("\nVersion " + map.version() + " of " + map.date() + ".\n");
        for (ControlMap.Framework framework : map.frameworks()) {
            text.append("\n### ")
                    .append(framework.title())
                    .append("\n\n`--framework ")
                    .append(framework.id());
            text.append("`, ").append(framework.edition()).append(".\n");
            if (!framework.dates().isEmpty()) {
                text.append("\n| What | When |\n|---|---|\n");
                framework.dates().forEach(fact -> text.append("| " + fact.what() + " | " + fact.when() + " |\n"));
            }
            text.append(
                    "\n| Control | Asks | Records that support it | Section | Cannot be shown |\n|---|---|---|---|---|\n");
            for (ControlMap.Row row : framework.rows()) {
                text.append("| ")
                        .append(row.control())
                        .append(" | ")
                        .append(row.title())
                        .append(" | ");
                text.append(row.records().stream()
                        .map(query -> "`" + query.kind() + "`"
                                + (query.members().isEmpty() ? "" : " with " + String.join(", ", query.members())))
                        .collect(Collectors.joining("; ")));
                text.append(" | ")
                        .append(row.section())
                        .append(" | ")
                        .append(row.limits())
                        .append(" |\n");
            }
        }
        return text.append('\n').toString();
    }
}
