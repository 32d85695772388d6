package dev.portreeve.hub.definition;

import dev.portreeve.audit.PostingBook;
import java.util.List;

/**
 * Where definitions are kept over restarts, for all replicas. Changes come through the journal, so that none is without its
 * record; reading blocks on the store.
 */
interface DefinitionStore extends PostingBook<DefinitionPosting> {
    /** All rows of all servers. */
    List<StoredDefinition> read();

    /** A number that grows with each change, by whichever replica. */
    long revision();
}
