package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PostgresPolicyVersionsTest {
    @Test
    void keepsEachDocumentOnceAndRecordsEachStart() throws SQLException {
        PolicyDocument document = AccessPolicy.of(List.of(new Rule(
                        "r", Rule.Effect.ALLOW, Rule.Who.ANYBODY, List.of("*"), List.of(), null, List.of(), null)))
                .document();
        try (Database database = new Database();
                PostgresJournal journal = PostgresJournal.start(
                        database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1))) {
            PostgresPolicyVersions versions = new PostgresPolicyVersions();
            AuditLog audit = new AuditLog(journal);
            audit.append(versions.inForce(document)).await();
            audit.append(versions.inForce(document)).await();
            assertEquals(
                    List.of(document.text()),
                    database.texts("SELECT document FROM policy.policy_version WHERE version = ?", document.version()));
            List<String> leaves = database.leaves("_instance");
            assertEquals(2, leaves.size());
            assertTrue(leaves.getFirst().contains("\"kind\":\"policy.loaded\""), leaves.toString());
            assertTrue(leaves.getFirst().contains(document.version()), leaves.toString());
        }
    }
}
