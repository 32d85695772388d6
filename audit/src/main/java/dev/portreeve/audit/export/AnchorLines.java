package dev.portreeve.audit.export;

import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.publish.PublishedLog;
import dev.portreeve.audit.verify.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What anchors hold of a tenant's range, a line for each anchor: its earliest receipt that covers the whole range, or, if there is none yet,
 * its newest one that covers something of it. In an open read-only transaction, for one thread.
 */
final class AnchorLines {
    /** More are not configured by anybody, and not read by the verifier. */
    private static final int MOST = 64;

    private static final String RECEIPT = "SELECT anchor, kind, head, place, proof, confirmed_at, size"
            + " FROM audit.anchor_receipt WHERE anchor = ? ";

    private final Connection connection;
    private final LogRange range;

    private AnchorLines(Connection connection, LogRange range) {
        this.connection = connection;
        this.range = range;
    }

    /** The lines; none if no anchor holds anything of the range. */
    static List<byte[]> of(Connection connection, LogRange range) throws SQLException, IOException {
        AnchorLines lines = new AnchorLines(connection, range);
        List<byte[]> all = new ArrayList<>();
        for (String anchor : lines.anchors()) {
            String line = lines.line(anchor);
            if (line != null) {
                all.add((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return all;
    }

    private List<String> anchors() throws SQLException {
        List<String> anchors = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT DISTINCT anchor FROM audit.anchor_receipt ORDER BY anchor LIMIT " + MOST);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                anchors.add(rows.getString(1));
            }
        }
        return anchors;
    }

    private @Nullable String line(String anchor) throws SQLException, IOException {
        Long whole = leaf("head_size = ?", range.size(), Long.MAX_VALUE);
        if (whole != null) {
            String line = line(anchor, "AND size > ? ORDER BY size LIMIT 1", whole);
            if (line != null) {
                return line;
            }
        }
        return line(anchor, "AND size > ? ORDER BY size DESC LIMIT 1", 0);
    }

    private @Nullable String line(String anchor, String which, long above) throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(RECEIPT + which)) {
            statement.setString(1, anchor);
            statement.setLong(2, above);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Long index = leaf("head_size = ?", range.size(), row.getLong(7));
                if (index == null) {
                    index = leaf("head_size > " + range.first() + " AND head_size <= ?", range.end(), row.getLong(7));
                }
                return index == null ? null : line(row, index);
            }
        }
    }

    /** The place of the largest such head of the tenant in the tree over all, below an index. */
    private @Nullable Long leaf(String which, long size, long below) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT index FROM audit.instance_sequence WHERE head_tenant = ? AND "
                        + which + " AND index < ? ORDER BY head_size DESC LIMIT 1")) {
            statement.setString(1, range.tenant());
            statement.setLong(2, size);
            statement.setLong(3, below);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? (Long) row.getLong(1) : null;
            }
        }
    }

    private @Nullable String line(ResultSet receipt, long index) throws SQLException, IOException {
        String leaf = leafNote(index);
        if (leaf == null) {
            return null;
        }
        SignedNote head = SignedNote.parse(receipt.getString(3));
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("anchor", receipt.getString(1));
        line.put("kind", receipt.getString(2));
        line.put("place", receipt.getString(4));
        line.put("at", receipt.getObject(6, OffsetDateTime.class).toInstant().toString());
        line.put("leaf", leaf);
        line.put("proof", PublishedLog.proveUnder(connection, index, head).toString());
        line.put("receipt", Base64.getEncoder().encodeToString(receipt.getBytes(5)));
        StringBuilder text = new StringBuilder();
        Json.writeLine(text, line);
        return text.toString();
    }

    private @Nullable String leafNote(long index) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT c.note FROM audit.instance_sequence s
                JOIN audit.checkpoint c ON c.tenant = s.head_tenant AND c.size = s.head_size
                WHERE s.tenant = '' AND s.index = ?""")) {
            statement.setLong(1, index);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }
}
