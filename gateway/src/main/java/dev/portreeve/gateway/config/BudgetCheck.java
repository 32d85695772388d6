package dev.portreeve.gateway.config;

import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.OrganisationConfig.Member;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks that budgets speak of models and tools there are: one that bounds nothing would never be missed. */
final class BudgetCheck {
    private final Map<String, ToolServerConfig> servers = new LinkedHashMap<>();
    private final Map<String, LocalDate> firstRates = new LinkedHashMap<>();
    private final RouteCheck routes;
    private final Problems problems;

    BudgetCheck(List<ToolServerConfig> servers, RouteCheck routes, Problems problems) {
        servers.forEach(server -> this.servers.put(server.slug(), server));
        this.routes = routes;
        this.problems = problems;
    }

    void run(OrganisationConfig organisation) {
        for (OrganisationConfig.Rate rate : organisation.rates()) {
            firstRates.merge(rate.currency(), rate.date(), (one, other) -> one.isBefore(other) ? one : other);
        }
        for (int t = 0; t < organisation.tenants().size(); t++) {
            OrganisationConfig.Tenant tenant = organisation.tenants().get(t);
            String path = "organisation.tenants[" + t + "]";
            budgets(path, tenant.budgets());
            members(path + ".users", tenant.users());
            members(path + ".agents", tenant.agents());
            for (int i = 0; i < tenant.teams().size(); i++) {
                OrganisationConfig.Team team = tenant.teams().get(i);
                budgets(path + ".teams[" + i + "]", team.budgets());
                members(path + ".teams[" + i + "].users", team.users());
                members(path + ".teams[" + i + "].agents", team.agents());
            }
            for (int k = 0; k < tenant.keys().size(); k++) {
                budgets(path + ".keys[" + k + "]", tenant.keys().get(k).budgets());
            }
        }
    }

    private void members(String path, List<Member> members) {
        for (int i = 0; i < members.size(); i++) {
            budgets(path + "[" + i + "]", members.get(i).budgets());
        }
    }

    private void budgets(String owner, List<BudgetConfig> budgets) {
        for (int b = 0; b < budgets.size(); b++) {
            BudgetConfig budget = budgets.get(b);
            String path = owner + ".budgets[" + b + "]";
            rated(path + ".currency", budget);
            priced(path, budget);
            for (int m = 0; m < budget.models().size(); m++) {
                routes.pattern(path + ".models[" + m + "]", budget.models().get(m));
            }
            for (int s = 0; s < budget.toolServers().size(); s++) {
                server(path + ".tool-servers[" + s + "]", budget.toolServers().get(s));
            }
            for (int t = 0; t < budget.tools().size(); t++) {
                tool(path + ".tools[" + t + "]", budget.tools().get(t));
            }
        }
    }

    private void rated(String path, BudgetConfig budget) {
        String currency = budget.currency();
        if (currency == null) {
            return;
        }
        LocalDate first = firstRates.get(currency);
        if (first == null) {
            problems.at(
                    path,
                    "there is no rate of \"" + currency + "\", so the limit could not be counted: add it to"
                            + " organisation.rates, or write limit-usd");
            return;
        }
        LocalDate today = LocalDate.now(budget.timezone());
        LocalDate from = budget.from();
        LocalDate counts = from != null && from.isAfter(today) ? from : today;
        if (first.isAfter(counts)) {
            problems.at(
                    path,
                    "the first rate of \"" + currency + "\" counts from " + first + " on, and this budget from "
                            + counts + ": add an earlier one to organisation.rates");
        }
    }

    /** A limit in money on tools that cost nothing would never be reached. */
    private void priced(String path, BudgetConfig budget) {
        boolean money = budget.limitUsd() != null || budget.limit() != null;
        boolean toolsOnly = budget.models().isEmpty()
                && !(budget.tools().isEmpty() && budget.toolServers().isEmpty());
        if (!money || !toolsOnly) {
            return;
        }
        Stream<@Nullable ToolServerConfig> bound = Stream.concat(
                        budget.toolServers().stream(), budget.tools().stream().map(BudgetCheck::slug))
                .map(servers::get);
        if (bound.allMatch(server -> server != null && server.toolPrices().areFree())) {
            problems.at(
                    path,
                    "no call that it bounds has a price, so its limit would never be reached: write limit-requests, or"
                            + " price-per-call or prices at the tool server");
        }
    }

    /** Before the two underscores; the whole pattern where there are none. */
    private static String slug(String pattern) {
        int split = pattern.indexOf("__");
        return split < 0 ? pattern : pattern.substring(0, split);
    }

    private void tool(String path, String pattern) {
        int split = pattern.indexOf("__");
        String slug = split < 0 ? pattern : pattern.substring(0, split);
        if (slug.contains("*")) {
            return;
        }
        if (split < 0) {
            problems.at(path, "\"" + pattern + "\" is not of the form slug__tool");
            return;
        }
        server(path, slug);
    }

    private void server(String path, String slug) {
        if (!servers.containsKey(slug)) {
            problems.at(
                    path,
                    "there is no tool server \"" + slug + "\"" + Spelling.hint(slug, List.copyOf(servers.keySet())));
        }
    }
}
