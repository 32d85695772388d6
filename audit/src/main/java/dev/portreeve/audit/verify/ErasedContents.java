package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.LogTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/** Says which subjects' contents were erased, and that nobody destroyed a key without the record that says so. */
final class ErasedContents {
    private ErasedContents() {}

    /** Whether the record's bytes, and not the columns beside them, say that this subject was erased. */
    private static boolean says(byte[] leaf, String subject) {
        LeafMembers said = LeafMembers.read(leaf);
        return "subject.erased".equals(said.kind()) && subject.equals(said.erased());
    }

    static void report(Connection connection, String tenant, Findings findings) throws SQLException {
        try (PreparedStatement statement = LogTables.stream(connection, """
                SELECT k.subject, k.erased_by, s.index, r.leaf
                FROM audit.payload_key k
                LEFT JOIN audit.sequence s ON s.tenant = k.tenant AND s.record_id = k.erased_by
                LEFT JOIN audit.record r ON r.tenant = k.tenant AND r.id = k.erased_by
                WHERE k.tenant = ? AND k.wrapped IS NULL ORDER BY s.index""", tenant);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                UUID record = rows.getObject(2, UUID.class);
                long index = rows.getLong(3);
                boolean known = !rows.wasNull();
                byte[] leaf = rows.getBytes(4);
                if (leaf == null ? known : says(leaf, rows.getString(1))) {
                    findings.add(
                            Finding.Kind.ERASED,
                            tenant,
                            known ? index : null,
                            record,
                            "ERASED: the contents of " + rows.getString(1)
                                    + ", as this record says; what records commit to stays");
                } else {
                    findings.add(
                            Finding.Kind.MISSING,
                            tenant,
                            null,
                            record,
                            "missing: the key of the contents of " + rows.getString(1)
                                    + " is gone, and no record of its erasure is there");
                }
            }
        }
    }
}
