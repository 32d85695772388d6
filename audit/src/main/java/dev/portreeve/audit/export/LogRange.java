package dev.portreeve.audit.export;

import dev.portreeve.audit.log.LogTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The part of one tenant's log that a selection means.
 *
 * @param first the first index
 * @param end one more than the last
 * @param size of the signed head that proves it, the first that covers its end; {@link #NO_HEAD} where none is named
 */
record LogRange(String tenant, long first, long end, long size) {
    static final long NO_HEAD = -1;

    long records() {
        return end - first;
    }

    /** Finds it, in the transaction that will read it; {@code null} if the tenant has no signed record there. */
    static @Nullable LogRange find(Connection connection, String tenant, Selection selection) throws SQLException {
        long signed =
                number(connection, "SELECT coalesce(max(size), 0) FROM audit.checkpoint WHERE tenant = ?", tenant, -1);
        long first = selection.since();
        long end = signed;
        if (selection.from() != null || selection.to() != null) {
            try (PreparedStatement statement = LogTables.stream(connection, """
                    SELECT coalesce(min(s.index), 0), coalesce(max(s.index) + 1, 0)
                    FROM audit.record r JOIN audit.sequence s ON s.tenant = r.tenant AND s.record_id = r.id
                    WHERE r.tenant = ? AND r.at >= coalesce(?, '-infinity'::timestamptz)
                        AND r.at < coalesce(?, 'infinity'::timestamptz) AND s.index < ?""", tenant)) {
                statement.setTimestamp(2, timestamp(selection.from()));
                statement.setTimestamp(3, timestamp(selection.to()));
                statement.setLong(4, signed);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    first = row.getLong(1);
                    end = row.getLong(2);
                }
            }
        }
        if (first >= end) {
            return null;
        }
        long size = number(
                connection,
                "SELECT coalesce(min(size), 0) FROM audit.checkpoint WHERE tenant = ? AND size >= ?",
                tenant,
                end);
        return new LogRange(tenant, first, end, size);
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }

    private static long number(Connection connection, String sql, String tenant, long bound) throws SQLException {
        try (PreparedStatement statement = LogTables.stream(connection, sql, tenant)) {
            if (bound >= 0) {
                statement.setLong(2, bound);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
