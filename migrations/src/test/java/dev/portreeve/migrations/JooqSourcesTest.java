package dev.portreeve.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checked-in table classes are those of the migrations. */
class JooqSourcesTest {
    @Test
    void theCheckedInTablesAreThoseOfTheMigrations(@TempDir Path folder) throws Exception {
        JooqGenerator.generate(folder);

        Map<String, String> checkedIn = sources(Path.of(System.getProperty("basedir", ""), "src/main/generated"));
        Map<String, String> generated = sources(folder);

        String advice = "the SQL of the migrations changed and the classes generated from it did not; run "
                + JooqGenerator.COMMAND;
        Set<String> different = new TreeSet<>(generated.keySet());
        different.addAll(checkedIn.keySet());
        different.removeIf(name -> Objects.equals(generated.get(name), checkedIn.get(name)));
        assertEquals(Set.of(), different, advice);
    }

    private static Map<String, String> sources(Path folder) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    sources.put(folder.relativize(file).toString(), Files.readString(file));
                }
            }
        }
        return sources;
    }
}
