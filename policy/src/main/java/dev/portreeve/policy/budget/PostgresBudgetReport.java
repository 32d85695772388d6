package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.BUDGET_BUCKET;
import static dev.portreeve.db.policy.Tables.BUDGET_WINDOW;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Looks up what is spent and left at one moment. */
final class PostgresBudgetReport {
    private final DSLContext database;
    private final Instant now;
    private final Duration oldestRate;
    private final List<BudgetReport.Line> lines = new ArrayList<>();
    private final Map<WindowKey, Long> carried = new HashMap<>();
    private Map<String, List<BudgetRaise>> raises = Map.of();

    PostgresBudgetReport(DSLContext database, Instant now, Duration oldestRate) {
        this.database = database;
        this.oldestRate = oldestRate;
        this.now = now;
    }

    BudgetReport of(@Nullable String tenant) {
        Condition whose = tenant == null ? DSL.noCondition() : BUDGET.TENANT.eq(tenant);
        raises = PostgresRaises.each(database, tenant);
        PostgresRaises.InForce raised = PostgresRaises.sums(database);
        ExchangeRates rates = PostgresExchangeRates.read(database);
        List<Budget> budgets = database.selectFrom(BUDGET)
                .where(BUDGET.RETIRED_AT.isNull().and(whose))
                .orderBy(BUDGET.TENANT, BUDGET.OWNER_KIND, BUDGET.OWNER_ID, BUDGET.ID)
                .limit(BudgetReport.MAX_LINES + 1)
                .fetch(row -> PostgresBudgetRows.read(row, raised.of(row.getTenant(), row.getId()), rates));
        Map<String, Map<WindowKey, Balance>> balances = balances(tenant);
        for (Budget budget : budgets) {
            add(budget, balances.getOrDefault(name(budget.owner().tenant(), budget.id()), Map.of()));
        }
        boolean truncated = lines.size() > BudgetReport.MAX_LINES;
        return new BudgetReport(now, truncated ? lines.subList(0, BudgetReport.MAX_LINES) : lines, truncated);
    }

    private static String name(String tenant, String budget) {
        return tenant + " " + budget;
    }

    private void add(Budget budget, Map<WindowKey, Balance> windows) {
        Level level = budget.at(now, "");
        if (level == null) {
            lines.add(line(budget, null, null, Balance.empty(budget.limit())));
        } else if (!budget.scope().eachSession()) {
            lines.add(line(budget, level, null, windows.getOrDefault(level.key(), Balance.empty(budget.limit()))));
        } else {
            int before = lines.size();
            windows.forEach((window, balance) -> {
                if (window.start().equals(level.key().start())) {
                    String session =
                            window.budgetId().substring(window.budgetId().indexOf(Budget.SESSION_MARK) + 1);
                    lines.add(line(budget, level, session, balance));
                }
            });
            if (lines.size() == before) {
                lines.add(line(budget, level, null, Balance.empty(budget.limit())));
            }
        }
    }

    /** By tenant and budget; of at most so many windows as lines are shown of each kind. */
    private Map<String, Map<WindowKey, Balance>> balances(@Nullable String tenant) {
        Condition whose = tenant == null ? DSL.noCondition() : BUDGET_WINDOW.TENANT.eq(tenant);
        Map<WindowKey, Balance> aged = aged(tenant);
        Map<String, Map<WindowKey, Balance>> balances = new TreeMap<>();
        database.selectFrom(BUDGET_WINDOW)
                .where(BUDGET_WINDOW
                        .ENDS_AT
                        .isNull()
                        .or(BUDGET_WINDOW.ENDS_AT.gt(now))
                        .and(whose))
                .orderBy(BUDGET_WINDOW.TENANT, BUDGET_WINDOW.BUDGET_ID)
                .forEach(row -> {
                    WindowKey window = new WindowKey(row.getTenant(), row.getBudgetId(), row.getStartsAt());
                    Balance stored = new Balance(
                            row.getLimitNanos(), row.getHeldNanos(), row.getSettledNanos(), row.getOverrunNanos());
                    carried.put(window, row.getCarriedNanos());
                    Balance old = aged.get(window);
                    balances.computeIfAbsent(name(row.getTenant(), row.getOfBudget()), budget -> new LinkedHashMap<>())
                            .put(window, old == null ? stored : stored.takeBack(old.settled(), old.overrun()));
                });
        return balances;
    }

    /** What rolling budgets count no longer, and nobody has taken off yet. */
    private Map<WindowKey, Balance> aged(@Nullable String tenant) {
        Condition whose = tenant == null ? DSL.noCondition() : BUDGET_BUCKET.TENANT.eq(tenant);
        Map<WindowKey, Balance> aged = new HashMap<>();
        database.select(
                        BUDGET_BUCKET.TENANT,
                        BUDGET_BUCKET.BUDGET_ID,
                        BUDGET_BUCKET.STARTS_AT,
                        DSL.sum(BUDGET_BUCKET.SETTLED_NANOS),
                        DSL.sum(BUDGET_BUCKET.OVERRUN_NANOS))
                .from(BUDGET_BUCKET)
                .where(BUDGET_BUCKET.COUNTS_UNTIL.le(DSL.currentInstant()).and(whose))
                .groupBy(BUDGET_BUCKET.TENANT, BUDGET_BUCKET.BUDGET_ID, BUDGET_BUCKET.STARTS_AT)
                .forEach(row -> aged.put(
                        new WindowKey(row.value1(), row.value2(), row.value3()),
                        new Balance(0, 0, saturated(row.value4()), saturated(row.value5()))));
        return aged;
    }

    private static long saturated(BigDecimal sum) {
        return sum.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValueExact();
    }

    private BudgetReport.@Nullable Rate rate(BudgetUnit unit, ZoneId zone) {
        BigDecimal perUsd = unit.perUsd();
        LocalDate date = unit.date();
        LocalDate today = now.atZone(zone).toLocalDate();
        return perUsd == null || date == null
                ? null
                : new BudgetReport.Rate(perUsd, date, OldRates.isOld(date, today, oldestRate));
    }

    private static WindowKey window(Level level, @Nullable String session) {
        return session == null ? level.key() : level.of(session).key();
    }

    private BudgetReport.Line line(Budget budget, @Nullable Level level, @Nullable String session, Balance balance) {
        BudgetUnit unit = budget.unitAt(this.now);
        String tenant = budget.owner().tenant();
        // The row may have been written under another limit.
        long before = level == null ? 0 : carried.getOrDefault(window(level, session), 0L);
        Balance now = new Balance(
                Balance.saturated(budget.limit(), before), balance.held(), balance.settled(), balance.overrun());
        return new BudgetReport.Line(
                tenant,
                budget.id(),
                budget.owner(),
                budget.turn().window(),
                budget.turn().label() + (budget.isSoft() ? " (soft)" : ""),
                budget.scope().label(),
                session,
                level != null,
                budget.turn().zone(),
                budget.status(),
                unit.code(),
                rate(unit, budget.turn().zone()),
                BudgetReport.Amount.of(unit, now.limit()),
                BudgetReport.Amount.of(unit, now.spent()),
                BudgetReport.Amount.of(unit, now.held()),
                BudgetReport.Amount.of(unit, Math.max(0, now.remaining())),
                BudgetReport.Amount.of(unit, before),
                raises.getOrDefault(name(tenant, budget.id()), List.of()),
                level == null ? null : level.span().end());
    }
}
