package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.REVISION;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The budgets there are: a snapshot for the ledger, which costs a call no query, and a report for people. Thread-safe.
 */
public final class PostgresBudgets implements Supplier<Budgets> {
    private final DSLContext database;
    private final InstantSource clock;
    private volatile Snapshot snapshot = new Snapshot(-1, Budgets.NONE);

    private record Snapshot(long revision, Budgets budgets) {}

    public PostgresBudgets(DataSource database, InstantSource clock) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.clock = clock;
    }

    /** The snapshot; never blocks. Empty before the first {@link #refresh}. */
    @Override
    public Budgets get() {
        return snapshot.budgets();
    }

    /**
     * Reads the budgets again if any changed. Looking costs one row.
     *
     * @throws org.jooq.exception.DataAccessException if the database does not answer; the last snapshot stays
     */
    public synchronized void refresh() {
        // Before the budgets: what changes in between is read now and once more.
        Long revision = database.select(REVISION.NUMBER)
                .from(REVISION)
                .where(REVISION.SUBJECT.eq("budget"))
                .fetchOne(REVISION.NUMBER);
        if (revision == null || revision != snapshot.revision()) {
            List<Budget> budgets = database.selectFrom(BUDGET)
                    .where(BUDGET.RETIRED_AT.isNull())
                    .orderBy(BUDGET.TENANT, BUDGET.ID)
                    .fetch(PostgresBudgetRows::read);
            snapshot = new Snapshot(revision == null ? -1 : revision, new Budgets(budgets));
        }
    }

    /** What is spent and left now, of one tenant or of all. */
    public BudgetReport report(@Nullable String tenant) {
        return new PostgresBudgetReport(database, clock.instant()).of(tenant);
    }
}
