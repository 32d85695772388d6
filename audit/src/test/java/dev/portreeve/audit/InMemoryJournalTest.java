package dev.portreeve.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryJournalTest extends JournalContract {
    private final InMemoryJournal journal = new InMemoryJournal();

    @Override
    Journal journal() {
        return journal;
    }

    @Override
    void closeJournal() {
        journal.close();
    }

    @Override
    List<String> leaves(String tenant) {
        return journal.records().stream()
                .filter(stored -> stored.event().tenant().equals(tenant))
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void faultsHitTheNextEntriesOnly() {
        journal.next(InMemoryJournal.Fault.FAILS, InMemoryJournal.Fault.FAILS_BUT_PERSISTED);
        Receipt lost = journal.append(JournalEntry.of(event("t", 1)));
        Receipt stored = journal.append(JournalEntry.of(event("t", 2)));
        Receipt well = journal.append(JournalEntry.of(event("t", 3)));
        assertThrows(EvidenceUnavailable.class, lost::await);
        assertThrows(EvidenceUnavailable.class, stored::await);
        well.await();
        assertEquals(2, journal.events().size());
    }

    @Test
    void aPausedJournalStoresOnResume() {
        journal.pause();
        Receipt receipt = journal.append(JournalEntry.of(event("t", 1)));
        assertFalse(receipt.isDurable());
        assertEquals(List.of(), journal.events());
        journal.resume();
        assertTrue(receipt.isDurable());
    }
}
