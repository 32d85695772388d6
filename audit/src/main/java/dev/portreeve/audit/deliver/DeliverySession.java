package dev.portreeve.audit.deliver;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.export.Dropped;
import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.log.TreeHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One delivery's own connection. Its advisory lock says which of several gateways delivers, and because places are written over
 * the same connection, losing the lock and losing the right to write are one event. No transaction is open while something is
 * sent, so a slow receiver delays nobody's records. For one thread.
 */
final class DeliverySession implements AutoCloseable {
    private static final int NETWORK_MILLIS = (int) Duration.ofMinutes(1).toMillis();

    private static final String MISSING = "is missing in the log, and no tombstone tells of it";

    /** Bounded in bytes where it is read: the driver takes all rows of an answer into memory. */
    private static final String READ = """
            SELECT index, kind, leaf, leaf_hash FROM (
                SELECT s.index, r.kind, r.leaf, s.leaf_hash, coalesce(octet_length(r.leaf), 0) AS size,
                    sum(coalesce(octet_length(r.leaf), 0)) OVER (ORDER BY s.index) AS through
                FROM audit.sequence s LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
                WHERE s.tenant = ? AND s.index >= ? AND s.index < ? ORDER BY s.index LIMIT ?) AS next
            WHERE through - size < ? ORDER BY index""";

    /** Tenants with signed records that have no place yet, or something to send or to tell. */
    private static final String DUE = """
            WITH RECURSIVE found AS (
                (SELECT tenant FROM audit.checkpoint ORDER BY tenant LIMIT 1)
                UNION ALL
                SELECT (SELECT c.tenant FROM audit.checkpoint c WHERE c.tenant > f.tenant ORDER BY c.tenant LIMIT 1)
                FROM found f WHERE f.tenant IS NOT NULL)
            SELECT f.tenant FROM found f
            CROSS JOIN LATERAL (
                SELECT size FROM audit.checkpoint WHERE tenant = f.tenant ORDER BY size DESC LIMIT 1) c
            LEFT JOIN delivery.place p ON p.delivery = ? AND p.tenant = f.tenant
            WHERE p.tenant IS NULL OR (NOT p.held AND (p.next < c.size
                OR (p.to_tell AND p.told_at + make_interval(secs => ?) <= now())))
            ORDER BY f.tenant""";

    /** A place as the one who delivers needs it. */
    record Stand(String tenant, long next, long moves, boolean held, long told, boolean toTell, boolean tellDue) {}

    /**
     * What was read.
     *
     * @param end one more than the last index that was looked at
     * @param dropped how many of them retention has dropped
     */
    record Read(long end, long dropped, List<Batch.Record> records) {}

    private final Connection connection;
    private final String delivery;
    private final TreeHash hash = new TreeHash();

    private DeliverySession(Connection connection, String delivery) {
        this.connection = connection;
        this.delivery = delivery;
    }

    /** A session, if no other gateway delivers this; else {@code null}. */
    static @Nullable DeliverySession elect(DataSource database, String delivery) throws SQLException {
        Connection connection = database.getConnection();
        boolean elected = false;
        try {
            // A network that is gone without a word must not keep the election for ever.
            connection.setNetworkTimeout(Runnable::run, NETWORK_MILLIS);
            try (PreparedStatement lock =
                    connection.prepareStatement("SELECT pg_try_advisory_lock(hashtextextended('delivery:' || ?, 0))")) {
                lock.setString(1, delivery);
                try (ResultSet row = lock.executeQuery()) {
                    row.next();
                    elected = row.getBoolean(1);
                }
            }
            return elected ? new DeliverySession(connection, delivery) : null;
        } finally {
            if (!elected) {
                connection.close();
            }
        }
    }

    /**
     * Makes the places a delivery begins with, all of them or none, so that a tenant that comes later is known to have come later.
     *
     * @param only the one tenant whose records it is about; {@code null} for all
     */
    void begin(@Nullable String only, boolean fromNow) throws SQLException {
        String mark = only == null ? AuditEvent.INSTANCE : only;
        if (find(mark, Duration.ZERO) != null) {
            return;
        }
        List<String> tenants = new ArrayList<>();
        if (fromNow && only == null) {
            tenants.addAll(LogTables.tenants(connection, LogTables.CHECKPOINT));
        }
        tenants.remove(mark);
        tenants.add(mark);
        together(() -> {
            for (String tenant : tenants) {
                insert(tenant, fromNow ? signed(tenant) : 0);
            }
            return true;
        });
    }

    /**
     * The tenants of whose records something is to be sent or told.
     *
     * @param tell how long after the last record of what was delivered the next is due
     */
    List<String> tenants(Duration tell) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setString(1, delivery);
            statement.setDouble(2, seconds(tell));
            try (ResultSet rows = statement.executeQuery()) {
                List<String> tenants = new ArrayList<>();
                while (rows.next()) {
                    tenants.add(rows.getString(1));
                }
                return tenants;
            }
        }
    }

    /** What time it is for the database: clocks of gateways differ, and a turn may pass from one to the other. */
    Instant now() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT now()")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    /** One more than the last signed index. */
    long signed(String tenant) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT coalesce(max(size), 0) FROM audit.checkpoint WHERE tenant = ?")) {
            statement.setString(1, tenant);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * Where this delivery is with a tenant; one that is new begins with its first record.
     *
     * @param tell how long after the last record of what was delivered the next is due
     */
    Stand stand(String tenant, Duration tell) throws SQLException {
        Stand known = find(tenant, tell);
        if (known != null) {
            return known;
        }
        insert(tenant, 0);
        Stand made = find(tenant, tell);
        if (made == null) {
            throw new SQLException("the place of a delivery is not there after it was made");
        }
        return made;
    }

    private void insert(String tenant, long first) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO delivery.place (delivery, tenant, next, told) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING""")) {
            insert.setString(1, delivery);
            insert.setString(2, tenant);
            insert.setLong(3, first);
            insert.setLong(4, first);
            insert.executeUpdate();
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private @Nullable Stand find(String tenant, Duration tell) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT next, moves, held, told, to_tell, told_at + make_interval(secs => ?) <= now()
                FROM delivery.place WHERE delivery = ? AND tenant = ?""")) {
            statement.setDouble(1, seconds(tell));
            statement.setString(2, delivery);
            statement.setString(3, tenant);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new Stand(
                                tenant,
                                row.getLong(1),
                                row.getLong(2),
                                row.getBoolean(3),
                                row.getLong(4),
                                row.getBoolean(5),
                                row.getBoolean(6))
                        : null;
            }
        }
    }

    /** Whether something was acknowledged since; not by a clock that was ahead and is set back. */
    boolean isDoneSince(Stand stand, Instant due) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT coalesce(acknowledged_at >= ? AND acknowledged_at <= now(), false)"
                        + " FROM delivery.place WHERE delivery = ? AND tenant = ?")) {
            statement.setObject(1, due.atOffset(ZoneOffset.UTC));
            statement.setString(2, delivery);
            statement.setString(3, stand.tenant());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Whether there are signed records which tell of more than that records were taken away. */
    boolean hasMoreThanExports(Stand stand, long signed) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT EXISTS (SELECT FROM audit.sequence s
                    JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
                    WHERE s.tenant = ? AND s.index >= ? AND s.index < ?
                        AND r.kind NOT IN ('audit.exported', 'audit.delivered'))""")) {
            statement.setString(1, stand.tenant());
            statement.setLong(2, stand.next());
            statement.setLong(3, signed);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /**
     * Reads the next records, as they were signed. Those that retention dropped are passed over, as their tombstone says.
     *
     * @param until before which index
     * @throws NotTaken if the next is missing without a tombstone that tells of it, or is another than was signed
     */
    Read read(Stand stand, long until, int records, int bytes) throws SQLException, NotTaken {
        List<Batch.Record> found = new ArrayList<>();
        long end = stand.next();
        long dropped = 0;
        Dropped gone = null;
        String flaw = null;
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, stand.tenant());
            statement.setLong(2, stand.next());
            statement.setLong(3, until);
            statement.setInt(4, records);
            statement.setInt(5, bytes);
            try (ResultSet rows = statement.executeQuery()) {
                while (flaw == null && rows.next()) {
                    long index = rows.getLong(1);
                    byte[] leaf = rows.getBytes(3);
                    if (leaf == null && gone == null) {
                        gone = Dropped.read(connection, stand.tenant(), stand.next(), until);
                    }
                    boolean isDropped = leaf == null && gone != null && gone.contains(index);
                    if (index != end || (leaf == null && !isDropped)) {
                        flaw = MISSING;
                    } else if (leaf != null && !Arrays.equals(hash.leaf(leaf), rows.getBytes(4))) {
                        flaw = "is not what was signed";
                    } else {
                        if (leaf == null) {
                            dropped++;
                        } else {
                            found.add(new Batch.Record(index, rows.getString(2), leaf));
                        }
                        end++;
                    }
                }
            }
        }
        // What comes before goes; at it, the delivery stops.
        if (end == stand.next()) {
            throw stopped(end, flaw == null ? MISSING : flaw);
        }
        return new Read(end, dropped, found);
    }

    private static NotTaken stopped(long index, String flaw) {
        return new NotTaken(NotTaken.Way.AGAIN, "record " + index + " " + flaw + ": see portreeve audit verify", null);
    }

    /**
     * Puts the place behind what was acknowledged.
     *
     * @param toTell whether something in it is worth telling
     * @return false if somebody put it elsewhere meanwhile
     */
    boolean advance(Stand stand, long end, boolean toTell) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE delivery.place SET next = ?, acknowledged_at = now(), to_tell = to_tell OR ?,
                    failure = NULL, failing_since = NULL, attempts = 0, tried_until = NULL, held = false
                WHERE delivery = ? AND tenant = ? AND next = ? AND moves = ?""")) {
            update.setLong(1, end);
            update.setBoolean(2, toTell);
            update.setString(3, delivery);
            update.setString(4, stand.tenant());
            update.setLong(5, stand.next());
            update.setLong(6, stand.moves());
            return update.executeUpdate() == 1;
        }
    }

    /**
     * Notes why nothing goes on; the place stays.
     *
     * @param triedUntil behind what is refused for what it is; the place itself where it may be taken another time
     */
    void failed(Stand stand, long triedUntil, String why, boolean held) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE delivery.place SET failure = ?, failing_since = coalesce(failing_since, now()),
                    attempts = attempts + 1, tried_until = ?, held = ?
                WHERE delivery = ? AND tenant = ? AND next = ? AND moves = ?""")) {
            update.setString(1, why);
            update.setLong(2, triedUntil);
            update.setBoolean(3, held);
            update.setString(4, delivery);
            update.setString(5, stand.tenant());
            update.setLong(6, stand.next());
            update.setLong(7, stand.moves());
            int ignored = update.executeUpdate();
        }
    }

    /** Writes the record of what was delivered, and notes in the same transaction that it is told. */
    void tell(Stand stand, DirectRecords records, AuditEvent event) throws SQLException {
        together(() -> {
            try (PreparedStatement update = connection.prepareStatement("""
                    UPDATE delivery.place SET told = ?, told_at = now(), to_tell = false
                    WHERE delivery = ? AND tenant = ? AND next = ? AND moves = ?""")) {
                update.setLong(1, stand.next());
                update.setString(2, delivery);
                update.setString(3, stand.tenant());
                update.setLong(4, stand.next());
                update.setLong(5, stand.moves());
                boolean still = update.executeUpdate() == 1;
                if (still) {
                    records.write(connection, event);
                }
                return still;
            }
        });
    }

    private interface Work {
        /** Returns whether it is to be kept. */
        boolean run() throws SQLException;
    }

    private void together(Work work) throws SQLException {
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            if (work.run()) {
                connection.commit();
                done = true;
            }
        } finally {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }

    /** Gives the election away. */
    @Override
    public void close() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_unlock_all()");
        } finally {
            connection.close();
        }
    }
}
