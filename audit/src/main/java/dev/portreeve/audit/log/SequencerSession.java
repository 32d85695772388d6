package dev.portreeve.audit.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The sequencer's own connection. Its advisory lock is the election: who holds it is the one that sequences, and because
 * everything is written over the same connection, losing the lock and losing the right to write are one event.
 */
final class SequencerSession implements AutoCloseable {
    /** ASCII of "prtreeve": one lock for all replicas of a database. */
    private static final long LOCK = 0x7072747265657665L;

    private static final int NETWORK_MILLIS = (int) Duration.ofMinutes(1).toMillis();
    /** Ids carry the time a record was appended; it is committed soon after, and clocks of replicas differ a little. */
    private static final Duration LATEST_COMMIT = Duration.ofMinutes(5);

    private static final int FETCH = 4096;

    /**
     * Transactions below the snapshot's xmin have all ended, so no row can appear before those taken here. The hash is the
     * writer's; only records of older versions have none, and somebody's hand-made rows.
     */
    private static final String NEXT = """
            SELECT r.tenant, r.id, r.txid, r.position, coalesce(r.leaf_hash, sha256('\\x00'::bytea || r.leaf))
            FROM audit.record r
            WHERE (r.txid, r.position) > (?, ?)
                AND r.txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                AND r.tenant <> ALL (?)
                %s
            ORDER BY r.txid, r.position
            LIMIT ?""";

    private static final String CHECKPOINT =
            "INSERT INTO %s (tenant, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";

    /** A record that has no index yet. */
    record Unsequenced(String tenant, UUID id, long txid, long position, byte[] leafHash) {}

    /** A record that got its index. */
    record Sequenced(String tenant, long index, UUID id, byte[] leafHash) {}

    /** A tenant's signed head that became a leaf of the tree over all tenants. */
    record SequencedHead(long index, String tenant, long size, byte[] leafHash) {}

    /** The root of a full tile, where it stands in the tile above. */
    record Node(String tenant, int level, long index, byte[] hash) {}

    private final Connection connection;
    private final PreparedStatement next;
    private final PreparedStatement nextWithoutIndex;
    private final PreparedStatement insert;
    private final PreparedStatement checkpoint;
    private final PreparedStatement instanceCheckpoint;
    private final PreparedStatement instanceLeaf;

    private SequencerSession(Connection connection) throws SQLException {
        this.connection = connection;
        this.next = connection.prepareStatement(NEXT.formatted(""));
        this.nextWithoutIndex = connection.prepareStatement(NEXT.formatted(
                "AND NOT EXISTS (SELECT FROM audit.sequence s WHERE s.tenant = r.tenant AND s.record_id = r.id)"));
        this.insert = connection.prepareStatement("""
                INSERT INTO audit.sequence (tenant, index, record_id, leaf_hash)
                SELECT * FROM unnest(?::text[], ?::bigint[], ?::uuid[], ?::bytea[])""");
        this.checkpoint = connection.prepareStatement(CHECKPOINT.formatted(LogTables.CHECKPOINT));
        this.instanceCheckpoint =
                connection.prepareStatement(CHECKPOINT.formatted(LogTables.checkpoints(TenantName.NONE)));
        this.instanceLeaf = connection.prepareStatement("""
                INSERT INTO audit.instance_sequence (tenant, index, head_tenant, head_size, leaf_hash)
                VALUES ('', ?, ?, ?, ?)""");
    }

    /** A session that was elected, or {@code null} if another replica is. */
    static @Nullable SequencerSession elect(DataSource database) throws SQLException {
        Connection connection = database.getConnection();
        boolean elected = false;
        try {
            connection.setNetworkTimeout(Runnable::run, NETWORK_MILLIS);
            connection.setAutoCommit(true);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT pg_try_advisory_lock(" + LOCK + ")")) {
                elected = row.next() && row.getBoolean(1);
            }
            if (!elected) {
                return null;
            }
            try (Statement statement = connection.createStatement()) {
                // A plan is made once and must suit tables of any size: along indexes, a portion at a time.
                statement.execute("SET plan_cache_mode = force_generic_plan");
                statement.execute("SET enable_seqscan = off");
                statement.execute("SET enable_hashjoin = off");
                statement.execute("SET enable_mergejoin = off");
                // A portion that is found by sorting all that is left is dear when much is left.
                statement.execute("SET enable_bitmapscan = off");
                statement.execute("SET enable_sort = off");
            }
            connection.setAutoCommit(false);
            return new SequencerSession(connection);
        } catch (SQLException e) {
            elected = false;
            throw e;
        } finally {
            if (!elected) {
                connection.close();
            }
        }
    }

    /**
     * The transaction id below which no record without an index is left, found by looking, for each tenant, only at
     * records that are not much older than the last one that has an index, or that were committed after it: a clock that was set
     * back gives old ids to new records.
     */
    long firstUnfinished() throws SQLException {
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (PreparedStatement horizon =
                        connection.prepareStatement("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
                PreparedStatement late = connection.prepareStatement("""
                        WITH late AS MATERIALIZED (
                            SELECT r.txid FROM audit.record r
                            WHERE r.tenant = ? AND r.id >= ?
                                AND NOT EXISTS (
                                    SELECT FROM audit.sequence s WHERE s.tenant = r.tenant AND s.record_id = r.id))
                        SELECT min(txid) FROM late""");
                PreparedStatement after = connection.prepareStatement("""
                        SELECT min(r.txid) FROM audit.record r
                        WHERE r.tenant = ? AND r.txid >= (
                                SELECT max(l.txid) FROM audit.record l WHERE l.tenant = ? AND l.id = ?)
                            AND NOT EXISTS (
                                SELECT FROM audit.sequence s WHERE s.tenant = r.tenant AND s.record_id = r.id)""")) {
            long first = number(horizon, Long.MAX_VALUE);
            for (String tenant : LogTables.tenants(connection, LogTables.RECORD)) {
                UUID last = lastRecord(tenant);
                late.setString(1, tenant);
                late.setObject(2, floor(last));
                after.setString(1, tenant);
                after.setString(2, tenant);
                after.setObject(3, last);
                first = Math.min(first, Math.min(number(late, Long.MAX_VALUE), number(after, Long.MAX_VALUE)));
            }
            return first;
        } finally {
            connection.rollback();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    private @Nullable UUID lastRecord(String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT record_id FROM audit.sequence WHERE tenant = ? ORDER BY index DESC LIMIT 1")) {
            statement.setString(1, tenant);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getObject(1, UUID.class) : null;
            }
        }
    }

    private static UUID floor(@Nullable UUID last) {
        if (last == null) {
            return new UUID(0, 0);
        }
        long millis = Instant.ofEpochMilli(last.getMostSignificantBits() >>> 16)
                .minus(LATEST_COMMIT)
                .toEpochMilli();
        return new UUID(Math.max(0, millis) << 16, 0);
    }

    private static long number(PreparedStatement statement, long absent) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            long number = row.getLong(1);
            return row.wasNull() ? absent : number;
        }
    }

    /**
     * The next records in commit order, after this place, of all tenants but those.
     *
     * @param someHaveIndex whether some of them may have their index already, from another sequencer, and are to be passed
     */
    List<Unsequenced> next(long txid, long position, boolean someHaveIndex, Collection<String> except, int limit)
            throws SQLException {
        PreparedStatement statement = someHaveIndex ? nextWithoutIndex : next;
        statement.setLong(1, txid);
        statement.setLong(2, position);
        statement.setArray(3, connection.createArrayOf("text", except.toArray(String[]::new)));
        statement.setInt(4, limit);
        try (ResultSet rows = statement.executeQuery()) {
            List<Unsequenced> records = new ArrayList<>();
            while (rows.next()) {
                records.add(new Unsequenced(
                        rows.getString(1),
                        rows.getObject(2, UUID.class),
                        rows.getLong(3),
                        rows.getLong(4),
                        rows.getBytes(5)));
            }
            return records;
        }
    }

    /** Writes indexes; durable with the next {@link #commit}, as all that is written here. */
    void insert(List<Sequenced> records) throws SQLException {
        int count = records.size();
        String[] tenants = new String[count];
        Long[] indexes = new Long[count];
        UUID[] ids = new UUID[count];
        byte[][] hashes = new byte[count][];
        for (int i = 0; i < count; i++) {
            Sequenced record = records.get(i);
            tenants[i] = record.tenant();
            indexes[i] = record.index();
            ids[i] = record.id();
            hashes[i] = record.leafHash();
        }
        insert.setArray(1, connection.createArrayOf("text", tenants));
        insert.setArray(2, connection.createArrayOf("bigint", indexes));
        insert.setArray(3, connection.createArrayOf("uuid", ids));
        insert.setArray(4, connection.createArrayOf("bytea", hashes));
        insert.executeUpdate();
    }

    /** Writes roots of full tiles; such as are there already are left as they are. */
    void insertNodes(List<Node> nodes) throws SQLException {
        if (nodes.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO audit.node (tenant, level, index, hash)
                SELECT * FROM unnest(?::text[], ?::smallint[], ?::bigint[], ?::bytea[]) ON CONFLICT DO NOTHING""")) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", nodes.stream().map(Node::tenant).toArray(String[]::new)));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "smallint", nodes.stream().map(Node::level).toArray(Integer[]::new)));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "bigint", nodes.stream().map(Node::index).toArray(Long[]::new)));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "bytea", nodes.stream().map(Node::hash).toArray(byte[][]::new)));
            statement.executeUpdate();
        }
    }

    /**
     * Makes the roots of full tiles where they are missing: in a log that is older than their table, or that lost them. Reads
     * all leaf hashes of that log then. False if one of these is missing.
     */
    boolean completeNodes(String tenant, long size) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT count(*) FROM audit.node WHERE tenant = ? AND level = 1")) {
            statement.setString(1, tenant);
            if (number(statement, 0) >= size >>> CompactRange.TILE_HEIGHT) {
                return true;
            }
        }
        List<Node> nodes = new ArrayList<>();
        boolean complete = grow(
                CompactRange.empty(),
                tenant,
                size,
                (level, index, root) -> nodes.add(new Node(tenant, level, index, root)));
        for (int from = 0; complete && from < nodes.size(); from += FETCH) {
            insertNodes(nodes.subList(from, Math.min(nodes.size(), from + FETCH)));
        }
        connection.commit();
        return complete;
    }

    /** Writes a signed head. */
    void insert(String tenant, Checkpoint head, SignedNote note) throws SQLException {
        PreparedStatement statement = tenant.equals(TenantName.NONE) ? instanceCheckpoint : checkpoint;
        statement.setString(1, tenant);
        statement.setLong(2, head.size());
        statement.setBytes(3, head.root());
        statement.setString(4, note.toString());
        statement.executeUpdate();
    }

    /** Writes signed heads as leaves of the tree over all tenants. */
    void insertHeads(List<SequencedHead> heads) throws SQLException {
        for (SequencedHead head : heads) {
            instanceLeaf.setLong(1, head.index());
            instanceLeaf.setString(2, head.tenant());
            instanceLeaf.setLong(3, head.size());
            instanceLeaf.setBytes(4, head.leafHash());
            instanceLeaf.addBatch();
        }
        instanceLeaf.executeBatch();
    }

    void commit() throws SQLException {
        connection.commit();
    }

    LogTables.Extent extent(String tenant) throws SQLException {
        return LogTables.extent(connection, tenant);
    }

    /** The tenants of which some record has an index. */
    List<String> sequencedTenants() throws SQLException {
        return LogTables.tenants(connection, LogTables.SEQUENCE);
    }

    /** Lets the tree grow by the leaves from its size up to {@code end}. False if one is missing. */
    boolean grow(CompactRange tree, String tenant, long end) throws SQLException {
        return grow(tree, tenant, end, (level, index, root) -> {});
    }

    private boolean grow(CompactRange tree, String tenant, long end, CompactRange.FullTiles tiles) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT index, leaf_hash FROM %s
                WHERE tenant = ? AND index >= ? AND index < ? ORDER BY index""".formatted(LogTables.sequence(tenant)))) {
            statement.setFetchSize(FETCH);
            statement.setString(1, tenant);
            statement.setLong(2, tree.size());
            statement.setLong(3, end);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getLong(1) != tree.size()) {
                        return false;
                    }
                    tree.append(rows.getBytes(2), tiles);
                }
            }
            return tree.size() == end;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
