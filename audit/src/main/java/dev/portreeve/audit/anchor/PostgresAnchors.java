package dev.portreeve.audit.anchor;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of anchors, and when each is asked next. Receipts are only ever added. Each method takes one connection for one short
 * transaction. Thread-safe; blocks.
 */
public final class PostgresAnchors {
    private static final double MILLIS = 1000.0;
    private final DataSource database;
    private final DirectRecords records;

    public PostgresAnchors(DataSource database, DirectRecords records) {
        this.database = database;
        this.records = records;
    }

    /**
     * What the one who asks an anchor now should know.
     *
     * @param last the newest head it confirmed; {@code null} if there is none
     * @param failures since the last success
     */
    record Claim(@Nullable Checkpoint last, int failures) {}

    /**
     * Takes the turn of asking an anchor, if it is due and the log has grown since its last receipt: {@code null} if it is not, or another
     * replica asks. The turn is free again after {@code lease}, should this process die. A clock of the database that is set back, so that
     * the last attempt lies in the future, makes it due.
     *
     * @param size of the newest signed head
     */
    @Nullable
    Claim claim(String anchor, long size, Duration lease) throws SQLException {
        try (Connection connection = database.getConnection()) {
            SignedNote last = last(connection, anchor);
            Checkpoint head = last == null ? null : Checkpoint.parse(last.text());
            if (head != null && head.size() == size) {
                return null;
            }
            try (PreparedStatement first = connection.prepareStatement(
                            "INSERT INTO audit.anchor_state (anchor) VALUES (?)" + " ON CONFLICT DO NOTHING");
                    PreparedStatement claim = connection.prepareStatement("""
                            UPDATE audit.anchor_state SET next_at = now() + make_interval(secs => ?), tried_at = now()
                            WHERE anchor = ? AND (next_at <= now() OR tried_at > now()) RETURNING failures""")) {
                first.setString(1, anchor);
                first.execute();
                claim.setDouble(1, lease.toMillis() / MILLIS);
                claim.setString(2, anchor);
                try (ResultSet row = claim.executeQuery()) {
                    return row.next() ? new Claim(head, row.getInt(1)) : null;
                }
            }
        }
    }

    private static @Nullable SignedNote last(Connection connection, String anchor) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT head FROM audit.anchor_receipt WHERE anchor = ? ORDER BY size DESC LIMIT 1")) {
            statement.setString(1, anchor);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? SignedNote.parse(row.getString(1)) : null;
            }
        }
    }

    /** Keeps a receipt with its record; the anchor is asked again after {@code every}. One that is there stays as it is. */
    void confirmed(Anchor anchor, Anchor.Confirmation given, AuditEvent record, Duration every) throws SQLException {
        inTransaction(connection -> {
            boolean isNew;
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO audit.anchor_receipt (anchor, size, kind, head, place, proof, confirmed_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""")) {
                insert.setString(1, anchor.name());
                insert.setLong(2, Checkpoint.parse(given.head().text()).size());
                insert.setString(3, anchor.kind().code());
                insert.setString(4, given.head().toString());
                insert.setString(5, given.place());
                insert.setBytes(6, given.proof());
                insert.setObject(7, given.at().atOffset(ZoneOffset.UTC));
                isNew = insert.executeUpdate() == 1;
            }
            if (isNew) {
                records.write(connection, record);
            }
            try (PreparedStatement update = connection.prepareStatement("""
                    UPDATE audit.anchor_state SET next_at = now() + make_interval(secs => ?), failures = 0,
                        failing_since = NULL, problem = NULL WHERE anchor = ?""")) {
                update.setDouble(1, every.toMillis() / MILLIS);
                update.setString(2, anchor.name());
                update.executeUpdate();
            }
        });
    }

    /**
     * Notes that an attempt failed.
     *
     * @param problem at most 1000 characters
     * @param record of the first of a row of failures; {@code null} for the others
     */
    void failed(String anchor, String problem, Duration again, @Nullable AuditEvent record) throws SQLException {
        inTransaction(connection -> {
            if (record != null) {
                records.write(connection, record);
            }
            try (PreparedStatement update = connection.prepareStatement("""
                    UPDATE audit.anchor_state SET next_at = now() + make_interval(secs => ?), failures = failures + 1,
                        failing_since = coalesce(failing_since, now()), problem = ? WHERE anchor = ?""")) {
                update.setDouble(1, again.toMillis() / MILLIS);
                update.setString(2, problem);
                update.setString(3, anchor);
                update.executeUpdate();
            }
        });
    }

    /** How these anchors stand, in this order. One that was never asked is due. */
    public List<AnchorState> states(List<String> anchors) throws SQLException {
        List<AnchorState> states = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT r.kind, coalesce(r.size, 0), r.place, r.confirmed_at, coalesce(s.next_at, now()),
                            coalesce(s.failures, 0), s.failing_since, s.problem
                        FROM (VALUES (?)) AS a (anchor)
                        LEFT JOIN audit.anchor_state s ON s.anchor = a.anchor
                        LEFT JOIN LATERAL (SELECT * FROM audit.anchor_receipt f WHERE f.anchor = a.anchor
                            ORDER BY f.size DESC LIMIT 1) r ON true""")) {
            for (String anchor : anchors) {
                statement.setString(1, anchor);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    states.add(new AnchorState(
                            anchor,
                            row.getString(1),
                            row.getLong(2),
                            row.getString(3),
                            instant(row, 4),
                            row.getObject(5, OffsetDateTime.class).toInstant(),
                            row.getInt(6),
                            instant(row, 7),
                            row.getString(8)));
                }
            }
        }
        return states;
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** The newest head that a witness signed, with the signatures of every witness under it; {@code null} if there is none. */
    public @Nullable SignedNote cosigned() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT head, convert_from(proof, 'UTF8') FROM audit.anchor_receipt
                        WHERE kind = 'witness' AND size = (
                            SELECT max(size) FROM audit.anchor_receipt WHERE kind = 'witness') ORDER BY anchor""");
                ResultSet rows = statement.executeQuery()) {
            SignedNote note = null;
            while (rows.next()) {
                SignedNote head = note == null ? SignedNote.parse(rows.getString(1)) : note;
                note = head.and(SignedNote.parse(head.text() + "\n" + rows.getString(2)));
            }
            return note;
        }
    }

    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    private void inTransaction(Work work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                work.on(connection);
                connection.commit();
                done = true;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        }
    }
}
