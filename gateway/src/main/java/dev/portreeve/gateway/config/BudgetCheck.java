package dev.portreeve.gateway.config;

import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.OrganisationConfig.Member;
import java.util.List;

/** Checks that budgets speak of models and tools there are: one that bounds nothing would never be missed. */
final class BudgetCheck {
    private final List<String> servers;
    private final RouteCheck routes;
    private final Problems problems;

    /** @param servers slugs of the tool servers */
    BudgetCheck(List<String> servers, RouteCheck routes, Problems problems) {
        this.servers = servers;
        this.routes = routes;
        this.problems = problems;
    }

    void run(OrganisationConfig organisation) {
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
        if (!servers.contains(slug)) {
            problems.at(path, "there is no tool server \"" + slug + "\"" + Spelling.hint(slug, servers));
        }
    }
}
