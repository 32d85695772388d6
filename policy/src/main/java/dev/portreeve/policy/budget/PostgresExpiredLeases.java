package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.LEASE;

import dev.portreeve.policy.budget.LeaseTurn.LeaseKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** Finds the leases whose replica is gone. */
final class PostgresExpiredLeases {
    /** A living replica gives an unused lease back after a second, and touches a used one this often. */
    static final Duration TOUCH_EVERY = Duration.ofSeconds(10);
    /** By the database's clock, the one clock all replicas share. */
    static final Duration DEAD_AFTER = Duration.ofSeconds(60);

    private static final Duration KEEP_EMPTY = Duration.ofHours(1);

    private final DSLContext database;

    PostgresExpiredLeases(DataSource database) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
    }

    /**
     * A lease that nobody renews any more.
     *
     * @param unit what its budget counts
     */
    record Dead(LeaseKey lease, BudgetUnit unit) {}

    /**
     * The oldest first, at most {@code limit}.
     *
     * @param self who asks, and so lives
     */
    List<Dead> find(UUID self, int limit) {
        // A session's count has the id of its budget, and more.
        Field<String> budget = DSL.field(
                "split_part({0}, {1}, 1)",
                String.class, LEASE.BUDGET_ID, DSL.inline(String.valueOf(Budget.SESSION_MARK)));
        return database.select(LEASE.asterisk(), BUDGET.UNIT)
                .from(LEASE)
                // Also of a budget that is in force no more.
                .join(BUDGET)
                .on(BUDGET.TENANT.eq(LEASE.TENANT), BUDGET.ID.eq(budget))
                .where(LEASE.TOUCHED_AT.lt(ago(DEAD_AFTER)).and(LEASE.NANOS.gt(0L)))
                .and(LEASE.REPLICA.ne(self))
                .orderBy(LEASE.TOUCHED_AT)
                .limit(limit)
                .fetch(row -> new Dead(
                        new LeaseKey(
                                new WindowKey(
                                        row.get(LEASE.TENANT), row.get(LEASE.BUDGET_ID), row.get(LEASE.STARTS_AT)),
                                row.get(LEASE.REPLICA)),
                        BudgetUnit.read(row.get(BUDGET.UNIT))));
    }

    /** Deletes rows that say nothing any more. */
    void clear() {
        database.deleteFrom(LEASE)
                .where(LEASE.TOUCHED_AT.lt(ago(KEEP_EMPTY)).and(LEASE.NANOS.eq(0L)))
                .execute();
    }

    private static Field<Instant> ago(Duration time) {
        return DSL.field("now() - {0} * interval '1 second'", Instant.class, DSL.inline(time.toSeconds()));
    }
}
