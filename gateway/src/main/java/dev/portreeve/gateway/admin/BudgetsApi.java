package dev.portreeve.gateway.admin;

import dev.portreeve.policy.budget.BudgetReport;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Budgets as {@code GET /api/v1/budgets} shows them; amounts are decimal strings. */
record BudgetsApi(Instant at, List<Line> budgets, boolean truncated) {
    /** One budget in its current window, or one session's count of it. */
    record Line(
            String tenant,
            String id,
            String owner,
            String window,
            String scope,
            @Nullable String session,
            boolean inForce,
            String timezone,
            String limitUsd,
            String spentUsd,
            String heldUsd,
            String remainingUsd,
            @Nullable Instant resetsAt) {}

    static BudgetsApi of(BudgetReport report) {
        return new BudgetsApi(
                report.at(), report.lines().stream().map(BudgetsApi::line).toList(), report.truncated());
    }

    private static Line line(BudgetReport.Line line) {
        return new Line(
                line.tenant(),
                line.id(),
                line.owner().toString(),
                line.period(),
                line.scope(),
                line.session(),
                line.applies(),
                line.timezone().getId(),
                line.limit().toDecimal(),
                line.spent().toDecimal(),
                line.held().toDecimal(),
                line.remaining().toDecimal(),
                line.resetsAt());
    }
}
