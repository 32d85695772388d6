package dev.portreeve.audit.lag;

import dev.portreeve.audit.log.LogTables;
import dev.portreeve.audit.search.SearchedUpTo;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Asks the database how far the log is. Along indexes, so cheap enough for every few seconds; blocks. Thread-safe. */
public final class LagReader {
    private static final String PATIENCE = "SET LOCAL statement_timeout = '5s'";

    /** Where this log ends, where its newest head does, and what comes after both. */
    private static final String LOG = """
            SELECT s.index + 1, coalesce(c.size, 0), c.created_at, r.txid, r.position, first.at
            FROM (SELECT index, record_id FROM audit.sequence WHERE tenant = ? ORDER BY index DESC LIMIT 1) s
            LEFT JOIN audit.record r ON r.tenant = ? AND r.id = s.record_id
            LEFT JOIN LATERAL (
                SELECT size, created_at FROM audit.checkpoint WHERE tenant = ? ORDER BY size DESC LIMIT 1) c ON true
            LEFT JOIN LATERAL (
                SELECT o.at FROM audit.sequence u JOIN audit.record o ON o.tenant = u.tenant AND o.id = u.record_id
                WHERE u.tenant = ? AND u.index = coalesce(c.size, 0)) first ON true""";

    private static final int LOG_PARAMETERS = 4;

    private static final String AFTER = """
            SELECT count(*), min(at) FROM (
                SELECT at FROM audit.record WHERE (txid, position) > (?, ?) ORDER BY txid, position LIMIT ?) after""";

    private final DataSource database;

    public LagReader(DataSource database) {
        this.database = database;
    }

    private record Place(long txid, long position) {
        Place later(Place other) {
            boolean earlier = txid < other.txid || (txid == other.txid && position < other.position);
            return earlier ? other : this;
        }
    }

    /** How far it is now. */
    public LogLag read() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(PATIENCE);
            }
            List<LogLag.Log> logs = new ArrayList<>();
            Place last = new Place(-1, -1);
            for (String tenant : LogTables.tenants(connection, LogTables.SEQUENCE)) {
                last = last.later(log(connection, tenant, logs));
            }
            SearchedUpTo searched = SearchedUpTo.read(connection);
            LogLag lag = new LogLag(
                    logs, after(connection, last), after(connection, new Place(searched.txid(), searched.position())));
            connection.rollback();
            connection.setAutoCommit(true);
            return lag;
        }
    }

    /** Records get their index in the order of their commit, whoever's they are. */
    private static Place log(Connection connection, String tenant, List<LogLag.Log> logs) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOG)) {
            for (int parameter = 1; parameter <= LOG_PARAMETERS; parameter++) {
                statement.setString(parameter, tenant);
            }
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return new Place(-1, -1);
                }
                logs.add(new LogLag.Log(tenant, row.getLong(1), row.getLong(2), time(row, 3), time(row, 6)));
                long txid = row.getLong(4);
                // Dropped when its time was over: long past.
                return row.wasNull() ? new Place(-1, -1) : new Place(txid, row.getLong(5));
            }
        }
    }

    private static Behind after(Connection connection, Place place) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AFTER)) {
            statement.setLong(1, place.txid);
            statement.setLong(2, place.position);
            statement.setInt(3, Behind.MOST);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Behind(row.getLong(1), time(row, 2));
            }
        }
    }

    private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
