package dev.portreeve.policy.budget;

import java.util.List;

/** Who belongs to whom, and what they may spend: tenants, their teams, and the users and agents that own keys. */
public record OrganisationConfig(List<Tenant> tenants) {
    public static final OrganisationConfig EMPTY = new OrganisationConfig(List.of());

    public OrganisationConfig {
        tenants = tenants == null ? List.of() : List.copyOf(tenants);
    }

    /** A customer or company; its budgets bound everything below. */
    public record Tenant(
            String id, List<BudgetConfig> budgets, List<Team> teams, List<Member> users, List<Member> agents) {
        public Tenant {
            budgets = budgets == null ? List.of() : List.copyOf(budgets);
            teams = teams == null ? List.of() : List.copyOf(teams);
            users = users == null ? List.of() : List.copyOf(users);
            agents = agents == null ? List.of() : List.copyOf(agents);
        }
    }

    /** A part of a tenant. */
    public record Team(String id, List<BudgetConfig> budgets, List<Member> users, List<Member> agents) {
        public Team {
            budgets = budgets == null ? List.of() : List.copyOf(budgets);
            users = users == null ? List.of() : List.copyOf(users);
            agents = agents == null ? List.of() : List.copyOf(agents);
        }
    }

    /** A person or a program that owns keys; its id is unique in the tenant. */
    public record Member(String id, List<BudgetConfig> budgets) {
        public Member {
            budgets = budgets == null ? List.of() : List.copyOf(budgets);
        }
    }
}
