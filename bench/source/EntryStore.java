package dev.portreeve.audit.search;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Stores entries as a turn of the indexer does, without records. In its package, so that the product need not offer that. */
public final class EntryStore {
    private EntryStore() {}

    /** Stores them in the connection's transaction. */
    public static void store(Connection connection, List<Entry> entries) throws SQLException {
        Turn turn = new Turn();
        entries.forEach(entry -> turn.add(entry, false));
        turn.store(connection);
    }
}
