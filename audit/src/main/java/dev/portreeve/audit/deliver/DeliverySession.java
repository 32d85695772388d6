package dev.portreeve.audit.deliver;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.export.Dropped;
import dev.portreeve.audit.log.LogTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
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

    private static final String READ = """
            SELECT s.index, r.kind, r.leaf
            FROM audit.sequence s LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
            WHERE s.tenant = ? AND s.index >= ? AND s.index < ? ORDER BY s.index LIMIT ?""";

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

    /** The tenants that have signed records. */
    List<String> tenants() throws SQLException {
        return LogTables.tenants(connection, LogTables.CHECKPOINT);
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
     * Where this delivery is with a tenant; a place is made if there is none.
     *
     * @param tell how long after the last record of what was delivered the next is due
     */
    Stand stand(String tenant, boolean fromNow, Duration tell) throws SQLException {
        Stand known = find(tenant, tell);
        if (known != null) {
            return known;
        }
        long first = fromNow ? signed(tenant) : 0;
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO delivery.place (delivery, tenant, next, told) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING""")) {
            insert.setString(1, delivery);
            insert.setString(2, tenant);
            insert.setLong(3, first);
            insert.setLong(4, first);
            insert.executeUpdate();
        }
        Stand made = find(tenant, tell);
        if (made == null) {
            throw new SQLException("the place of a delivery is not there after it was made");
        }
        return made;
    }

    private @Nullable Stand find(String tenant, Duration tell) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT next, moves, held, told, to_tell, told_at + make_interval(secs => ?) <= now()
                FROM delivery.place WHERE delivery = ? AND tenant = ?""")) {
            statement.setDouble(1, tell.toMillis() / 1000.0);
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

    /** Whether something was acknowledged since. */
    boolean isDoneSince(Stand stand, Instant due) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT coalesce(acknowledged_at >= ?, false) FROM delivery.place WHERE delivery = ? AND tenant = ?")) {
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
     * Reads the next records. Those that retention dropped are passed over, as their tombstone says.
     *
     * @throws NotTaken if one is missing that no tombstone tells of: somebody removed it
     */
    Read read(Stand stand, long signed, int records, int bytes) throws SQLException, NotTaken {
        List<Batch.Record> found = new ArrayList<>();
        long end = stand.next();
        long dropped = 0;
        long size = 0;
        Dropped gone = null;
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, stand.tenant());
            statement.setLong(2, stand.next());
            statement.setLong(3, signed);
            statement.setInt(4, records);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next() && size < bytes) {
                    long index = rows.getLong(1);
                    byte[] leaf = rows.getBytes(3);
                    if (leaf == null && gone == null) {
                        gone = Dropped.read(connection, stand.tenant(), stand.next(), signed);
                    }
                    if (index != end || (leaf == null && (gone == null || !gone.contains(index)))) {
                        return upTo(end, dropped, found);
                    }
                    if (leaf == null) {
                        dropped++;
                    } else {
                        found.add(new Batch.Record(index, rows.getString(2), leaf));
                        size += leaf.length;
                    }
                    end++;
                }
            }
        }
        return new Read(end, dropped, found);
    }

    /** What comes before a record that is missing goes; at it, the delivery stops. */
    private static Read upTo(long end, long dropped, List<Batch.Record> found) throws NotTaken {
        if (found.isEmpty()) {
            throw new NotTaken(
                    NotTaken.Way.AGAIN,
                    "record " + end
                            + " is missing in the log, and no tombstone tells of it: see portreeve audit verify",
                    null);
        }
        return new Read(end, dropped, found);
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
        connection.setAutoCommit(false);
        boolean done = false;
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE delivery.place SET told = ?, told_at = now(), to_tell = false
                WHERE delivery = ? AND tenant = ? AND next = ? AND moves = ?""")) {
            update.setLong(1, stand.next());
            update.setString(2, delivery);
            update.setString(3, stand.tenant());
            update.setLong(4, stand.next());
            update.setLong(5, stand.moves());
            if (update.executeUpdate() == 1) {
                records.write(connection, event);
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
