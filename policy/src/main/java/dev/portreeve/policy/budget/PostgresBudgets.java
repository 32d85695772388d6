package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.BUDGET_WINDOW;
import static dev.portreeve.db.policy.Tables.REVISION;

import dev.portreeve.db.policy.tables.records.BudgetRecord;
import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.Condition;
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
    public void refresh() {
        // Before the budgets: what changes in between is read now and once more.
        Long revision = database.select(REVISION.NUMBER)
                .from(REVISION)
                .where(REVISION.SUBJECT.eq("budget"))
                .fetchOne(REVISION.NUMBER);
        if (revision == null || revision != snapshot.revision()) {
            List<Budget> budgets = database.selectFrom(BUDGET)
                    .where(BUDGET.RETIRED_AT.isNull())
                    .orderBy(BUDGET.TENANT, BUDGET.ID)
                    .fetch(PostgresBudgets::budget);
            snapshot = new Snapshot(revision == null ? -1 : revision, new Budgets(budgets));
        }
    }

    /** What is spent and left now, of one tenant or of all. */
    public BudgetReport report(@Nullable String tenant) {
        Instant now = clock.instant();
        Condition whose = tenant == null ? DSL.noCondition() : BUDGET.TENANT.eq(tenant);
        List<Budget> budgets = database.selectFrom(BUDGET)
                .where(BUDGET.RETIRED_AT.isNull().and(whose))
                .orderBy(BUDGET.TENANT, BUDGET.OWNER_KIND, BUDGET.OWNER_ID, BUDGET.ID)
                .limit(BudgetReport.MAX_LINES + 1)
                .fetch(PostgresBudgets::budget);
        Map<WindowKey, Balance> balances = balances(tenant, now);
        List<BudgetReport.Line> lines = budgets.stream()
                .limit(BudgetReport.MAX_LINES)
                .map(budget -> line(budget.at(now), balances))
                .toList();
        return new BudgetReport(now, lines, budgets.size() > BudgetReport.MAX_LINES);
    }

    private Map<WindowKey, Balance> balances(@Nullable String tenant, Instant now) {
        Condition whose = tenant == null ? DSL.noCondition() : BUDGET_WINDOW.TENANT.eq(tenant);
        Map<WindowKey, Balance> balances = new HashMap<>();
        database.selectFrom(BUDGET_WINDOW)
                .where(BUDGET_WINDOW
                        .ENDS_AT
                        .isNull()
                        .or(BUDGET_WINDOW.ENDS_AT.gt(now))
                        .and(whose))
                .forEach(row -> balances.put(
                        new WindowKey(row.getTenant(), row.getBudgetId(), row.getStartsAt()),
                        new Balance(
                                row.getLimitNanos(),
                                row.getHeldNanos(),
                                row.getSettledNanos(),
                                row.getOverrunNanos())));
        return balances;
    }

    private static BudgetReport.Line line(Level level, Map<WindowKey, Balance> balances) {
        Budget budget = level.budget();
        Balance balance = balances.getOrDefault(level.key(), Balance.empty(budget.limit()));
        return new BudgetReport.Line(
                budget.owner().tenant(),
                budget.id(),
                budget.owner(),
                budget.window(),
                budget.zone(),
                budget.limit(),
                new NanoUsd(balance.spent()),
                new NanoUsd(balance.held()),
                new NanoUsd(Math.max(0, balance.remaining(budget.limit()))),
                level.span().end());
    }

    private static Budget budget(BudgetRecord row) {
        BudgetOwner.Kind kind = BudgetOwner.Kind.valueOf(row.getOwnerKind().toUpperCase(Locale.ROOT));
        return new Budget(
                row.getId(),
                new BudgetOwner(row.getTenant(), kind, row.getOwnerId()),
                new NanoUsd(row.getLimitNanos()),
                BudgetConfig.Window.valueOf(row.getTimeWindow().toUpperCase(Locale.ROOT)),
                ZoneId.of(row.getTimezone()));
    }
}
