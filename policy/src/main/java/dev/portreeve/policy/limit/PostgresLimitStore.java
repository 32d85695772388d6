package dev.portreeve.policy.limit;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;

/** The division of the limits in PostgreSQL, by its clock. Whoever changes a limit's shares holds the row of its pool. */
final class PostgresLimitStore implements LimitStore {
    private static final String LIVES = """
            INSERT INTO policy.limit_replica (replica, lives_at) VALUES (?, clock_timestamp())
            ON CONFLICT (replica) DO UPDATE SET lives_at = clock_timestamp()
            RETURNING xmax = 0""";
    private static final String DEAD = """
            DELETE FROM policy.limit_replica WHERE replica IN (
                SELECT replica FROM policy.limit_replica
                WHERE lives_at < clock_timestamp() - ? * interval '1 millisecond' FOR UPDATE SKIP LOCKED)
            RETURNING replica""";
    private static final String LOCK_POOLS_OF = """
            SELECT 1 FROM policy.limit_pool p
            WHERE (p.tenant, p.limit_id) IN (SELECT tenant, limit_id FROM policy.limit_share WHERE replica = ANY (?))
            ORDER BY p.tenant, p.limit_id FOR UPDATE""";
    /** What nobody can know the use of is used up. */
    private static final String FREE_SHARES_OF = """
            UPDATE policy.limit_pool p SET
                debt = greatest(0, p.debt - greatest(0, extract(epoch FROM clock_timestamp() - p.debt_at)) * 1e9 * p.free)::bigint
                    + s.amount * p.debt_per_part,
                free = p.free + s.amount,
                debt_at = clock_timestamp()
            FROM (SELECT tenant, limit_id, sum(amount)::bigint AS amount FROM policy.limit_share
                WHERE replica = ANY (?) GROUP BY tenant, limit_id) s
            WHERE p.tenant = s.tenant AND p.limit_id = s.limit_id""";

    private static final String FORGET_SHARES_OF = "DELETE FROM policy.limit_share WHERE replica = ANY (?)";
    private static final String ASKED = """
            SELECT s.tenant, s.limit_id FROM policy.limit_share s
            WHERE s.replica = ? AND s.amount > 0 AND EXISTS (
                SELECT 1 FROM policy.limit_share o
                WHERE o.tenant = s.tenant AND o.limit_id = s.limit_id AND o.replica <> s.replica
                    AND o.waits_from IS NOT NULL)""";
    private static final String LEAVE = "DELETE FROM policy.limit_replica WHERE replica = ?";
    /** Longer unused than any burst takes to come back: as good as new. */
    private static final String SWEEP = """
            DELETE FROM policy.limit_pool WHERE (tenant, limit_id) IN (
                SELECT p.tenant, p.limit_id FROM policy.limit_pool p
                WHERE p.debt_at < clock_timestamp() - interval '2 days' AND NOT EXISTS (
                    SELECT 1 FROM policy.limit_share s WHERE s.tenant = p.tenant AND s.limit_id = p.limit_id)
                LIMIT 1000 FOR UPDATE SKIP LOCKED)""";

    private static final String SAY = "SELECT pg_notify('" + Sharing.CHANNEL + "', ?)";

    private final DataSource database;

    PostgresLimitStore(DataSource database) {
        this.database = database;
    }

    /** The store did not answer; the same may be tried again. */
    private static final class Away extends RuntimeException {
        private static final long serialVersionUID = 1;

        Away(SQLException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Work inside one transaction. */
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T inTransaction(Work<T> work) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.on(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException away) {
            throw new Away(away);
        }
    }

    @Override
    public Beat beat(UUID replica) {
        return inTransaction(connection -> {
            boolean known = lives(connection, replica);
            Object[] dead = dead(connection);
            if (dead.length > 0) {
                free(connection, dead);
                say(connection, replica);
            }
            return new Beat(known, asked(connection, replica));
        });
    }

    private static boolean lives(Connection connection, UUID replica) throws SQLException {
        try (PreparedStatement lives = connection.prepareStatement(LIVES)) {
            lives.setObject(1, replica);
            try (ResultSet row = lives.executeQuery()) {
                return row.next() && !row.getBoolean(1);
            }
        }
    }

    private static Object[] dead(Connection connection) throws SQLException {
        try (PreparedStatement dead = connection.prepareStatement(DEAD)) {
            dead.setLong(1, DEAD_AFTER.toMillis());
            Set<UUID> found = new HashSet<>();
            try (ResultSet rows = dead.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getObject(1, UUID.class));
                }
            }
            return found.toArray();
        }
    }

    private static void free(Connection connection, Object[] replicas) throws SQLException {
        Array gone = connection.createArrayOf("uuid", replicas);
        for (String sql : List.of(LOCK_POOLS_OF, FREE_SHARES_OF, FORGET_SHARES_OF)) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setArray(1, gone);
                boolean unused = statement.execute();
            }
        }
    }

    private static Set<LimitKey> asked(Connection connection, UUID replica) throws SQLException {
        try (PreparedStatement asked = connection.prepareStatement(ASKED)) {
            asked.setObject(1, replica);
            Set<LimitKey> keys = new HashSet<>();
            try (ResultSet rows = asked.executeQuery()) {
                while (rows.next()) {
                    keys.add(new LimitKey(rows.getString(1), rows.getString(2)));
                }
            }
            return keys;
        }
    }

    private static void say(Connection connection, UUID replica) throws SQLException {
        try (PreparedStatement say = connection.prepareStatement(SAY)) {
            say.setString(1, replica.toString());
            boolean unused = say.execute();
        }
    }

    @Override
    public void renew(UUID replica, List<? extends Party> parties) {
        turn(replica, parties, false);
    }

    @Override
    public void release(UUID replica, List<? extends Party> parties) {
        turn(replica, parties, true);
    }

    private void turn(UUID replica, List<? extends Party> parties, boolean releases) {
        List<ShareTurn> turns = inTransaction(connection -> {
            PostgresLimitRows rows = new PostgresLimitRows(connection, replica, parties);
            rows.make();
            List<ShareTurn> decided = rows.lock();
            decided.forEach(turn -> turn.decide(releases));
            rows.write(decided, releases);
            if (decided.stream().anyMatch(ShareTurn::isNews)) {
                say(connection, replica);
            }
            return decided;
        });
        turns.forEach(ShareTurn::committed);
    }

    @Override
    public void leave(UUID replica) {
        boolean unused = inTransaction(connection -> {
            free(connection, new Object[] {replica});
            try (PreparedStatement leave = connection.prepareStatement(LEAVE)) {
                leave.setObject(1, replica);
                int rows = leave.executeUpdate();
                say(connection, replica);
                return rows > 0;
            }
        });
    }

    @Override
    public void sweep() {
        int unused = inTransaction(connection -> {
            try (PreparedStatement sweep = connection.prepareStatement(SWEEP)) {
                return sweep.executeUpdate();
            }
        });
    }
}
