package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresJournalTest extends JournalContract {
    private final Database database = new Database();
    private final PostgresJournal journal =
            PostgresJournal.start(database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1));

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    @Override
    Journal journal() {
        return journal;
    }

    @Override
    void closeJournal() {
        journal.close();
    }

    @Override
    List<String> leaves(String tenant) throws SQLException {
        return database.leaves(tenant);
    }

    @Test
    void columnsSayWhatTheBytesSay() throws SQLException {
        journal.append(JournalEntry.of(event("acme", 1))).await();
        assertEquals(1, database.number("""
                        SELECT count(*) FROM (SELECT r.*, convert_from(leaf, 'UTF8')::json AS j FROM audit.record r) r
                        WHERE j->>'id' = id::text AND j->>'tenant' = tenant AND j->>'kind' = kind
                            AND j->>'call' = call_id::text AND (j->>'at')::timestamptz = at"""));
    }

    @Test
    void aRecordGoesToThePartitionOfItsMonth() throws SQLException {
        journal.append(JournalEntry.of(event("acme", 1))).await();
        assertEquals(0, database.number("SELECT count(*) FROM audit.record_default"));
    }
}
