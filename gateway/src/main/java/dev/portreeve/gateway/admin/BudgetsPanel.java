package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.BudgetRaise;
import dev.portreeve.policy.budget.BudgetReport;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Budgets as bars: what is spent, what running calls hold, what is left. */
final class BudgetsPanel {
    /** The bar's own units: enough that a thousandth of a budget is seen. */
    private static final long WIDTH = 1000;

    private BudgetsPanel() {}

    static Html of(BudgetReport report) {
        Html body = report.lines().isEmpty()
                ? tag("p", "empty", "No budgets. Add some under organisation in the configuration.")
                : concat(report.lines().stream().map(BudgetsPanel::budget).toList());
        return PageShell.part("budgets", "", tag("h2", "", "Budgets"), body);
    }

    private static Html budget(BudgetReport.Line line) {
        String owner = line.owner() + (line.owner().id().equals(line.tenant()) ? "" : " of " + line.tenant());
        Html numbers =
                tag("span", "mono", line.spent().text() + " of " + line.limit().text());
        String held = line.held().count() == 0 ? "" : line.held().text() + " held · ";
        String left = line.remaining().text() + " left " + window(line);
        return tag(
                "div",
                "budget",
                tag("div", "line", tag("span", "", owner), numbers),
                bar(line),
                tag("div", "quiet", text(held + left)));
    }

    private static String window(BudgetReport.Line line) {
        String narrowed = line.scope().isEmpty() ? "" : " · " + line.scope();
        String session = line.session() == null || line.session().isEmpty() ? "" : " · session " + line.session();
        String dormant = line.applies() ? "" : " · not in force today";
        dormant += state(line) + raises(line) + rate(line.rate());
        return window(line.window(), line.period()) + narrowed + session + dormant;
    }

    private static String raises(BudgetReport.Line line) {
        StringBuilder text = new StringBuilder();
        for (BudgetRaise raise : line.raises()) {
            text.append(" · raised by ")
                    .append(raise.amount().text())
                    .append(" until ")
                    .append(raise.until());
        }
        return text.toString();
    }

    private static String rate(BudgetReport.@Nullable Rate rate) {
        return rate == null
                ? ""
                : " · a dollar is " + rate.perUsd().toPlainString() + " since " + rate.date()
                        + (rate.old() ? ", which is old" : "");
    }

    private static String state(BudgetReport.Line line) {
        if (line.state().equals("in_debt")) {
            return " · in debt";
        }
        String by = line.status().by();
        return by.isEmpty()
                ? ""
                : " · " + line.state() + " by " + by + ": " + line.status().reason();
    }

    private static String window(BudgetConfig.Window window, String period) {
        return switch (window) {
            case TOTAL -> "in all";
            case HOURLY -> "this hour";
            case DAILY -> "today";
            case WEEKLY -> "this week";
            case MONTHLY -> "this month";
            case QUARTERLY -> "this quarter";
            case ROLLING -> period.replace('-', ' ');
        };
    }

    private static Html bar(BudgetReport.Line line) {
        long spent = share(line.spent(), line.limit());
        long held = Math.min(share(line.held(), line.limit()), WIDTH - spent);
        String full = line.remaining().count() == 0 ? "bar full" : "bar";
        String label = String.format(Locale.ROOT, "%d of 100 spent", spent * 100 / WIDTH);
        return tag(
                "svg",
                List.of(
                        new Attribute("class", full),
                        new Attribute("viewBox", "0 0 " + WIDTH + " 10"),
                        new Attribute("preserveAspectRatio", "none"),
                        new Attribute("role", "img"),
                        new Attribute("aria-label", label)),
                rect("track", 0, WIDTH),
                rect("spent", 0, spent),
                rect("held", spent, held));
    }

    private static Html rect(String style, long from, long width) {
        return tag(
                "rect",
                List.of(
                        new Attribute("class", style),
                        new Attribute("x", String.valueOf(from)),
                        new Attribute("width", String.valueOf(width)),
                        new Attribute("height", "10")));
    }

    private static long share(BudgetReport.Amount part, BudgetReport.Amount whole) {
        if (whole.count() == 0) {
            return WIDTH;
        }
        return BigInteger.valueOf(part.count())
                .multiply(BigInteger.valueOf(WIDTH))
                .divide(BigInteger.valueOf(whole.count()))
                .min(BigInteger.valueOf(WIDTH))
                .longValueExact();
    }
}
