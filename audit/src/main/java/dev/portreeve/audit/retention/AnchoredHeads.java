package dev.portreeve.audit.retention;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether anchors hold a head over records that are to be dropped. Once the records are gone nobody can make their leaves again, so their
 * hashes had better be known outside. Immutable.
 */
final class AnchoredHeads {
    /** The SQLSTATE of what is not anchored yet. */
    static final String NOT_ANCHORED = "PR005";

    private final List<String> anchors;

    /** @param anchors the names of those that must hold such a head */
    AnchoredHeads(List<String> anchors) {
        this.anchors = List.copyOf(anchors);
    }

    /**
     * The receipts of all these anchors, in words for a tombstone.
     *
     * @param last the highest index of a tenant's records that go
     * @throws SQLException with {@link #NOT_ANCHORED}, if an anchor has confirmed no head that covers it
     */
    List<String> over(Connection connection, String tenant, long last) throws SQLException {
        List<String> receipts = new ArrayList<>();
        // A receipt of a head that is not this log's counts for nothing.
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT r.size, r.confirmed_at FROM audit.anchor_receipt r
                JOIN audit.instance_checkpoint c ON c.tenant = '' AND c.size = r.size AND c.note = r.head
                WHERE r.anchor = ? AND r.size > (
                    SELECT s.index FROM audit.instance_sequence s
                    WHERE s.head_tenant = ? AND s.head_size > ? ORDER BY s.head_size LIMIT 1)
                ORDER BY r.size LIMIT 1""")) {
            for (String anchor : anchors) {
                statement.setString(1, anchor);
                statement.setString(2, tenant);
                statement.setLong(3, last);
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        throw new SQLException(
                                "anchor " + anchor + " holds no head yet that covers index " + last + " of tenant "
                                        + tenant + ": see portreeve audit anchors",
                                NOT_ANCHORED);
                    }
                    receipts.add(anchor + " " + row.getLong(1) + " "
                            + row.getObject(2, OffsetDateTime.class).toInstant());
                }
            }
        }
        return receipts;
    }
}
