package dev.portreeve.audit.process;

import dev.portreeve.audit.log.LogTables;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What the database knows of processes and their calls; read over one connection for each question. */
final class Processes {
    /** Looking at one may take long, and whoever gives no sign of life meanwhile is taken for gone himself. */
    private static final int MOST_AT_ONCE = 1;

    /** For all tenants together: meanwhile this process gives no sign of life itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String CANCELLED = "57014";
    /** Clocks differ, and a record may wait for its commit. */
    private static final Duration LATEST_COMMIT = Duration.ofMinutes(5);

    /** Ids carry their time, so these are found along the primary key. */
    private static final String UNFINISHED = """
            SELECT count(*) FROM audit.record o
            WHERE o.tenant = ? AND o.id >= ? AND o.id < ? AND o.kind = 'call.opened'
                AND position(?::bytea IN o.leaf) > 0
                AND position('"ends_later":true'::bytea IN o.leaf) = 0
                AND NOT EXISTS (
                    SELECT FROM audit.record c
                    WHERE c.tenant = o.tenant AND c.call_id = o.call_id AND c.kind IN ('call.closed', 'call.refused')
                        AND position('"outcome":"unknown"'::bytea IN c.leaf) = 0)""";

    private final DataSource database;
    private final Duration patience;

    Processes(DataSource database) {
        this(database, PATIENCE);
    }

    /** @param patience how long counting the calls of one process may take */
    Processes(DataSource database, Duration patience) {
        this.database = database;
        this.patience = patience;
    }

    /** Those that gave no sign of life for so long, the longest silent first. */
    List<Sign.Silent> silent(Duration silence) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT id, started_at, seen_at, open_since FROM audit.process
                        WHERE seen_at < clock_timestamp() - ? * interval '1 millisecond' ORDER BY seen_at LIMIT ?""")) {
            statement.setLong(1, silence.toMillis());
            statement.setInt(2, MOST_AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                List<Sign.Silent> silent = new ArrayList<>();
                while (rows.next()) {
                    silent.add(new Sign.Silent(
                            rows.getObject(1, UUID.class), time(rows, 2), time(rows, 3), time(rows, 4)));
                }
                return silent;
            }
        }
    }

    /** Calls of all tenants that it opened and did not close itself; {@code null} if counting takes too long. */
    @Nullable
    Long unfinished(Sign.Silent process) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            long deadline = System.nanoTime() + patience.toNanos();
            wait(connection, patience);
            Long count = 0L;
            for (String tenant : LogTables.tenants(connection, LogTables.RECORD)) {
                Duration left = Duration.ofNanos(deadline - System.nanoTime());
                if (left.toMillis() <= 0) {
                    count = null;
                    break;
                }
                wait(connection, left);
                count += unfinished(connection, tenant, process);
            }
            connection.rollback();
            return count;
        } catch (SQLException failed) {
            if (CANCELLED.equals(failed.getSQLState())) {
                return null;
            }
            throw failed;
        }
    }

    private static void wait(Connection connection, Duration atMost) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL statement_timeout = " + atMost.toMillis());
        }
    }

    private static long unfinished(Connection connection, String tenant, Sign.Silent process) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNFINISHED)) {
            statement.setString(1, tenant);
            statement.setObject(2, floor(process.openSince()));
            statement.setObject(3, floor(process.seenAt().plus(LATEST_COMMIT)));
            statement.setBytes(4, ("\"process\":\"" + process.id() + '"').getBytes(StandardCharsets.UTF_8));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** When the record that was committed last happened, by the clock of its process; {@code null} if there is none. */
    @Nullable
    Instant newest() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT at FROM audit.record ORDER BY txid DESC, position DESC LIMIT 1")) {
            return row.next() ? time(row, 1) : null;
        }
    }

    private static UUID floor(Instant instant) {
        return new UUID(Math.max(0, instant.toEpochMilli()) << 16, 0);
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
