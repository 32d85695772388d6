package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.TreeHash;
import dev.portreeve.audit.log.VerifierKey;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the tree over all tenants' heads in the database: that its leaves are the signed heads stored for the tenants, and that
 * it is what was signed. So a tenant's head that was deleted or replaced is found. For one thread, in an open read-only
 * transaction.
 */
final class InstanceCheck {
    private final Connection connection;
    private final Findings findings;
    private final Findings own = new Findings();
    private final TreeHash hash = new TreeHash();

    InstanceCheck(Connection connection, Findings findings) {
        this.connection = connection;
        this.findings = findings;
    }

    void run(VerifierKey key, @Nullable Checkpoint kept, HeldHeads held, Outside outside) throws SQLException {
        OutsideHeads known = new OutsideHeads(findings);
        known.add(held, "the head you hold", key, new Findings());
        outside.folders()
                .forEach((anchor, heads) -> known.add(heads, "the head at anchor \"" + anchor + "\"", key, findings));
        try (ReceiptRows receipts = new ReceiptRows(connection, key, findings);
                PreparedStatement notes = statement(
                        "SELECT size, root, note FROM audit.instance_checkpoint WHERE tenant = ? ORDER BY size");
                ResultSet noteRows = notes.executeQuery();
                PreparedStatement leaves = statement("""
                        SELECT s.index, s.head_tenant, s.head_size, s.leaf_hash, c.note
                        FROM audit.instance_sequence s
                        LEFT JOIN audit.checkpoint c ON c.tenant = s.head_tenant AND c.size = s.head_size
                        WHERE s.tenant = ? ORDER BY s.index""");
                ResultSet rows = leaves.executeQuery()) {
            TreeCheck check = new TreeCheck(
                    TenantName.NONE,
                    key,
                    CompactRange.empty(),
                    new DatabaseCheck.Notes(noteRows),
                    new TreeCheck.Known(kept, List.of()),
                    own);
            known.add(receipts);
            while (rows.next()) {
                leaf(check, rows);
                known.leaf(rows.getBytes(4));
            }
            check.end(Finding.Kind.WAITING);
            known.end();
        }
        ReceiptRows.worth(connection, outside, key, findings);
        for (Finding finding : own.verification().findings()) {
            findings.add(
                    finding.kind(),
                    BundleCheck.EVERY_TENANT,
                    finding.index(),
                    null,
                    "all tenants' heads: " + finding.detail());
        }
    }

    private PreparedStatement statement(String sql) throws SQLException {
        return LogTables.stream(connection, sql, TenantName.NONE);
    }

    private void leaf(TreeCheck check, ResultSet row) throws SQLException {
        long index = row.getLong(1);
        String head = "the signed head of tenant \"" + row.getString(2) + "\" of "
                + Plain.count(row.getLong(3), "record", "records");
        byte[] noted = row.getBytes(4);
        String note = row.getString(5);
        if (index > check.position()) {
            own.add(
                    Finding.Kind.MISSING,
                    TenantName.NONE,
                    check.position(),
                    null,
                    "missing: "
                            + Plain.count(
                                    index - check.position(),
                                    "row of audit.instance_sequence was deleted",
                                    "rows of audit.instance_sequence were deleted"));
            check.skipTo(index);
        }
        if (note == null) {
            own.add(Finding.Kind.MISSING, TenantName.NONE, index, null, "missing: " + head + " was deleted");
        }
        byte[] ofNote = note == null ? null : hash.leaf(note.getBytes(StandardCharsets.UTF_8));
        check.leaf(null, noted, ofNote, "; it is " + head);
    }
}
