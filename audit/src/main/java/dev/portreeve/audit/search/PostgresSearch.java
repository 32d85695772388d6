package dev.portreeve.audit.search;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** Answers searches in pages by key, the newest first. Thread-safe; blocks on the database. */
public final class PostgresSearch {
    /** The most entries a page holds, whatever was asked for. */
    public static final int LARGEST_PAGE = 500;

    private static final String CANCELLED = "57014";
    /** A call has a handful. */
    private static final int RECORDS_OF_CALL = 1000;

    private final DataSource database;
    private final Duration patience;
    private final boolean on;

    /**
     * @param database a bounded pool: each search takes one connection
     * @param patience how long a search may take
     * @param on whether somebody makes records findable; without, only calls are found by their id
     */
    public PostgresSearch(DataSource database, Duration patience, boolean on) {
        this.database = database;
        this.patience = patience;
        this.on = on;
    }

    /**
     * A page.
     *
     * @param next gives the page after this one; {@code null} on the last
     */
    public record Page(List<Entry> entries, @Nullable String next) {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    /** A search took too long. */
    public static final class TooWide extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooWide(Duration patience, @Nullable Throwable cause) {
            super(
                    "this search was not done after " + patience.toSeconds()
                            + " s: say more of what you look for, or a shorter time",
                    cause);
        }
    }

    /** Records are not made findable here. */
    public static final class Off extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Off() {
            super("audit.search is off in the configuration, so records are found by the id of their call only;"
                    + " turn it on and wait until they were read");
        }
    }

    private interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    /**
     * A page of what is sought.
     *
     * @param after {@link Page#next()} of the page before, or {@code null} for the first
     * @throws IllegalArgumentException if {@code after} is not such a value
     * @throws TooWide if it took too long
     * @throws Off if nothing is made findable and no call is named
     */
    public Page search(Sought sought, @Nullable String after, int limit) {
        Newest newest = new Newest(sought, after, Math.clamp(limit, 1, LARGEST_PAGE));
        UUID call = sought.call();
        if (call == null && !on) {
            throw new Off();
        }
        return ask(connection -> {
            if (call != null) {
                newest.add(ofCall(connection, sought.tenant(), call));
            } else {
                long deadline = System.nanoTime() + patience.toNanos();
                new Sweep(connection, sought, newest, () -> {
                            if (System.nanoTime() - deadline > 0) {
                                throw new TooWide(patience, null);
                            }
                        })
                        .run();
            }
            return newest.page();
        });
    }

    /**
     * How old the oldest record is that cannot be found yet.
     *
     * @return zero if all can; {@code null} if nothing is made findable here
     */
    public @Nullable Duration behind() {
        return on ? ask(PostgresSearch::behind) : null;
    }

    private <T> T ask(Question<T> question) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                // One view of blocks and calls; along indexes, a row at a time, however small the tables are.
                statement.execute(
                        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = "
                                + patience.toMillis()
                                + "; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off");
                return question.ask(connection);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException failed) {
            if (CANCELLED.equals(failed.getSQLState())) {
                throw new TooWide(patience, failed);
            }
            throw new DataAccessException("a search failed", failed);
        }
    }

    /** From its records, which need no index of their own; empty if there are none. */
    private static List<Entry> ofCall(Connection connection, String tenant, UUID id) throws SQLException {
        for (String column : List.of("call_id", "id")) {
            try (PreparedStatement statement = connection.prepareStatement("SELECT at, kind, leaf FROM audit.record"
                    + " WHERE tenant = ? AND " + column + " = ? ORDER BY txid, position LIMIT " + RECORDS_OF_CALL)) {
                statement.setString(1, tenant);
                statement.setObject(2, id);
                Unfinished.Half all = null;
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        Entry entry = SaidInLeaf.of(rows.getBytes(3))
                                .entry(
                                        tenant,
                                        id,
                                        rows.getObject(1, OffsetDateTime.class).toInstant(),
                                        rows.getString(2));
                        Unfinished.Half half = Unfinished.Half.of(entry);
                        all = all == null ? half : all.and(half);
                    }
                }
                if (all != null) {
                    return List.of(all.entry());
                }
            }
        }
        return List.of();
    }

    private static Duration behind(Connection connection) throws SQLException {
        long txid;
        long position;
        Instant now;
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT txid, position, clock_timestamp() FROM search.progress")) {
            row.next();
            txid = row.getLong(1);
            position = row.getLong(2);
            now = row.getObject(3, OffsetDateTime.class).toInstant();
        }
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT at FROM audit.record" + " WHERE (txid, position) > (?, ?) ORDER BY txid, position LIMIT 1")) {
            statement.setLong(1, txid);
            statement.setLong(2, position);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Duration.ZERO;
                }
                Duration behind =
                        Duration.between(row.getObject(1, OffsetDateTime.class).toInstant(), now);
                return behind.isNegative() ? Duration.ZERO : behind;
            }
        }
    }
}
