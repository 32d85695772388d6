package dev.portreeve.audit.search;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The place in the order of commits up to which records can be searched.
 *
 * @param txid of the last one's transaction
 * @param position of the last one
 */
public record SearchedUpTo(long txid, long position) {
    /** As the database has it now. */
    public static SearchedUpTo read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT txid, position FROM search.progress")) {
            return row.next() ? new SearchedUpTo(row.getLong(1), row.getLong(2)) : new SearchedUpTo(0, 0);
        }
    }
}
