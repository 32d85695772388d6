package dev.portreeve.policy.budget;

import static dev.portreeve.db.policy.Tables.BUDGET;

import dev.portreeve.db.policy.tables.records.BudgetRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** A budget as a row of {@code policy.budget}, there and back. */
final class PostgresBudgetRows {
    private static final String SHRINK = "shrink";
    private static final String REFUSE = "refuse";

    private PostgresBudgetRows() {}

    /** All of it but whose it is, and what people changed about it since. */
    static Map<Field<?>, @Nullable Object> write(Budget budget) {
        BudgetTurn turn = budget.turn();
        BudgetScope scope = budget.scope();
        Map<Field<?>, @Nullable Object> row = new LinkedHashMap<>();
        row.put(BUDGET.LIMIT_NANOS, budget.limit());
        row.put(BUDGET.UNIT, budget.unit().code());
        row.put(BUDGET.TIME_WINDOW, turn.window().code());
        row.put(BUDGET.TIMEZONE, turn.zone().getId());
        row.put(
                BUDGET.ROLLING_SECONDS,
                turn.rolling() == null ? null : turn.rolling().toSeconds());
        row.put(BUDGET.FIRST_DAY, turn.from());
        row.put(BUDGET.LAST_DAY, turn.until());
        row.put(BUDGET.ROLLOVER_NANOS, budget.rollover() == 0 ? null : budget.rollover());
        row.put(BUDGET.MODELS, array(scope.models()));
        row.put(BUDGET.TOOLS, array(scope.tools()));
        row.put(BUDGET.TOOL_SERVERS, array(scope.toolServers()));
        row.put(BUDGET.TAGS, array(scope.tags()));
        row.put(BUDGET.EACH_SESSION, scope.eachSession());
        row.put(BUDGET.WHEN_SHORT, budget.shortage().shrinks() ? SHRINK : REFUSE);
        row.put(BUDGET.LEAST_OUTPUT, budget.shortage().leastOutput());
        row.put(BUDGET.WARN_AT, budget.warnings().at().toArray(Integer[]::new));
        row.put(BUDGET.SOFT, budget.isSoft());
        return row;
    }

    private static String[] array(List<String> names) {
        return names.toArray(String[]::new);
    }

    /**
     * @param raised what raises add to its limit now
     * @param rates of other currencies
     */
    static Budget read(BudgetRecord row, long raised, ExchangeRates rates) {
        BudgetOwner.Kind kind = BudgetOwner.Kind.valueOf(row.getOwnerKind().toUpperCase(Locale.ROOT));
        Long rolling = row.getRollingSeconds();
        BudgetTurn turn = new BudgetTurn(
                BudgetConfig.Window.valueOf(row.getTimeWindow().toUpperCase(Locale.ROOT)),
                ZoneId.of(row.getTimezone()),
                rolling == null ? null : Duration.ofSeconds(rolling),
                row.getFirstDay(),
                row.getLastDay());
        BudgetScope scope = new BudgetScope(
                List.of(row.getModels()),
                List.of(row.getToolServers()),
                List.of(row.getTools()),
                List.of(row.getTags()),
                row.getEachSession());
        return new Budget(
                row.getId(),
                new BudgetOwner(row.getTenant(), kind, row.getOwnerId()),
                BudgetUnit.read(row.getUnit()),
                Balance.saturated(row.getLimitNanos(), raised),
                turn,
                scope,
                new BudgetTerms(
                        row.getRolloverNanos() == null ? 0 : row.getRolloverNanos(),
                        new Shortage(row.getWhenShort().equals(SHRINK), row.getLeastOutput()),
                        new BudgetWarnings(List.of(row.getWarnAt()), row.getSoft())),
                status(row),
                rates);
    }

    private static BudgetStatus status(BudgetRecord row) {
        Instant since = row.getStateAt();
        return since == null
                ? BudgetStatus.OPEN
                : new BudgetStatus(
                        BudgetStatus.State.of(row.getState()), row.getStateReason(), row.getStateBy(), since);
    }
}
