package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.policy.key.Pepper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What records say of the configuration that a process starts with. */
class LoadedConfigurationTest {
    private static final String FILE = """
            providers: [ { id: up, base-url: "https://up.example/v1", api-key: SECRET, dialects: [openai-chat] } ]
            models: [ { name: fast, route: { targets: [ { model: up/m } ] }, max-output-tokens: 100 } ]
            organisation: { tenants: [ { id: acme, agents: [ { id: bot } ] } ] }
            guardrails: [ { id: mail, detect: pii, entities: [email, iban, credit-card], action: mask } ]
            """;

    @TempDir
    private Path folder;

    private JsonNode start(String text) throws Exception {
        try (InMemoryJournal journal = new InMemoryJournal()) {
            DataDirectory directory = new DataDirectory(folder);
            new LoadedConfiguration(directory, Pepper.of(new byte[Pepper.BYTES]), new AuditLog(journal))
                    .record(ConfigFile.parse("f.yaml", text, folder, name -> null));
            String record = new String(journal.records().getLast().leaf(), StandardCharsets.UTF_8);
            assertFalse(record.contains("sk-one") || record.contains("up.example"), "a value: " + record);
            return JsonMapper.shared().readTree(record);
        }
    }

    private static List<String> changed(JsonNode record) {
        return record.path("changed")
                .valueStream()
                .map(name -> name.asString(""))
                .toList();
    }

    @Test
    void theRecordSaysWhatIsNotAsItWas() throws Exception {
        String first = FILE.replace("SECRET", "sk-one");
        JsonNode started = start(first);
        assertEquals("configuration.loaded", started.path("kind").asString(""));
        assertFalse(started.has("before") || started.has("changed"), "nothing was before");
        JsonNode again =
                start("# A comment.\n" + first.replace("[email, iban, credit-card]", "[iban, email, credit-card]"));
        assertEquals(started.path("digest"), again.path("digest"), "it means the same");
        assertEquals(started.path("digest"), again.path("before"));
        assertEquals(List.of(), changed(again));
        JsonNode other = start(FILE.replace("SECRET", "sk-one-and-another").replace("id: bot", "id: bat"));
        assertEquals(List.of("organisation", "providers"), changed(other), "a secret that changed shows too");
        assertNotEquals(started.path("digest"), other.path("digest"));
        assertEquals(started.path("digest"), other.path("before"));
        assertTrue(other.path("sections").has("tool-servers"), other.toString());
    }

    @Test
    void whatWasKeptIsNotTrusted() throws Exception {
        Files.writeString(folder.resolve("configuration-digest"), "nonsense\n\n x\n");
        assertFalse(start(FILE.replace("SECRET", "sk-one")).has("before"));
    }
}
