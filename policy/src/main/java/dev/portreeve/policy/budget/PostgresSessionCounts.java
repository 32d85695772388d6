package dev.portreeve.policy.budget;

import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/**
 * Forgets what sessions have spent that nobody has used for a month, so that budgets that count each session do not grow
 * without end. Any thread; several replicas may do it at once.
 */
public final class PostgresSessionCounts {
    private static final String FORGOTTEN = """
            SELECT w.tenant, w.budget_id, w.starts_at FROM policy.budget_window w
            WHERE strpos(w.budget_id, '~') > 0 AND w.used_at < now() - interval '30 days'
                AND w.held_nanos = 0 AND w.leased_nanos = 0
                AND NOT EXISTS (
                    SELECT FROM policy.lease l
                    WHERE l.tenant = w.tenant AND l.budget_id = w.budget_id AND l.starts_at = w.starts_at)
            ORDER BY w.tenant, w.budget_id, w.starts_at LIMIT 1000
            FOR UPDATE SKIP LOCKED""";
    private static final String FORGET = "WITH old AS (" + FORGOTTEN + """
            ), pieces AS (
                DELETE FROM policy.budget_bucket b USING old
                WHERE b.tenant = old.tenant AND b.budget_id = old.budget_id AND b.starts_at = old.starts_at
            ), warnings AS (
                DELETE FROM policy.budget_warning g USING old
                WHERE g.tenant = old.tenant AND g.budget_id = old.budget_id AND g.starts_at = old.starts_at
            )
            DELETE FROM policy.budget_window w USING old
            WHERE w.tenant = old.tenant AND w.budget_id = old.budget_id AND w.starts_at = old.starts_at""";

    private final DSLContext database;

    public PostgresSessionCounts(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    /**
     * At most a thousand at once.
     *
     * @return how many it forgot
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public int forget() {
        return database.execute(FORGET);
    }
}
