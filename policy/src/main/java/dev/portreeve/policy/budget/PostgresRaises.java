package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.BUDGET_RAISE;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The raises that are in force, by the database's clock. */
final class PostgresRaises {
    private PostgresRaises() {}

    /**
     * What raises add at one moment.
     *
     * @param sums by tenant and budget
     * @param until when the first of them ends; {@code null} if there is none
     */
    record InForce(Map<String, Long> sums, @Nullable Instant until) {
        static final InForce NONE = new InForce(Map.of(), null);

        long of(String tenant, String budget) {
            return sums.getOrDefault(name(tenant, budget), 0L);
        }
    }

    private static String name(String tenant, String budget) {
        return tenant + " " + budget;
    }

    private static Condition runs() {
        return BUDGET_RAISE.ENDS_AT.gt(DSL.currentInstant());
    }

    static InForce sums(DSLContext database) {
        Map<String, Long> sums = new HashMap<>();
        Instant[] first = new Instant[1];
        database.select(
                        BUDGET_RAISE.TENANT,
                        BUDGET_RAISE.BUDGET_ID,
                        DSL.sum(BUDGET_RAISE.NANOS),
                        DSL.min(BUDGET_RAISE.ENDS_AT))
                .from(BUDGET_RAISE)
                .where(runs())
                .groupBy(BUDGET_RAISE.TENANT, BUDGET_RAISE.BUDGET_ID)
                .forEach(row -> {
                    sums.put(name(row.value1(), row.value2()), saturated(row.value3()));
                    first[0] = first[0] == null || row.value4().isBefore(first[0]) ? row.value4() : first[0];
                });
        return new InForce(Map.copyOf(sums), first[0]);
    }

    private static long saturated(BigDecimal sum) {
        return sum.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValueExact();
    }

    /** One by one, the first to end first; by tenant and budget. */
    static Map<String, List<BudgetRaise>> each(DSLContext database, @Nullable String tenant) {
        Map<String, List<BudgetRaise>> raises = new HashMap<>();
        database.select(BUDGET_RAISE.asterisk(), BUDGET.UNIT)
                .from(BUDGET_RAISE)
                .join(BUDGET)
                .on(BUDGET.TENANT.eq(BUDGET_RAISE.TENANT), BUDGET.ID.eq(BUDGET_RAISE.BUDGET_ID))
                .where(runs())
                .and(tenant == null ? DSL.noCondition() : BUDGET_RAISE.TENANT.eq(tenant))
                .orderBy(BUDGET_RAISE.ENDS_AT, BUDGET_RAISE.ID)
                .forEach(row -> {
                    BudgetUnit unit = BudgetUnit.read(row.get(BUDGET.UNIT));
                    raises.computeIfAbsent(
                                    name(row.get(BUDGET_RAISE.TENANT), row.get(BUDGET_RAISE.BUDGET_ID)),
                                    budget -> new ArrayList<>())
                            .add(new BudgetRaise(
                                    row.get(BUDGET_RAISE.ID),
                                    BudgetReport.Amount.of(unit, row.get(BUDGET_RAISE.NANOS)),
                                    row.get(BUDGET_RAISE.ENDS_AT),
                                    row.get(BUDGET_RAISE.REASON),
                                    row.get(BUDGET_RAISE.MADE_BY)));
                });
        return raises;
    }
}
