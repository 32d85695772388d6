package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;
import static dev.portreeve.db.policy.Tables.BUDGET_WINDOW;

import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The budgets that keys give the keys they make, beside all others in PostgreSQL. What a key may spend is bounded by its own and
 * by every one above, call by call; giving only sees to it that no more is promised than there is. Thread-safe.
 */
public final class PostgresCarvedBudgets {
    /** A key ends with any key above it. */
    private static final String RETIRE = """
            UPDATE policy.budget b SET retired_at = now()
            WHERE b.origin = 'key' AND b.retired_at IS NULL AND EXISTS (
                WITH RECURSIVE up (id) AS (
                    SELECT b.owner_id
                    UNION ALL
                    SELECT c.parent FROM policy.child_key c JOIN up ON c.tenant = b.tenant AND c.id = up.id)
                SELECT FROM up JOIN policy.virtual_key k ON k.tenant = b.tenant AND k.id = up.id
                WHERE k.revoked_at IS NOT NULL OR k.expires_at <= now())""";

    private final DSLContext database;
    private final PostgresBudgets budgets;

    /** @param budgets all that are in force */
    public PostgresCarvedBudgets(DataSource database, PostgresBudgets budgets) {
        this.database = DSL.using(database, SQLDialect.POSTGRES);
        this.budgets = budgets;
    }

    /**
     * Gives a key a budget, in the transaction that makes the key and while the row of the key above is locked, so that two gifts
     * of one key do not look past each other.
     *
     * @param rows the transaction
     * @param children the living keys that the one above made before
     * @return why not, for whoever asks; {@code null} if it was given
     */
    public @Nullable String give(
            DSLContext rows, Subject parent, Collection<String> children, String keyId, Carve carve, Instant now) {
        String tenant = parent.tenant();
        List<Level> above = budgets.get().ofAllCalls(parent, now);
        List<Level> given = given(rows, tenant, children, now);
        List<Level> all = new ArrayList<>(above);
        all.addAll(given);
        String refusal = CarvedBudgets.refusal(carve.limit(), above, given, balances(rows, tenant, all, now));
        if (refusal == null) {
            Budget budget = CarvedBudgets.of(tenant, keyId, carve);
            rows.insertInto(BUDGET)
                    .set(BUDGET.TENANT, tenant)
                    .set(BUDGET.ID, budget.id())
                    .set(BUDGET.OWNER_KIND, budget.owner().kind().code())
                    .set(BUDGET.OWNER_ID, keyId)
                    .set(BUDGET.ORIGIN, "key")
                    .set(PostgresBudgetRows.write(budget))
                    .execute();
        }
        return refusal;
    }

    private static List<Level> given(DSLContext rows, String tenant, Collection<String> children, Instant now) {
        Set<String> ids = children.stream().map(CarvedBudgets::id).collect(Collectors.toSet());
        if (ids.isEmpty()) {
            return List.of();
        }
        PostgresRaises.InForce raises = PostgresRaises.sums(rows);
        return rows
                .selectFrom(BUDGET)
                .where(BUDGET.TENANT.eq(tenant).and(BUDGET.ID.in(ids)))
                .fetch(row -> PostgresBudgetRows.read(row, raises.of(tenant, row.getId()), ExchangeRates.NONE)
                        .at(now, ""))
                .stream()
                .filter(Objects::nonNull)
                .toList();
    }

    private static Map<WindowKey, Balance> balances(DSLContext rows, String tenant, List<Level> levels, Instant now) {
        Set<String> ids = levels.stream().map(level -> level.key().budgetId()).collect(Collectors.toSet());
        Map<WindowKey, Balance> balances = new HashMap<>();
        if (!ids.isEmpty()) {
            rows.selectFrom(BUDGET_WINDOW)
                    .where(BUDGET_WINDOW.TENANT.eq(tenant).and(BUDGET_WINDOW.BUDGET_ID.in(ids)))
                    .and(BUDGET_WINDOW.ENDS_AT.isNull().or(BUDGET_WINDOW.ENDS_AT.gt(now)))
                    .forEach(row -> balances.put(
                            new WindowKey(tenant, row.getBudgetId(), row.getStartsAt()),
                            new Balance(
                                    row.getLimitNanos(),
                                    row.getHeldNanos(),
                                    row.getSettledNanos(),
                                    row.getOverrunNanos())));
        }
        return balances;
    }

    /** The id of what the key of a column was given. */
    public static Field<String> idOf(Field<String> keyId) {
        return DSL.concat(DSL.inline(CarvedBudgets.PREFIX), keyId, DSL.inline(CarvedBudgets.SUFFIX));
    }

    /** What the key of a row was given, where the row has the columns of {@code policy.budget}; {@code null} if nothing. */
    public static @Nullable Carve read(Record row) {
        Long limit = row.get(BUDGET.LIMIT_NANOS);
        if (limit == null) {
            return null;
        }
        Carve.Window window = Carve.Window.valueOf(row.get(BUDGET.TIME_WINDOW).toUpperCase(Locale.ROOT));
        return new Carve(new NanoUsd(limit), window, ZoneId.of(row.get(BUDGET.TIMEZONE)));
    }

    /**
     * Takes the budgets of keys that ended out of force; what they did not spend was never anybody else's to miss.
     *
     * @return how many
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public int retireEnded() {
        return database.execute(RETIRE);
    }
}
