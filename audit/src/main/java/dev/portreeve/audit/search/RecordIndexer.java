package dev.portreeve.audit.search;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
    private static final int BATCH = 2_000;
    private static final int FORGOTTEN_AT_ONCE = 10_000;

    private static final String NEXT = """
            SELECT tenant, id, at, call_id, kind, leaf, txid, position FROM audit.record
            WHERE (txid, position) > (?, ?) AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            ORDER BY txid, position LIMIT ?""";

    private static final String STORE = """
            INSERT INTO search.entry AS e
                (tenant, id, at, kind, member, key_id, type, resource, session, outcome, reason)
            SELECT * FROM unnest(?::text[], ?::uuid[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[],
                ?::text[], ?::text[], ?::text[], ?::text[])
            ON CONFLICT (tenant, id) DO UPDATE SET
                at = least(e.at, excluded.at),
                kind = excluded.kind,
                member = coalesce(excluded.member, e.member),
                key_id = coalesce(excluded.key_id, e.key_id),
                type = coalesce(excluded.type, e.type),
                resource = coalesce(excluded.resource, e.resource),
                session = coalesce(excluded.session, e.session),
                outcome = coalesce(excluded.outcome, e.outcome),
                reason = coalesce(excluded.reason, e.reason)""";

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

    private record Place(long txid, long position) {}

    private record Owner(String tenant, UUID id) {}

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

    private static int turn(Connection connection) throws SQLException {
        Place place = place(connection);
        if (place == null) {
            return 0;
        }
        try (Statement statement = connection.createStatement()) {
            // Along the order of commits, however small the table was when it was looked at last; and what a crash
            // loses is read again.
            statement.execute("SET LOCAL enable_seqscan = off");
            statement.execute("SET LOCAL synchronous_commit = off");
        }
        int read = 0;
        Map<Owner, Entry> entries = new LinkedHashMap<>();
        try (PreparedStatement next = connection.prepareStatement(NEXT)) {
            next.setLong(1, place.txid);
            next.setLong(2, place.position);
            next.setInt(3, BATCH);
            try (ResultSet rows = next.executeQuery()) {
                while (rows.next()) {
                    read++;
                    Entry entry = entry(rows);
                    entries.merge(new Owner(entry.tenant(), entry.id()), entry, Entry::and);
                    place = new Place(rows.getLong(7), rows.getLong(8));
                }
            }
        }
        if (read > 0) {
            store(connection, entries.values());
            proceed(connection, place);
        }
        return read;
    }

    private static Entry entry(ResultSet row) throws SQLException {
        UUID call = row.getObject(4, UUID.class);
        return Entry.of(
                row.getString(1),
                call == null ? row.getObject(2, UUID.class) : call,
                row.getObject(3, OffsetDateTime.class).toInstant(),
                row.getString(5),
                row.getBytes(6));
    }

    /** Where to go on; {@code null} if another replica is at it. In a database that was restored, from the beginning. */
    private static @Nullable Place place(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT txid, position, txid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                        FROM search.progress FOR UPDATE SKIP LOCKED""")) {
            if (!row.next()) {
                return null;
            }
            return row.getBoolean(3) ? new Place(0, 0) : new Place(row.getLong(1), row.getLong(2));
        }
    }

    private static void proceed(Connection connection, Place place) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE search.progress SET txid = ?, position = ?")) {
            statement.setLong(1, place.txid);
            statement.setLong(2, place.position);
            statement.executeUpdate();
        }
    }

    private static void store(Connection connection, Collection<Entry> entries) throws SQLException {
        try (PreparedStatement store = connection.prepareStatement(STORE)) {
            set(store, 1, "text", entries, Entry::tenant);
            set(store, 2, "uuid", entries, Entry::id);
            set(store, 3, "timestamptz", entries, entry -> entry.at().toString());
            set(store, 4, "text", entries, Entry::kind);
            set(store, 5, "text", entries, Entry::member);
            set(store, 6, "text", entries, Entry::key);
            set(store, 7, "text", entries, Entry::type);
            set(store, 8, "text", entries, Entry::resource);
            set(store, 9, "text", entries, Entry::session);
            set(store, 10, "text", entries, Entry::outcome);
            set(store, 11, "text", entries, Entry::reason);
            store.executeUpdate();
        }
    }

    private static void set(
            PreparedStatement statement,
            int parameter,
            String type,
            Collection<Entry> entries,
            Function<Entry, @Nullable Object> value)
            throws SQLException {
        Object[] values = entries.stream().map(value).toArray();
        statement.setArray(parameter, statement.getConnection().createArrayOf(type, values));
    }

    /** Forgets what is older; in portions, and all of it when this returns. */
    public long forget(Instant before) throws SQLException {
        long all = 0;
        try (Connection connection = database.getConnection();
                PreparedStatement delete = connection.prepareStatement("""
                        DELETE FROM search.entry WHERE (tenant, id) IN
                            (SELECT tenant, id FROM search.entry WHERE at < ? LIMIT ?)""")) {
            delete.setObject(1, before.atOffset(ZoneOffset.UTC));
            delete.setInt(2, FORGOTTEN_AT_ONCE);
            int forgotten;
            do {
                forgotten = delete.executeUpdate();
                all += forgotten;
            } while (forgotten == FORGOTTEN_AT_ONCE && closing.getCount() > 0);
        }
        return all;
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
