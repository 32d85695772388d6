package dev.portreeve.audit.retention;

import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.LeafValues;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a tenant were dropped because their time was over, as its newest tombstone says.
 *
 * @param indexes of all of them; their hashes are still in the log
 * @param tombstone index of the record that says so; {@code null} if it waits for that, or nothing was dropped
 * @param at when it says so, as RFC 3339
 */
public record DroppedRecords(IndexRanges indexes, @Nullable Long tombstone, String at) {
    /** Nothing was dropped. */
    public static final DroppedRecords NONE = new DroppedRecords(IndexRanges.NONE, null, "");

    /** Reads them. The newest tombstone may wait for its index still, as all new records do for about a second. */
    public static DroppedRecords read(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT r.leaf, s.index FROM audit.record r
                LEFT JOIN audit.sequence s ON s.tenant = r.tenant AND s.record_id = r.id
                WHERE r.tenant = ? AND r.kind = ? ORDER BY s.index DESC NULLS FIRST""")) {
            statement.setString(1, tenant);
            statement.setString(2, EventKind.RECORDS_DROPPED.code());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    LeafValues said = LeafValues.of(rows.getBytes(1));
                    if (!said.texts("dropped").isEmpty()) {
                        String at = said.text("at");
                        return new DroppedRecords(ranges(said), rows.getObject(2, Long.class), at == null ? "" : at);
                    }
                }
                return NONE;
            }
        }
    }

    /** Of a tombstone that somebody changed: none, so that what is missing is found. */
    static IndexRanges ranges(LeafValues said) {
        try {
            return IndexRanges.parse(said.texts("dropped"));
        } catch (IllegalArgumentException changed) {
            return IndexRanges.NONE;
        }
    }
}
