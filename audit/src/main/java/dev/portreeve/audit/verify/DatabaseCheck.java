package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.TreeHash;
import dev.portreeve.audit.log.VerifierKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks one tenant's log in the database. For one thread, in an open read-only transaction. */
final class DatabaseCheck {
    private final Connection connection;
    private final String tenant;
    private final Findings findings;
    private final Progress progress;
    private final Chronicle chronicle;
    private final TreeHash hash = new TreeHash();
    private DroppedRows dropped = DroppedRows.NONE;
    private long droppedRecords;
    private long lastTxid = -1;
    private long lastPosition = -1;

    DatabaseCheck(Connection connection, String tenant, Findings findings, Progress progress) {
        this.connection = connection;
        this.tenant = tenant;
        this.findings = findings;
        this.progress = progress;
        this.chronicle = new Chronicle(tenant, findings);
    }

    /** Returns the size at which a head that somebody else holds was last found to be of this history; -1 if none was. */
    long run(VerifierKey key, TreeCheck.Known known) throws SQLException {
        long size = LogTables.extent(connection, tenant).size();
        dropped = DroppedRows.read(connection, tenant);
        try (PreparedStatement notes =
                        statement("SELECT size, root, note FROM audit.checkpoint WHERE tenant = ? ORDER BY size");
                ResultSet noteRows = notes.executeQuery();
                PreparedStatement leaves = statement("""
                        SELECT s.index, s.record_id, s.leaf_hash, r.leaf, r.txid, r.position, r.at, r.kind, r.call_id
                        FROM audit.sequence s
                        LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
                        WHERE s.tenant = ? ORDER BY s.index""");
                ResultSet rows = leaves.executeQuery()) {
            TreeCheck check = new TreeCheck(tenant, key, CompactRange.empty(), new Notes(noteRows), known, findings);
            while (rows.next()) {
                leaf(check, rows);
                progress.checked(tenant, check.position(), size);
                check.confirmed(head -> progress.confirmed(tenant, head));
            }
            check.end(Finding.Kind.WAITING);
            chronicle.end();
            known.beyond(check.position(), tenant, findings);
            withoutIndex();
            kept();
            return check.continued();
        }
    }

    /** What is gone as the log itself says. */
    private void kept() throws SQLException {
        if (droppedRecords > 0) {
            findings.add(
                    Finding.Kind.DROPPED,
                    tenant,
                    dropped.tombstone(),
                    null,
                    Plain.count(droppedRecords, "record", "records") + " (index " + dropped.indexes() + ")"
                            + (droppedRecords == 1 ? " was" : " were") + " dropped under retention, as this record of "
                            + dropped.at()
                            + " says; their hashes verify");
        }
        ErasedContents.report(connection, tenant, findings);
    }

    private PreparedStatement statement(String sql) throws SQLException {
        return LogTables.stream(connection, sql, tenant);
    }

    private void leaf(TreeCheck check, ResultSet row) throws SQLException {
        long index = row.getLong(1);
        UUID id = row.getObject(2, UUID.class);
        byte[] noted = row.getBytes(3);
        byte[] leaf = row.getBytes(4);
        if (index < check.position()) {
            findings.add(
                    Finding.Kind.DUPLICATED,
                    tenant,
                    index,
                    id,
                    "duplicated: there is more than one record with this id");
            return;
        }
        skipMissing(check, index);
        if (leaf == null) {
            gone(index, id);
            check.leaf(id, noted, null, "");
            return;
        }
        LeafMembers header = LeafMembers.read(leaf);
        String stranger = stranger(header, id);
        long txid = row.getLong(5);
        long position = row.getLong(6);
        if (txid < lastTxid || (txid == lastTxid && position < lastPosition)) {
            check.outOfOrder(id, "it was committed before the record that stands before it");
        }
        chronicle.see(index, header);
        check.newest(chronicle.newest());
        lastTxid = txid;
        lastPosition = position;
        progress.read(tenant, index, leaf);
        byte[] ofLeaf = hash.leaf(leaf);
        if (Arrays.equals(ofLeaf, noted)) {
            beside(row, index, header, stranger);
        }
        check.leaf(id, noted, ofLeaf, stranger.isEmpty() ? "" : "; the bytes in its place" + stranger);
    }

    /** What searches and pages go by are columns beside the bytes: nobody signed them, so they must say the same. */
    private void beside(ResultSet row, long index, LeafMembers header, String stranger) throws SQLException {
        if (!stranger.isEmpty()) {
            UUID id = row.getObject(2, UUID.class);
            findings.add(Finding.Kind.REORDERED, tenant, index, id, "reordered: the bytes in its place" + stranger);
            return;
        }
        OffsetDateTime at = row.getObject(7, OffsetDateTime.class);
        String differs = !at.toInstant().equals(header.at())
                ? "time"
                : !row.getString(8).equals(header.kind())
                        ? "kind"
                        : Objects.equals(row.getObject(9, UUID.class), header.call()) ? "" : "call";
        if (!differs.isEmpty()) {
            findings.add(
                    Finding.Kind.ALTERED,
                    tenant,
                    index,
                    header.id(),
                    "altered: the database has another " + differs + " beside its bytes than these say; they are those"
                            + " that were signed");
        }
    }

    private void gone(long index, UUID id) {
        if (dropped.indexes().contains(index)) {
            droppedRecords++;
        } else {
            findings.add(Finding.Kind.MISSING, tenant, index, id, "missing: the record was deleted");
        }
    }

    private void skipMissing(TreeCheck check, long index) {
        if (index > check.position()) {
            long missing = index - check.position();
            findings.add(
                    Finding.Kind.MISSING,
                    tenant,
                    check.position(),
                    null,
                    "missing: " + Plain.count(missing, "row of audit.sequence was", "rows of audit.sequence were")
                            + " deleted");
            check.skipTo(index);
        }
    }

    private String stranger(LeafMembers header, UUID id) {
        if (header.id() == null || header.tenant() == null) {
            return " are no record";
        }
        if (!header.tenant().equals(tenant)) {
            return " are record " + header.id() + " of tenant \"" + header.tenant() + "\"";
        }
        return header.id().equals(id) ? "" : " are record " + header.id();
    }

    /** The newest records wait for their index; one that is older than records with an index was put in, or its row deleted. */
    private void withoutIndex() throws SQLException {
        long waiting = 0;
        try (PreparedStatement statement = statement("""
                SELECT r.id, r.txid, r.position FROM audit.record r
                WHERE r.tenant = ?
                    AND NOT EXISTS (SELECT FROM audit.sequence s WHERE s.tenant = r.tenant AND s.record_id = r.id)
                ORDER BY r.txid, r.position""");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                long txid = rows.getLong(2);
                if (txid < lastTxid || (txid == lastTxid && rows.getLong(3) < lastPosition)) {
                    findings.add(
                            Finding.Kind.INSERTED,
                            tenant,
                            null,
                            rows.getObject(1, UUID.class),
                            "inserted: it has no index although later records have one; it was put in by hand, or its"
                                    + " row of audit.sequence was deleted");
                } else {
                    waiting++;
                }
            }
        }
        if (waiting > 0) {
            findings.add(
                    Finding.Kind.WAITING,
                    tenant,
                    null,
                    null,
                    Plain.count(waiting, "new record waits for its index", "new records wait for their index")
                            + ", as is normal");
        }
    }

    /** Checkpoints from an open result, one at a time. */
    static final class Notes extends OneAhead<TreeCheck.Note> {
        private final ResultSet rows;

        Notes(ResultSet rows) {
            this.rows = rows;
        }

        @Override
        TreeCheck.@Nullable Note read() {
            try {
                return rows.next() ? new TreeCheck.Note(rows.getLong(1), rows.getBytes(2), rows.getString(3)) : null;
            } catch (SQLException e) {
                throw new UnreadableLog("cannot read the checkpoints", e);
            }
        }
    }
}
