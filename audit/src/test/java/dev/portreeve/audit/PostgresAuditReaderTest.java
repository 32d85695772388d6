package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresAuditReaderTest {
    private final Database database = new Database();
    private final PostgresJournal journal =
            PostgresJournal.start(database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(1));
    private final AuditReader reader = new PostgresAuditReader(database.app());

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    private UUID append(String tenant, EventKind kind, UUID call, int n) {
        Receipt receipt = journal.append(JournalEntry.of(new AuditEvent(tenant, kind, call, new Facts().put("n", n))));
        receipt.await();
        return receipt.recordIds().getFirst();
    }

    private List<UUID> allIds(String tenant, int limit) {
        List<UUID> ids = new ArrayList<>();
        String after = null;
        do {
            AuditReader.Page page = tenant == null ? reader.newest(after, limit) : reader.newest(tenant, after, limit);
            page.records().forEach(record -> ids.add(record.id()));
            after = page.next();
        } while (after != null);
        return ids;
    }

    @Test
    void pagesGoThroughAllRecordsNewestFirst() {
        List<UUID> acme = new ArrayList<>();
        List<UUID> all = new ArrayList<>();
        for (int i = 0; i < 23; i++) {
            UUID id = append(i % 3 == 0 ? "other" : "acme", EventKind.ADMIN_ACTION, UUID.randomUUID(), i);
            all.addFirst(id);
            if (i % 3 != 0) {
                acme.addFirst(id);
            }
        }
        assertEquals(all, allIds(null, 5));
        assertEquals(acme, allIds("acme", 4));
        assertEquals(acme, allIds("acme", 5000));
        assertEquals(List.of(), allIds("nobody", 4));
        assertThrows(IllegalArgumentException.class, () -> reader.newest("x", 5));
        assertThrows(IllegalArgumentException.class, () -> reader.newest("acme", "1.2", 5));
    }

    @Test
    void theRecordsOfACallAreFoundAndWhetherItIsClosed() throws SQLException {
        UUID call = UUID.randomUUID();
        UUID opened = append("acme", EventKind.CALL_OPENED, call, 1);
        append("acme", EventKind.CALL_OPENED, UUID.randomUUID(), 2);
        assertFalse(reader.isClosed("acme", call));
        UUID closed = append("acme", EventKind.CALL_CLOSED, call, 3);
        assertTrue(reader.isClosed("acme", call));
        assertFalse(reader.isClosed("other", call));
        List<StoredRecord> records = reader.ofCall("acme", call);
        assertEquals(
                List.of(opened, closed), records.stream().map(StoredRecord::id).toList());
        assertNull(records.getFirst().index());
        assertEquals("call.opened", records.getFirst().kind());
        assertEquals(database.leaves("acme").getFirst(), records.getFirst().json());
        StoredRecord found = reader.find("acme", closed);
        assertArrayEquals(records.getLast().leaf(), found.leaf());
        assertNull(reader.find("other", closed));
    }
}
