package dev.portreeve.policy.session;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.access.SessionLabels;
import dev.portreeve.policy.call.Subject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;

/**
 * Labels of sessions as all replicas see them: each look reads the table, since a caller may go with what one replica answered to
 * another before any news could have come there. A label is never taken away; it ends when no call has set it for long enough, by the
 * database's clock. Thread-safe; {@link #apply} belongs to the journal's writer.
 */
public final class PostgresSessionLabels implements SessionLabels, PostingBook<LabelPosting> {
    /** With so many labelled sessions alive, what a further one of the key does is said of all of them. */
    private static final int MAX_SESSIONS = 10_000;

    private static final String LOOK = "SELECT label, extract(epoch FROM max(expires_at) - clock_timestamp())"
            + " FROM policy.session_label WHERE tenant = ? AND key_id = ? AND expires_at > clock_timestamp()";
    private static final String OF_ALL = " GROUP BY label";
    private static final String OF_ONE = " AND session IN (?, '') GROUP BY label";

    private static final String SET = "INSERT INTO policy.session_label AS l"
            + " (tenant, key_id, session, label, call_id, rule, expires_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 second')"
            + " ON CONFLICT (tenant, key_id, session, label)"
            + " DO UPDATE SET expires_at = greatest(l.expires_at, excluded.expires_at)";
    private static final String HAS_SESSION =
            "SELECT 1 FROM policy.session_label WHERE tenant = ? AND key_id = ? AND session = ? LIMIT 1";
    private static final String SESSIONS = "SELECT count(*) FROM (SELECT DISTINCT session FROM policy.session_label"
            + " WHERE tenant = ? AND key_id = ? LIMIT " + MAX_SESSIONS + ") AS alive";
    private static final String FORGET = "DELETE FROM policy.session_label WHERE (tenant, key_id, session, label) IN ("
            + "SELECT tenant, key_id, session, label FROM policy.session_label"
            + " WHERE expires_at <= clock_timestamp() LIMIT 1000 FOR UPDATE SKIP LOCKED)";

    private static final Comparator<LabelPosting> ORDER = Comparator.comparing(
                    (LabelPosting posting) -> posting.scope().tenant())
            .thenComparing(posting -> posting.scope().key())
            .thenComparing(posting -> posting.scope().session());

    private final DataSource database;
    private final AuditLog audit;
    private final SessionConfig config;

    /** @param database a pool with the application's role */
    public PostgresSessionLabels(DataSource database, AuditLog audit, SessionConfig config) {
        this.database = database;
        this.audit = audit;
        this.config = config;
    }

    /** @throws DataAccessException if the database does not answer */
    @Override
    public Set<String> of(Subject subject) {
        LabelScope scope = LabelScope.of(subject, config.labelsOf());
        return Set.copyOf(lives(scope, scope.isAll()).keySet());
    }

    @Override
    public void set(Subject subject, UUID call, Map<String, String> labels) {
        LabelScope scope = LabelScope.of(subject, config.labelsOf());
        Map<String, Duration> lives = lives(scope, false);
        Duration enough = config.labelsLast().dividedBy(2);
        Map<String, String> wanted = new HashMap<>(labels);
        wanted.keySet()
                .removeIf(label -> lives.getOrDefault(label, Duration.ZERO).compareTo(enough) > 0);
        if (!wanted.isEmpty()) {
            audit.append(JournalEntry.of(this, new LabelPosting(scope, call, wanted), List::of))
                    .await();
        }
    }

    /** What there is for a session and for all of its key's, or of all sessions of the key; and for how long. */
    private Map<String, Duration> lives(LabelScope scope, boolean ofAll) {
        try (Connection connection = database.getConnection();
                PreparedStatement look = connection.prepareStatement(LOOK + (ofAll ? OF_ALL : OF_ONE))) {
            look.setString(1, scope.tenant());
            look.setString(2, scope.key());
            if (!ofAll) {
                look.setString(3, scope.session());
            }
            Map<String, Duration> lives = new HashMap<>();
            try (ResultSet rows = look.executeQuery()) {
                while (rows.next()) {
                    lives.put(rows.getString(1), Duration.ofSeconds(rows.getLong(2)));
                }
            }
            return lives;
        } catch (SQLException away) {
            throw new DataAccessException("labels of a session could not be read", away);
        }
    }

    @Override
    public void apply(Transaction transaction, List<LabelPosting> postings) throws SQLException {
        // In one order, or two replicas could wait for each other.
        for (LabelPosting posting : postings.stream().sorted(ORDER).toList()) {
            apply(transaction.connection(), posting);
        }
    }

    private void apply(Connection connection, LabelPosting posting) throws SQLException {
        LabelScope scope = posting.scope();
        String session = hasRoom(connection, scope) ? scope.session() : "";
        try (PreparedStatement set = connection.prepareStatement(SET)) {
            for (String label : posting.rules().keySet().stream().sorted().toList()) {
                set.setString(1, scope.tenant());
                set.setString(2, scope.key());
                set.setString(3, session);
                set.setString(4, label);
                set.setObject(5, posting.call());
                set.setString(6, posting.rules().get(label));
                set.setLong(7, config.labelsLast().toSeconds());
                set.addBatch();
            }
            int[] unused = set.executeBatch();
        }
    }

    private static boolean hasRoom(Connection connection, LabelScope scope) throws SQLException {
        if (scope.isAll()) {
            return true;
        }
        try (PreparedStatement look = connection.prepareStatement(HAS_SESSION)) {
            look.setString(1, scope.tenant());
            look.setString(2, scope.key());
            look.setString(3, scope.session());
            try (ResultSet row = look.executeQuery()) {
                if (row.next()) {
                    return true;
                }
            }
        }
        try (PreparedStatement count = connection.prepareStatement(SESSIONS)) {
            count.setString(1, scope.tenant());
            count.setString(2, scope.key());
            try (ResultSet row = count.executeQuery()) {
                return row.next() && row.getInt(1) < MAX_SESSIONS;
            }
        }
    }

    /**
     * Forgets labels that have ended, at most a thousand. Any thread; several replicas may do it at once.
     *
     * @return how many
     * @throws DataAccessException if the database does not answer
     */
    public static int forget(DataSource database) {
        try (Connection connection = database.getConnection();
                PreparedStatement forget = connection.prepareStatement(FORGET)) {
            return forget.executeUpdate();
        } catch (SQLException away) {
            throw new DataAccessException("ended labels could not be forgotten", away);
        }
    }
}
