package dev.portreeve.policy.brake;

import dev.portreeve.policy.brake.Brakes.Owner;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** What gateways tell each other of members that have a brake, by way of a table. For one thread; blocks. */
final class PostgresBrakeCounts {
    private static final int MOST_ROWS = 10_000;
    /** Longer than a transaction that says something is open. */
    private static final String OVERLAP = "interval '3 seconds'";

    private static final String SAY = """
            INSERT INTO policy.brake_count AS b (tenant, member, replica, call, times, nanos, since, touched_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, clock_timestamp())
            ON CONFLICT (tenant, member, replica, call)
            DO UPDATE SET times = excluded.times, nanos = excluded.nanos, since = excluded.since,
                touched_at = excluded.touched_at""";
    private static final String HEAR = "SELECT tenant, member, replica, call, times, nanos, since, touched_at"
            + " FROM policy.brake_count WHERE replica <> ? AND touched_at > coalesce(?, now() - interval '1 day') - "
            + OVERLAP + " ORDER BY touched_at LIMIT " + MOST_ROWS;
    private static final String FORGET =
            "DELETE FROM policy.brake_count WHERE touched_at < now() - interval '25 hours'";
    private static final long NANOS = 1_000_000_000L;

    private final DataSource database;
    private final UUID gateway;
    private final UnaryOperator<String> keyed;
    private @Nullable OffsetDateTime heardUntil;

    /** @param gateway names this run of this process */
    PostgresBrakeCounts(DataSource database, UUID gateway, UnaryOperator<String> keyed) {
        this.database = database;
        this.gateway = gateway;
        this.keyed = keyed;
    }

    /** A digest as the table may have it, so that whoever reads that cannot find short arguments by guessing. On any thread. */
    String keyed(String digest) {
        return keyed.apply(digest);
    }

    /** What another gateway said. */
    record Heard(UUID gateway, Counted counted) {}

    /** @throws DataAccessException if the database does not take it; then none of it was said */
    void say(List<Counted> counts) {
        if (counts.isEmpty()) {
            return;
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try (PreparedStatement say = connection.prepareStatement(SAY)) {
                for (Counted counted : counts) {
                    say.setString(1, counted.member().tenant());
                    say.setString(2, counted.member().id());
                    say.setObject(3, gateway);
                    say.setString(4, counted.call());
                    say.setArray(5, times(connection, counted.times()));
                    say.setArray(
                            6,
                            connection.createArrayOf(
                                    "bigint",
                                    Arrays.stream(counted.nanos()).boxed().toArray()));
                    say.setObject(7, counted.since() == Long.MIN_VALUE ? null : time(counted.since()));
                    say.addBatch();
                }
                int[] unused = say.executeBatch();
                connection.commit();
                done = true;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException away) {
            throw new DataAccessException("what brakes count could not be told", away);
        }
    }

    /**
     * What the others said since the last time, and a little more.
     *
     * @throws DataAccessException if the database does not answer
     */
    List<Heard> hear() {
        List<Heard> heard = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement hear = connection.prepareStatement(HEAR)) {
            hear.setObject(1, gateway);
            hear.setObject(2, heardUntil);
            try (ResultSet rows = hear.executeQuery()) {
                while (rows.next()) {
                    heard.add(new Heard(rows.getObject(3, UUID.class), counted(rows)));
                    heardUntil = rows.getObject(8, OffsetDateTime.class);
                }
            }
        } catch (SQLException away) {
            throw new DataAccessException("what brakes count elsewhere could not be read", away);
        }
        return heard;
    }

    /** Deletes what no brake looks at any more. */
    void forget() {
        try (Connection connection = database.getConnection();
                PreparedStatement forget = connection.prepareStatement(FORGET)) {
            int unused = forget.executeUpdate();
        } catch (SQLException away) {
            throw new DataAccessException("old counts of brakes could not be deleted", away);
        }
    }

    private static Counted counted(ResultSet row) throws SQLException {
        OffsetDateTime since = row.getObject(7, OffsetDateTime.class);
        return new Counted(
                new Owner(row.getString(1), Owner.Kind.MEMBER, row.getString(2)),
                row.getString(4),
                times(row.getArray(5)),
                longs(row.getArray(6)),
                since == null ? Long.MIN_VALUE : nanos(since.toInstant()));
    }

    private static Array times(Connection connection, long[] nanos) throws SQLException {
        return connection.createArrayOf(
                "timestamptz",
                Arrays.stream(nanos).mapToObj(PostgresBrakeCounts::time).toArray());
    }

    private static OffsetDateTime time(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS))
                .atOffset(ZoneOffset.UTC);
    }

    private static long[] times(Array array) throws SQLException {
        return Arrays.stream((Object[]) array.getArray())
                .mapToLong(each -> nanos(((java.sql.Timestamp) each).toInstant()))
                .toArray();
    }

    private static long[] longs(Array array) throws SQLException {
        return Arrays.stream((Long[]) array.getArray())
                .mapToLong(Long::longValue)
                .toArray();
    }

    static long nanos(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), NANOS), at.getNano());
    }
}
