package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.IndexRanges;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a tenant are gone from the database because their time was over, as its newest tombstone says.
 *
 * @param indexes of all of them; their hashes are still in the log
 * @param tombstone index of the record that says so; {@code null} if it waits for that, or nothing was dropped
 * @param at when it says so
 */
record DroppedRows(IndexRanges indexes, @Nullable Long tombstone, String at) {
    static final DroppedRows NONE = new DroppedRows(IndexRanges.NONE, null, "");

    /** Reads them. The newest tombstone may wait for its index still, as all new records do for about a second. */
    static DroppedRows read(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT r.leaf, s.index FROM audit.record r
                LEFT JOIN audit.sequence s ON s.tenant = r.tenant AND s.record_id = r.id
                WHERE r.tenant = ? AND r.kind = 'records.dropped' ORDER BY s.index DESC NULLS FIRST""")) {
            statement.setString(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    LeafMembers said = LeafMembers.read(rows.getBytes(1));
                    String array = said.dropped();
                    // The column beside the bytes is not what was signed.
                    if (array != null && "records.dropped".equals(said.kind())) {
                        return new DroppedRows(
                                Chronicle.spans(array), rows.getObject(2, Long.class), String.valueOf(said.at()));
                    }
                }
                return NONE;
            }
        }
    }
}
