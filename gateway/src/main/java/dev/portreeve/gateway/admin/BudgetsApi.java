package dev.portreeve.gateway.admin;

import dev.portreeve.policy.budget.BudgetRaise;
import dev.portreeve.policy.budget.BudgetReport;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
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
            String state,
            @Nullable String stateReason,
            @Nullable String stateBy,
            @Nullable Instant stateSince,
            String unit,
            @Nullable Rate rate,
            String limit,
            String spent,
            String held,
            String remaining,
            @Nullable String limitUsd,
            @Nullable String spentUsd,
            @Nullable String heldUsd,
            @Nullable String remainingUsd,
            String carried,
            List<Raise> raises,
            @Nullable Instant resetsAt) {}

    /** How much of another currency a dollar is, since when, and whether that is so long ago that it should be looked at. */
    record Rate(String perUsd, LocalDate date, boolean old) {}

    /** More for a while; part of the limit. */
    record Raise(UUID id, String by, Instant until, String reason, String actor) {}

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
                line.state(),
                said(line.status().reason()),
                said(line.status().by()),
                line.status().since(),
                line.unit(),
                rate(line.rate()),
                line.limit().decimal(),
                line.spent().decimal(),
                line.held().decimal(),
                line.remaining().decimal(),
                dollars(line, line.limit()),
                dollars(line, line.spent()),
                dollars(line, line.held()),
                dollars(line, line.remaining()),
                line.carried().decimal(),
                line.raises().stream().map(BudgetsApi::raise).toList(),
                line.resetsAt());
    }

    private static @Nullable Rate rate(BudgetReport.@Nullable Rate rate) {
        return rate == null ? null : new Rate(rate.perUsd().toPlainString(), rate.date(), rate.old());
    }

    private static Raise raise(BudgetRaise raise) {
        return new Raise(raise.id(), raise.amount().decimal(), raise.until(), raise.reason(), raise.by());
    }

    private static @Nullable String said(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable String dollars(BudgetReport.Line line, BudgetReport.Amount amount) {
        return line.unit().equals("usd") ? amount.decimal() : null;
    }
}
