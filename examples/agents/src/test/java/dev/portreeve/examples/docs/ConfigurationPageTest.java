package dev.portreeve.examples.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ConfigurationPageTest {
    /** Written anew with {@code ./build test -pl examples/agents -am -Dtest=ConfigurationPageTest -Dportreeve.write-docs=true}. */
    @Test
    void thePageIsWhatTheProgramReads() throws Exception {
        Path page = DocsTest.ROOT.resolve("docs/configuration.md");
        String made = new ConfigurationPage(DocsTest.ROOT).write();
        if (Boolean.getBoolean("portreeve.write-docs")) {
            Files.writeString(page, made);
        }
        assertEquals(made, Files.readString(page), "docs/configuration.md is not what the records say: write it anew");
    }
}
