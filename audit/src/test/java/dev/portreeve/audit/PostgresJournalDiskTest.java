package dev.portreeve.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A disk without room, and a clock that is set back. */
class PostgresJournalDiskTest {
    private static JournalEntry<Void> entry(int n) {
        return JournalEntry.of(new AuditEvent("acme", EventKind.ADMIN_ACTION, null, new Facts().put("n", n)));
    }

    private static void execute(Database database, String... statements) throws SQLException {
        try (Connection owner = database.owner().getConnection();
                Statement statement = owner.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void aFullDiskIsSaidAtOnceAndWhatWaitedIsStoredInOrder() throws Exception {
        try (Database database = new Database();
                PostgresJournal journal = PostgresJournal.start(
                        database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1))) {
            journal.append(entry(1)).await();
            execute(
                    database,
                    "CREATE FUNCTION audit.no_room() RETURNS trigger LANGUAGE plpgsql AS"
                            + " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
                    "CREATE TRIGGER no_room BEFORE INSERT ON audit.record FOR EACH ROW EXECUTE FUNCTION audit.no_room()");
            List<Receipt> waiting = new ArrayList<>();
            for (int n = 2; n <= 5; n++) {
                waiting.add(journal.append(entry(n).keep()));
            }
            Receipt change = journal.append(entry(100));
            assertThrows(EvidenceUnavailable.class, change::await);
            for (Receipt each : waiting) {
                EvidenceUnavailable said = assertThrows(EvidenceUnavailable.class, each::await);
                assertTrue(String.valueOf(said.getMessage()).contains("no room"), said.getMessage());
            }
            JournalState full = journal.state();
            assertEquals(5, full.queued() + full.writing());
            assertEquals(0, full.refused());
            assertNotNull(full.refusedForRoom());
            execute(database, "DROP TRIGGER no_room ON audit.record");
            await().until(waiting.getLast()::isDurable);
            journal.append(entry(6)).await();
            assertEquals(
                    List.of(1L, 2L, 3L, 4L, 5L, 6L),
                    database.leaves("acme").stream()
                            .map(leaf -> LeafValues.of(leaf.getBytes(StandardCharsets.UTF_8))
                                    .number("n"))
                            .toList());
            assertFalse(change.isDurable(), "what was refused is not done later");
            assertNull(journal.state().refusedForRoom());
            assertEquals(0, journal.state().queued());
            assertEquals(6, journal.state().stored());
        }
    }

    @Test
    void aClockThatIsSetBackLosesNothingAndReordersNothing() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        try (Database database = new Database();
                PostgresJournal journal =
                        PostgresJournal.start(database.app(), JournalSettings.defaults(), now::get, new Random(1))) {
            journal.append(entry(1)).await();
            now.set(now.get().minus(Duration.ofDays(70)));
            journal.append(entry(2)).await();
            now.set(now.get().plus(Duration.ofDays(70)));
            journal.append(entry(3)).await();
            List<String> leaves = database.leaves("acme");
            for (int n = 1; n <= 3; n++) {
                assertTrue(leaves.get(n - 1).contains("\"n\":" + n), leaves.toString());
            }
            List<StoredRecord> page = new PostgresAuditReader(database.app())
                    .newest("acme", null, 10)
                    .records();
            assertEquals(
                    List.of(3L, 2L, 1L),
                    page.stream()
                            .map(record -> LeafValues.of(record.leaf()).number("n"))
                            .toList());
        }
    }
}
