package dev.portreeve.hub.definition;

import dev.portreeve.audit.Transaction;
import java.util.List;

/** The store of a hub that has no servers. */
final class NoDefinitions implements DefinitionStore {
    @Override
    public List<StoredDefinition> read() {
        return List.of();
    }

    @Override
    public long revision() {
        return 0;
    }

    @Override
    public void apply(Transaction transaction, List<DefinitionPosting> postings) {
        throw new IllegalStateException("a hub without a store of definitions has no servers");
    }
}
