package dev.portreeve.audit.export;

import dev.portreeve.audit.log.LogTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The records of a range that were dropped because their time was over, as the newest tombstone in the log says: a record of the kind
 * {@code records.dropped} whose member {@code dropped} lists indexes as {@code 0-99} or {@code 7}. Immutable.
 */
public final class Dropped {
    private static final String KIND = "records.dropped";
    private final TreeMap<Long, Long> lastByFirst;

    private Dropped(TreeMap<Long, Long> lastByFirst) {
        this.lastByFirst = lastByFirst;
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
                    List<?> texts =
                            RecordView.of(rows.getBytes(1), rows.getLong(2)).list("dropped");
                    if (!texts.isEmpty()) {
                        return within(texts, range);
                    }
                }
                return new Dropped(new TreeMap<>());
            }
        }
    }

    private static Dropped within(List<?> texts, LogRange range) {
        TreeMap<Long, Long> spans = new TreeMap<>();
        for (Object each : texts) {
            if (each instanceof String text && text.matches("[0-9]{1,15}(-[0-9]{1,15})?")) {
                int dash = text.indexOf('-');
                long first = Math.max(range.first(), Long.parseLong(dash < 0 ? text : text.substring(0, dash)));
                long last = Math.min(range.end() - 1, Long.parseLong(dash < 0 ? text : text.substring(dash + 1)));
                if (first <= last) {
                    spans.put(first, last);
                }
            }
        }
        return new Dropped(spans);
    }

    /** Whether the record of this index was dropped. */
    public boolean contains(long index) {
        Map.Entry<Long, Long> span = lastByFirst.floorEntry(index);
        return span != null && index <= span.getValue();
    }

    /** The ranges, as a manifest writes them. */
    List<String> texts() {
        List<String> texts = new ArrayList<>(lastByFirst.size());
        lastByFirst.forEach((first, last) -> texts.add(first.equals(last) ? first.toString() : first + "-" + last));
        return texts;
    }
}
