package dev.portreeve.audit.export;

import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.TlogProof;
import dev.portreeve.audit.publish.PublishedLog;
import dev.portreeve.audit.verify.BundleNames;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes one tenant's files of a bundle: its records, and what proves that they are these and no others. For one thread. */
final class TenantExport {
    private static final byte[] TRUNCATED = "\"truncated\":{".getBytes(StandardCharsets.UTF_8);
    private final Connection connection;
    private final LogRange range;
    private final Progress progress;
    private final Dropped dropped;
    private long shortened;
    private @Nullable String checkpoint;

    TenantExport(Connection connection, LogRange range, Progress progress) throws SQLException {
        this.connection = connection;
        this.range = range;
        this.progress = progress;
        this.dropped = Dropped.read(connection, range);
    }

    /** The records whose time was over: only their hashes are there. */
    Dropped dropped() {
        return dropped;
    }

    LogRange range() {
        return range;
    }

    /** How many of the records lost a part of their facts because they were too long. */
    long shortened() {
        return shortened;
    }

    /** The signed head that proves the range. */
    @Nullable
    String checkpoint() {
        return checkpoint;
    }

    void write(BundleWriter bundle, VerifierKey key) throws IOException, SQLException, ExportRefused {
        String tenant = range.tenant();
        bundle.file(BundleNames.of(tenant, BundleNames.KEY), out -> text(out, key.forTenant(tenant) + "\n"));
        bundle.file(BundleNames.of(tenant, BundleNames.CHECKPOINTS), this::writeCheckpoints);
        TlogProof proof = headProof();
        if (proof != null) {
            bundle.file(BundleNames.of(tenant, BundleNames.HEAD_PROOF), out -> text(out, proof.toString()));
        }
        if (range.first() > 0) {
            bundle.file(BundleNames.of(tenant, BundleNames.LEFT), this::writeLeft);
        }
        if (range.size() > range.end()) {
            bundle.file(BundleNames.of(tenant, BundleNames.RIGHT), this::writeRight);
        }
        List<byte[]> anchors = AnchorLines.of(connection, range);
        if (!anchors.isEmpty()) {
            bundle.file(BundleNames.of(tenant, BundleNames.ANCHORS), out -> {
                for (byte[] line : anchors) {
                    out.write(line);
                }
            });
        }
        bundle.file(BundleNames.of(tenant, BundleNames.HASHES), this::writeHashes);
        bundle.file(BundleNames.of(tenant, BundleNames.RECORDS), this::writeRecords);
    }

    /** None for a head that was signed just now, or before there was such a tree. */
    private @Nullable TlogProof headProof() throws IOException, SQLException, ExportRefused {
        try {
            return PublishedLog.proveHead(connection, range.tenant(), range.size());
        } catch (PublishedLog.Damaged damaged) {
            throw new ExportRefused(String.valueOf(damaged.getMessage()));
        }
    }

    private PreparedStatement statement(String sql) throws SQLException {
        return LogTables.stream(connection, sql, range.tenant());
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void hash(OutputStream out, byte[] hash) throws IOException {
        out.write(Base64.getEncoder().encode(hash));
        out.write('\n');
    }

    private void writeCheckpoints(OutputStream out) throws IOException, SQLException {
        try (PreparedStatement statement = statement("SELECT note FROM audit.checkpoint WHERE tenant = ?"
                + " AND (size BETWEEN ? AND ? OR size = ?) ORDER BY size")) {
            statement.setLong(2, range.first());
            statement.setLong(3, range.end());
            statement.setLong(4, range.size());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    checkpoint = rows.getString(1);
                    text(out, checkpoint + "\n");
                }
            }
        }
    }

    private void writeLeft(OutputStream out) throws IOException, SQLException, ExportRefused {
        CompactRange tree = CompactRange.empty();
        leaves(0, range.first(), tree::append);
        for (byte[] subtree : tree.subtrees()) {
            hash(out, subtree);
        }
    }

    /** The complete subtrees between the last record and the head: what is in them is not told, only that it is there. */
    private void writeRight(OutputStream out) throws IOException, SQLException, ExportRefused {
        for (long at = range.end(); at < range.size(); ) {
            long next = at + (1L << CompactRange.level(at, range.size()));
            CompactRange subtree = CompactRange.empty();
            leaves(at, next, subtree::append);
            hash(out, subtree.root());
            at = next;
        }
    }

    private void writeHashes(OutputStream out) throws IOException, SQLException, ExportRefused {
        leaves(range.first(), range.end(), leaf -> hash(out, leaf));
    }

    private interface Leaf {
        void take(byte[] hash) throws IOException;
    }

    private void leaves(long from, long end, Leaf leaf) throws IOException, SQLException, ExportRefused {
        try (PreparedStatement statement = statement(
                "SELECT index, leaf_hash FROM audit.sequence WHERE tenant = ? AND index >= ? AND index < ? ORDER BY index")) {
            statement.setLong(2, from);
            statement.setLong(3, end);
            long next = from;
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    requireNext(rows.getLong(1), next);
                    leaf.take(rows.getBytes(2));
                    next++;
                }
            }
            requireNext(end, next);
        }
    }

    private void writeRecords(OutputStream out) throws IOException, SQLException, ExportRefused {
        records((index, leaf) -> {
            out.write(leaf);
            out.write('\n');
            shortened += holds(leaf, TRUNCATED) ? 1 : 0;
        });
    }

    /** Takes the bytes of a record and its place. */
    interface Record {
        void take(long index, byte[] leaf) throws IOException;
    }

    /** Reads the records of the range in their order, in portions. */
    void records(Record record) throws IOException, SQLException, ExportRefused {
        try (PreparedStatement statement = statement("""
                SELECT s.index, s.record_id, r.leaf
                FROM audit.sequence s LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
                WHERE s.tenant = ? AND s.index >= ? AND s.index < ? ORDER BY s.index""")) {
            statement.setLong(2, range.first());
            statement.setLong(3, range.end());
            long next = range.first();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    requireNext(rows.getLong(1), next);
                    byte[] leaf = rows.getBytes(3);
                    if (leaf == null && dropped.contains(next)) {
                        next++;
                        continue;
                    }
                    if (leaf == null) {
                        throw damaged("record " + rows.getString(2) + " at index " + next + " is missing");
                    }
                    record.take(next, leaf);
                    next++;
                    progress.checked(range.tenant(), next - range.first(), range.records());
                }
            }
            requireNext(range.end(), next);
        }
    }

    static boolean holds(byte[] leaf, byte[] sought) {
        for (int i = 0; i + sought.length <= leaf.length; i++) {
            int same = 0;
            while (same < sought.length && leaf[i + same] == sought[same]) {
                same++;
            }
            if (same == sought.length) {
                return true;
            }
        }
        return false;
    }

    private void requireNext(long index, long expected) throws ExportRefused {
        if (index != expected) {
            throw damaged("index " + expected + " is " + (index < expected ? "there twice" : "missing"));
        }
    }

    private ExportRefused damaged(String what) {
        return new ExportRefused("the log of tenant \"" + range.tenant() + "\" is damaged, " + what
                + ": see what audit verify says of the database");
    }
}
