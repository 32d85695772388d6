package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.REVISION;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record2;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The budgets there are: a snapshot for the ledger, which costs a call no query, and a report for people. Thread-safe.
 */
public final class PostgresBudgets implements Supplier<Budgets> {
    private final DSLContext database;
    private final InstantSource clock;
    private final Duration oldestRate;
    private volatile Snapshot snapshot = new Snapshot(-1, null, Budgets.NONE);

    /** @param until when a raise ends that is in it */
    private record Snapshot(long revision, @Nullable Instant until, Budgets budgets) {
        boolean isOld(Instant now) {
            return until != null && !now.isBefore(until);
        }
    }

    /** @param oldestRate how old a rate may be that counts, before people are told */
    public PostgresBudgets(DataSource database, InstantSource clock, Duration oldestRate) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.clock = clock;
        this.oldestRate = oldestRate;
    }

    /** Where rates may be as old as they may if nothing is said. */
    public PostgresBudgets(DataSource database, InstantSource clock) {
        this(database, clock, OrganisationConfig.EMPTY.oldestRate());
    }

    DSLContext database() {
        return database;
    }

    /** The snapshot; never blocks. Empty before the first {@link #refresh}. */
    @Override
    public Budgets get() {
        return snapshot.budgets();
    }

    /**
     * Reads the budgets again if any changed, or a raise has ended. Looking costs one row.
     *
     * @throws org.jooq.exception.DataAccessException if the database does not answer; the last snapshot stays
     */
    public synchronized void refresh() {
        // Before the budgets: what changes in between is read now and once more.
        Record2<Long, Instant> look = database.select(REVISION.NUMBER, DSL.currentInstant())
                .from(REVISION)
                .where(REVISION.SUBJECT.eq("budget"))
                .fetchSingle();
        if (look.value1() != snapshot.revision() || snapshot.isOld(look.value2())) {
            PostgresRaises.InForce raises = PostgresRaises.sums(database);
            ExchangeRates rates = PostgresExchangeRates.read(database);
            List<Budget> budgets = database.selectFrom(BUDGET)
                    .where(BUDGET.RETIRED_AT.isNull())
                    .orderBy(BUDGET.TENANT, BUDGET.ID)
                    .fetch(row -> PostgresBudgetRows.read(row, raises.of(row.getTenant(), row.getId()), rates));
            snapshot = new Snapshot(look.value1(), raises.until(), new Budgets(budgets));
        }
    }

    /** What is spent and left now, of one tenant or of all. */
    public BudgetReport report(@Nullable String tenant) {
        return new PostgresBudgetReport(database, clock.instant(), oldestRate).of(tenant);
    }
}
