package dev.portreeve.policy.stop;

import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Who is stopped, in PostgreSQL. {@link #apply} belongs to the journal's writer, what reads may be called from any thread.
 */
final class PostgresStops implements PostingBook<StopPosting> {
    private static final String COLUMNS = "tenant, owner_kind, owner_id, cause, reason, stopped_by, stopped_at";
    private static final String REVISION = "SELECT number FROM policy.revision WHERE subject = 'stop'";
    private static final String ALL = "SELECT " + COLUMNS + " FROM policy.stop ORDER BY tenant, owner_kind, owner_id";
    private static final String FIND =
            "SELECT " + COLUMNS + " FROM policy.stop WHERE tenant = ? AND owner_kind = ? AND owner_id = ? FOR UPDATE";
    /** Of what a person stopped the gateway changes nothing. */
    private static final String STOP = "INSERT INTO policy.stop AS s (" + COLUMNS + ")"
            + " VALUES (?, ?, ?, ?, ?, ?, clock_timestamp())"
            + " ON CONFLICT (tenant, owner_kind, owner_id) DO UPDATE SET cause = excluded.cause,"
            + " reason = excluded.reason, stopped_by = excluded.stopped_by, stopped_at = excluded.stopped_at"
            + " WHERE excluded.cause = 'person'";

    private static final String RESUME = "DELETE FROM policy.stop WHERE tenant = ? AND owner_kind = ? AND owner_id = ?";

    private final DataSource database;

    PostgresStops(DataSource database) {
        this.database = database;
    }

    @Override
    public void apply(Transaction transaction, List<StopPosting> postings) throws SQLException {
        for (StopPosting posting : postings) {
            apply(transaction.connection(), posting);
        }
    }

    private static void apply(Connection connection, StopPosting posting) throws SQLException {
        StopOwner owner = posting.owner();
        Stop before = find(connection, owner);
        if (before == null && !exists(connection, owner)) {
            posting.decide(false, null, null);
            return;
        }
        if (posting.isOutdated(before)) {
            posting.decide(true, before, before);
            return;
        }
        Stop.Cause cause = posting.cause();
        try (PreparedStatement change = connection.prepareStatement(cause == null ? RESUME : STOP)) {
            name(change, owner);
            if (cause != null) {
                change.setString(4, cause.code());
                change.setString(5, posting.reason());
                change.setString(6, posting.actor());
            }
            int unused = change.executeUpdate();
        }
        posting.decide(true, before, find(connection, owner));
    }

    private static void name(PreparedStatement statement, StopOwner owner) throws SQLException {
        statement.setString(1, owner.tenant());
        statement.setString(2, owner.kind().code());
        statement.setString(3, owner.id());
    }

    private static boolean exists(Connection connection, StopOwner owner) throws SQLException {
        String sql = switch (owner.kind()) {
            case TENANT -> "SELECT 1 FROM policy.tenant WHERE id = ? AND id = ?";
            case TEAM -> "SELECT 1 FROM policy.team WHERE tenant = ? AND id = ?";
            case MEMBER -> "SELECT 1 FROM policy.member WHERE tenant = ? AND id = ?";
            case KEY -> "SELECT 1 FROM policy.virtual_key WHERE tenant = ? AND id = ?";
        };
        try (PreparedStatement look = connection.prepareStatement(sql)) {
            look.setString(1, owner.tenant());
            look.setString(2, owner.id());
            try (ResultSet row = look.executeQuery()) {
                return row.next();
            }
        }
    }

    private static @Nullable Stop find(Connection connection, StopOwner owner) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            name(find, owner);
            try (ResultSet row = find.executeQuery()) {
                return row.next() ? stop(row) : null;
            }
        }
    }

    private static Stop stop(ResultSet row) throws SQLException {
        StopOwner.Kind kind = StopOwner.Kind.valueOf(row.getString(2).toUpperCase(Locale.ROOT));
        return new Stop(
                new StopOwner(row.getString(1), kind, row.getString(3)),
                Stop.Cause.of(row.getString(4)),
                row.getString(5),
                row.getString(6),
                row.getObject(7, OffsetDateTime.class).toInstant());
    }

    /** How often the stops have changed; one row. */
    long revision() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement look = connection.prepareStatement(REVISION);
                ResultSet row = look.executeQuery()) {
            return row.next() ? row.getLong(1) : -1;
        }
    }

    List<Stop> all() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement read = connection.prepareStatement(ALL);
                ResultSet rows = read.executeQuery()) {
            List<Stop> stops = new ArrayList<>();
            while (rows.next()) {
                stops.add(stop(rows));
            }
            return List.copyOf(stops);
        }
    }
}
