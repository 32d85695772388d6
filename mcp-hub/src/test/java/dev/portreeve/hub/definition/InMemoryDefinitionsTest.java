package dev.portreeve.hub.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.InMemoryJournal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryDefinitionsTest extends DefinitionsContract {
    private final InMemoryJournal journal = new InMemoryJournal();
    private final InMemoryDefinitionStore store = new InMemoryDefinitionStore();

    @Override
    Definitions open() {
        return store.definitions(new AuditLog(journal), clock);
    }

    @Override
    List<String> leaves() {
        return journal.records().stream()
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    void close() {
        journal.close();
    }

    @Test
    void whatCannotBeRecordedIsNotUsed() {
        Definitions definitions = open();
        journal.next(InMemoryJournal.Fault.FAILS);
        assertThrows(
                EvidenceUnavailable.class,
                () -> definitions.listed(
                        "files", DefinitionKind.TOOL, List.of(tool("read", "v1")), DefinitionPolicy.TRUST));
        assertEquals(List.of(), definitions.of("files"));
    }

    @Test
    void historyIsBounded() {
        Shelf shelf = new Shelf("files", List.of());
        for (int i = 0; i < Shelf.MAX_HISTORY + 50; i++) {
            shelf.list(List.of(tool("t" + i, "v")), DefinitionPolicy.TRUST, clock.instant());
        }
        assertEquals(Shelf.MAX_HISTORY + 1, shelf.change().put().size());
    }
}
