package dev.portreeve.audit.search;

import dev.portreeve.audit.EventKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records after they were committed and keeps what they can be found by, so that the journal need not. One replica at a time
 * does so; how far it is stands in the database. {@link #run} on a thread of its own, until {@link #close}.
 */
public final class RecordIndexer implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RecordIndexer.class);
    private static final int BATCH = 8_192;
    private static final int FETCH = 512;

    private static final String NEXT = """
            SELECT tenant, id, at, call_id, kind, leaf, txid, position FROM audit.record
            WHERE (txid, position) > (?, ?) AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            ORDER BY txid, position LIMIT ?""";

    private final DataSource database;
    private final Duration every;
    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * @param database opens one connection for a turn
     * @param every how long after a turn the next begins
     */
    public RecordIndexer(DataSource database, Duration every) {
        this.database = database;
        this.every = every;
    }

    private record Place(long txid, long position) {
        static final Place START = new Place(0, 0);
    }

    @Override
    public void run() {
        boolean failing = false;
        try {
            while (!closing.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    long read = runOnce();
                    LOGGER.trace("{} records can be searched now", read);
                    failing = false;
                } catch (SQLException away) {
                    if (!failing) {
                        LOGGER.warn("new records cannot be searched for now: SQLSTATE {}", away.getSQLState());
                    }
                    failing = true;
                } catch (RuntimeException broken) {
                    if (!failing) {
                        LOGGER.error("new records cannot be searched for now, for a reason nobody thought of", broken);
                    }
                    failing = true;
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Reads all there is now.
     *
     * @return how many records; 0 also if another replica is at it
     */
    public long runOnce() throws SQLException {
        long all = 0;
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            int read;
            do {
                read = turn(connection);
                connection.commit();
                all += read;
            } while (read == BATCH && closing.getCount() > 0);
            connection.setAutoCommit(true);
        }
        return all;
    }

    /** Forgets everything that records can be found by, so that it is made anew from the first record when an indexer runs again. */
    public static void empty(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            empty(connection);
            proceed(connection, Place.START);
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private static void empty(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM search.block; DELETE FROM search.unfinished");
        }
    }

    private static int turn(Connection connection) throws SQLException {
        Place place = place(connection);
        if (place == null) {
            return 0;
        }
        int read = 0;
        Turn turn = new Turn();
        try (PreparedStatement next = connection.prepareStatement(NEXT)) {
            // A record may have 16 KiB: not all of a batch at once.
            next.setFetchSize(FETCH);
            next.setLong(1, place.txid);
            next.setLong(2, place.position);
            next.setInt(3, BATCH);
            try (ResultSet rows = next.executeQuery()) {
                while (rows.next()) {
                    read++;
                    add(rows, turn);
                    place = new Place(rows.getLong(7), rows.getLong(8));
                }
            }
        }
        if (read > 0) {
            turn.store(connection);
            proceed(connection, place);
        }
        return read;
    }

    private static void add(ResultSet row, Turn turn) throws SQLException {
        String tenant = row.getString(1);
        UUID call = row.getObject(4, UUID.class);
        String kind = row.getString(5);
        SaidInLeaf said = SaidInLeaf.of(row.getBytes(6));
        turn.add(
                said.entry(
                        tenant,
                        call == null ? row.getObject(2, UUID.class) : call,
                        row.getObject(3, OffsetDateTime.class).toInstant(),
                        kind),
                call != null);
        String partition = said.partition();
        if (partition != null && kind.equals(EventKind.RECORDS_DROPPED.code())) {
            turn.dropped(tenant, partition);
        }
    }

    /** Where to go on; {@code null} if another replica is at it. In a database that was restored, from the beginning. */
    private static @Nullable Place place(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Along the order of commits, however small the table was when it was looked at last; and what a crash
            // loses is read again.
            statement.execute("SET LOCAL enable_seqscan = off; SET LOCAL synchronous_commit = off");
            try (ResultSet row = statement.executeQuery("""
                    SELECT txid, position, txid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                    FROM search.progress FOR UPDATE SKIP LOCKED""")) {
                if (!row.next()) {
                    return null;
                }
                if (!row.getBoolean(3)) {
                    return new Place(row.getLong(1), row.getLong(2));
                }
            }
        }
        empty(connection);
        return Place.START;
    }

    private static void proceed(Connection connection, Place place) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE search.progress SET txid = ?, position = ?")) {
            statement.setLong(1, place.txid);
            statement.setLong(2, place.position);
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
