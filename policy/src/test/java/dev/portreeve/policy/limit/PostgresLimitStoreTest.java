package dev.portreeve.policy.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.migrations.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

class PostgresLimitStoreTest extends LimitStoreContract {
    private final TestDatabase database = TestDatabase.fresh();
    private final LimitStore store = new PostgresLimitStore(database.app().dataSource());

    @Override
    LimitStore store() {
        return store;
    }

    /** As the rows see it: everything in them lies further back. */
    @Override
    void pass(Duration time) {
        String ago = " - interval '" + time.toMillis() + " milliseconds'";
        run("UPDATE policy.limit_replica SET lives_at = lives_at" + ago);
        run("UPDATE policy.limit_pool SET debt_at = debt_at" + ago);
        run("UPDATE policy.limit_share SET waits_from = waits_from" + ago);
    }

    private void run(String sql) {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    @AfterEach
    void close() throws SQLException {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT count(*) FROM (
                            SELECT p.free + coalesce(sum(s.amount), 0) AS whole FROM policy.limit_pool p
                            LEFT JOIN policy.limit_share s USING (tenant, limit_id)
                            GROUP BY p.tenant, p.limit_id, p.free) all_of_it
                        WHERE whole NOT IN (1000, 4)""")) {
            rows.next();
            assertEquals(0, rows.getInt(1), "what is free and what is held add up to the whole");
        }
        database.close();
    }
}
