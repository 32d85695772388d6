package dev.portreeve.audit.export;

import dev.portreeve.audit.log.IndexRanges;
import dev.portreeve.audit.log.LogTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * The records of a range that were dropped because their time was over, as the newest tombstone in the log says: a record of the kind
 * {@code records.dropped} whose member {@code dropped} lists indexes as {@code 0-99} or {@code 7}. Immutable.
 */
public final class Dropped {
    private static final String KIND = "records.dropped";
    private final IndexRanges indexes;

    private Dropped(IndexRanges indexes) {
        this.indexes = indexes;
    }

    /** Those of a tenant from one index to before another. */
    public static Dropped read(Connection connection, String tenant, long first, long end) throws SQLException {
        return read(connection, new LogRange(tenant, first, end, end));
    }

    /** Reads them; only a tombstone that has its index in the log counts. One that cannot be read says nothing. */
    static Dropped read(Connection connection, LogRange range) throws SQLException {
        try (PreparedStatement statement = LogTables.stream(connection, """
                SELECT r.leaf, s.index FROM audit.record r
                JOIN audit.sequence s ON s.tenant = r.tenant AND s.record_id = r.id
                WHERE r.tenant = ? AND r.kind = ? ORDER BY s.index DESC""", range.tenant())) {
            statement.setString(2, KIND);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    IndexRanges said = IndexRanges.said(
                            RecordView.of(rows.getBytes(1), rows.getLong(2)).list("dropped"));
                    if (!said.isEmpty()) {
                        return new Dropped(said.between(range.first(), range.end()));
                    }
                }
                return new Dropped(IndexRanges.NONE);
            }
        }
    }

    /** Whether the record of this index was dropped. */
    public boolean contains(long index) {
        return indexes.contains(index);
    }

    /** The ranges, as a manifest writes them. */
    List<String> texts() {
        return indexes.texts();
    }
}
