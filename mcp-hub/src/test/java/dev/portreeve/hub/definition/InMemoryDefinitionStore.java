package dev.portreeve.hub.definition;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Transaction;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Definitions in memory, for tests; wants a journal in memory. Thread-safe. */
public final class InMemoryDefinitionStore implements DefinitionStore {
    private final List<StoredDefinition> rows = new ArrayList<>();
    private long revision;

    /** Definitions over this store, as another start of the gateway would read them. */
    public Definitions definitions(AuditLog audit, InstantSource clock) {
        Definitions definitions = new Definitions(this, audit, clock);
        boolean unused = definitions.refresh();
        return definitions;
    }

    @Override
    public synchronized List<StoredDefinition> read() {
        return List.copyOf(rows);
    }

    @Override
    public synchronized long revision() {
        return revision;
    }

    @Override
    public synchronized void apply(Transaction transaction, List<DefinitionPosting> postings) {
        for (DefinitionPosting posting : postings) {
            Shelf.Change change = posting.decide(rows.stream()
                    .filter(row -> row.server().equals(posting.server()) && row.kind() == posting.kind())
                    .toList());
            change.gone().forEach(this::take);
            change.put().forEach(row -> {
                take(row);
                if (row.verdict().inForce() && rows.stream().anyMatch(other -> inTheWay(other, row))) {
                    throw new IllegalStateException("two definitions of one name would be in force");
                }
                rows.add(row);
            });
            revision += change.isEmpty() ? 0 : 1;
        }
    }

    private void take(StoredDefinition row) {
        rows.removeIf(other ->
                other.server().equals(row.server()) && other.definition().equals(row.definition()));
    }

    private static boolean inTheWay(StoredDefinition other, StoredDefinition row) {
        return other.verdict().inForce()
                && other.server().equals(row.server())
                && other.kind() == row.kind()
                && other.name().equals(row.name());
    }
}
