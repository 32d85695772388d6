package dev.portreeve.audit.publish;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.proof.InclusionProof;
import dev.portreeve.audit.proof.TileHashes;
import dev.portreeve.audit.proof.TilePath;
import dev.portreeve.audit.proof.TlogProof;
import dev.portreeve.audit.proof.TreeProver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant's log publishes, up to its last signed head, and the one over all tenants' heads: its tenant is {@link
 * TenantName#NONE}. Each method takes one connection and reads a bounded number of
 * rows; proofs some hundreds, however large the log is. Thread-safe; blocks.
 *
 * <p>INVARIANT: no proof leaves here that does not lead to a signed head.
 */
public final class PublishedLog {
    private static final int BYTE_BITS = 8;
    private static final String RECORDS = """
            SELECT r.leaf FROM audit.sequence s JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
            WHERE s.tenant = ? AND s.index >= ? AND s.index < ? ORDER BY s.index""";
    /** The leaves of the tree over all tenants. */
    private static final String HEADS = """
            SELECT convert_to(c.note, 'UTF8') FROM audit.instance_sequence s
            JOIN audit.checkpoint c ON c.tenant = s.head_tenant AND c.size = s.head_size
            WHERE s.tenant = ? AND s.index >= ? AND s.index < ? ORDER BY s.index""";

    private final DataSource database;

    /** The database does not hold what was signed: a proof cannot be made; the message is for the person in charge. */
    public static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    /**
     * A record and its receipt.
     *
     * @param leaf the record's bytes; {@code null} where retention removed them
     */
    public record Proved(String tenant, byte @Nullable [] leaf, TlogProof proof) {}

    public PublishedLog(DataSource database) {
        this.database = database;
    }

    /** The last signed head of a tenant, or {@code null} if nothing of it is signed. */
    public @Nullable SignedNote checkpoint(String tenant) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return lastNote(connection, tenant);
        }
    }

    /** The bytes of a tile or bundle; {@code null} if the signed log has no such one, or retention removed its records. */
    public byte @Nullable [] tile(String tenant, TilePath path) throws SQLException, IOException {
        try (Connection connection = database.getConnection()) {
            SignedNote note = lastNote(connection, tenant);
            int level = Math.max(0, path.level());
            long size = note == null ? 0 : Checkpoint.parse(note.text()).size();
            if (level > LogTiles.HIGHEST_LEVEL || TreeProver.width(size, level, path.tile()) < path.width()) {
                return null;
            }
            if (path.level() == TilePath.ENTRIES) {
                return bundle(connection, tenant, path);
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (byte[] hash : new LogTiles(connection, tenant).tile(level, path.tile(), path.width())) {
                bytes.writeBytes(hash);
            }
            return bytes.toByteArray();
        }
    }

    private static byte @Nullable [] bundle(Connection connection, String tenant, TilePath path) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(tenant.equals(TenantName.NONE) ? HEADS : RECORDS)) {
            long first = path.tile() * TileHashes.WIDTH;
            statement.setString(1, tenant);
            statement.setLong(2, first);
            statement.setLong(3, first + path.width());
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int entries = 0;
            try (ResultSet rows = statement.executeQuery()) {
                for (; rows.next(); entries++) {
                    byte[] leaf = rows.getBytes(1);
                    bytes.write(leaf.length >>> BYTE_BITS);
                    bytes.write(leaf.length);
                    bytes.writeBytes(leaf);
                }
            }
            return entries == path.width() ? bytes.toByteArray() : null;
        }
    }

    /**
     * The receipt of a record under the last signed head.
     *
     * @param tenant whose record it is, or {@code null} to look through all
     * @return {@code null} if there is no such record, or it is not signed yet: about a second after it was written
     * @throws Damaged if what is stored does not lead to what was signed
     */
    public @Nullable Proved prove(@Nullable String tenant, UUID recordId) throws SQLException, IOException {
        try (Connection connection = database.getConnection()) {
            List<String> tenants = tenant == null ? LogTables.tenants(connection, LogTables.SEQUENCE) : List.of(tenant);
            for (String each : tenants) {
                Long index = index(connection, each, recordId);
                if (index != null) {
                    TlogProof proof = prove(connection, each, index);
                    return proof == null ? null : new Proved(each, leaf(connection, each, recordId), proof);
                }
            }
            return null;
        }
    }

    private static @Nullable TlogProof prove(Connection connection, String tenant, long index)
            throws SQLException, IOException {
        SignedNote note = lastNote(connection, tenant);
        Checkpoint head = note == null ? null : Checkpoint.parse(note.text());
        if (note == null || head == null || index >= head.size()) {
            return null;
        }
        LogTiles tiles = new LogTiles(connection, tenant);
        InclusionProof proof = new TreeProver(tiles, head.size()).inclusion(index);
        byte[] noted = tiles.tile(0, index / TileHashes.WIDTH, (int) (index % TileHashes.WIDTH) + 1)
                .getLast();
        if (!Arrays.equals(proof.root(noted), head.root())) {
            throw damaged(tenant);
        }
        return new TlogProof(proof, note);
    }

    /**
     * The last signed head, and that it continues the log as it was at some size.
     *
     * @param from 0 or more
     * @return {@code null} if the signed log never had this size
     * @throws Damaged if what is stored does not lead to what was signed
     */
    public @Nullable Continuation continuation(String tenant, long from) throws SQLException, IOException {
        try (Connection connection = database.getConnection()) {
            return continuation(connection, tenant, from);
        }
    }

    private static @Nullable Continuation continuation(Connection connection, String tenant, long from)
            throws SQLException, IOException {
        SignedNote note = lastNote(connection, tenant);
        Checkpoint head = note == null ? null : Checkpoint.parse(note.text());
        if (note == null || head == null || from < 0 || from > head.size()) {
            return null;
        }
        TreeProver prover = new TreeProver(new LogTiles(connection, tenant), head.size());
        Continuation continuation = new Continuation(prover.consistency(from), note);
        if (!continuation.isProved(prover.root(from))) {
            throw damaged(tenant);
        }
        return continuation;
    }

    /**
     * That a tenant's signed head is a leaf of the tree over all tenants' heads; the leaf is the head as it is stored.
     *
     * @param size of the tenant's log at that head
     * @return {@code null} if there is no such head, or the tree over all does not have it yet
     * @throws Damaged if what is stored does not lead to what was signed
     */
    public @Nullable TlogProof proveHead(String tenant, long size) throws SQLException, IOException {
        try (Connection connection = database.getConnection()) {
            return proveHead(connection, tenant, size);
        }
    }

    /** As above, as it stands over this connection. */
    public static @Nullable TlogProof proveHead(Connection connection, String tenant, long size)
            throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT index FROM audit.instance_sequence WHERE head_tenant = ? AND head_size = ?")) {
            statement.setString(1, tenant);
            statement.setLong(2, size);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? prove(connection, TenantName.NONE, row.getLong(1)) : null;
            }
        }
    }

    /**
     * That a tenant's signed head is under an earlier head of the tree over all tenants.
     *
     * @param index of the leaf that is the tenant's head
     * @throws IOException if the database does not hold what was signed
     */
    public static TlogProof proveUnder(Connection connection, long index, SignedNote instance) throws IOException {
        long size = Checkpoint.parse(instance.text()).size();
        return new TlogProof(
                new TreeProver(new LogTiles(connection, TenantName.NONE), size).inclusion(index), instance);
    }

    /**
     * The last signed head, and that it continues a head of the same log.
     *
     * @return {@code null} if no signed log in the database is as large as that
     * @throws Damaged if what is stored does not lead to what was signed
     */
    public @Nullable Continuation continuation(Checkpoint before) throws SQLException, IOException {
        String origin = before.origin();
        try (Connection connection = database.getConnection()) {
            SignedNote instance = lastNote(connection, TenantName.NONE);
            if (instance != null && Checkpoint.parse(instance.text()).origin().equals(origin)) {
                return continuation(connection, TenantName.NONE, before.size());
            }
            String tenant = TenantName.unescape(origin.substring(origin.lastIndexOf('/') + 1));
            return continuation(connection, tenant, before.size());
        } catch (IllegalArgumentException nobody) {
            return null;
        }
    }

    private static Damaged damaged(String tenant) {
        String whose = tenant.equals(TenantName.NONE) ? "all tenants' heads" : "tenant \"" + tenant + "\"";
        return new Damaged("the log of " + whose + " is not what was signed, so nothing can be proved from it:"
                + " audit verify says what was changed");
    }

    private static @Nullable Long index(Connection connection, String tenant, UUID recordId) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT index FROM audit.sequence WHERE tenant = ? AND record_id = ?")) {
            statement.setString(1, tenant);
            statement.setObject(2, recordId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? (Long) row.getLong(1) : null;
            }
        }
    }

    private static byte @Nullable [] leaf(Connection connection, String tenant, UUID recordId) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT leaf FROM audit.record WHERE tenant = ? AND id = ?")) {
            statement.setString(1, tenant);
            statement.setObject(2, recordId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getBytes(1) : null;
            }
        }
    }

    private static @Nullable SignedNote lastNote(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT note FROM " + LogTables.checkpoints(tenant) + " WHERE tenant = ? ORDER BY size DESC LIMIT 1")) {
            statement.setString(1, tenant);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? SignedNote.parse(row.getString(1)) : null;
            }
        }
    }

    /** A tenant's tiles over one connection. */
    private static final class LogTiles implements TileHashes {
        private static final int HIGHEST_LEVEL = 7;
        private final Connection connection;
        private final String tenant;

        LogTiles(Connection connection, String tenant) {
            this.connection = connection;
            this.tenant = tenant;
        }

        @Override
        public List<byte[]> tile(int level, long tile, int width) throws IOException {
            String sql = level == 0
                    ? "SELECT leaf_hash FROM " + LogTables.sequence(tenant)
                            + " WHERE tenant = ? AND index >= ? AND index < ? ORDER BY index"
                    : "SELECT hash FROM audit.node WHERE tenant = ? AND index >= ? AND index < ? AND level = ? ORDER BY index";
            long first = tile * WIDTH;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, tenant);
                statement.setLong(2, first);
                statement.setLong(3, first + width);
                if (level > 0) {
                    statement.setInt(4, level);
                }
                List<byte[]> hashes = new ArrayList<>(width);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        hashes.add(rows.getBytes(1));
                    }
                }
                if (hashes.size() != width) {
                    throw damaged(tenant);
                }
                return hashes;
            } catch (SQLException away) {
                throw new IOException("the tiles of the log cannot be read: " + away.getMessage(), away);
            }
        }
    }
}
