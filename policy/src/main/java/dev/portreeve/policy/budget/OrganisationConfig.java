package dev.portreeve.policy.budget;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who belongs to whom, and what they may spend: tenants, their teams, and the users and agents that own keys. */
public record OrganisationConfig(List<Tenant> tenants) {
    public static final OrganisationConfig EMPTY = new OrganisationConfig(List.of());

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}");

    public OrganisationConfig {
        tenants = tenants == null ? List.of() : List.copyOf(tenants);
        unique("tenant", tenants.stream().map(Tenant::id));
    }

    /** Ids stand in records, headers and the ids of budgets, so they are kept plain. */
    private static void checkId(String what, @Nullable String id) {
        if (id == null || !ID.matcher(id).matches()) {
            throw new IllegalArgumentException("\"" + id + "\" is no id of a " + what
                    + ": use letters, digits and . _ @ + -, at most 100, beginning with a letter or digit");
        }
    }

    private static void unique(String what, Stream<String> ids) {
        Set<String> seen = new HashSet<>();
        ids.filter(id -> !seen.add(id)).findFirst().ifPresent(id -> {
            throw new IllegalArgumentException("there are two " + what + "s with the id \"" + id + "\"");
        });
    }

    /** A customer or company; its budgets bound everything below. */
    public record Tenant(
            String id, List<BudgetConfig> budgets, List<Team> teams, List<Member> users, List<Member> agents) {
        public Tenant {
            checkId("tenant", id);
            budgets = budgets == null ? List.of() : List.copyOf(budgets);
            teams = teams == null ? List.of() : List.copyOf(teams);
            users = users == null ? List.of() : List.copyOf(users);
            agents = agents == null ? List.of() : List.copyOf(agents);
            unique("team", teams.stream().map(Team::id));
            unique(
                    "member",
                    Stream.concat(
                            members(users, agents),
                            teams.stream().flatMap(team -> members(team.users(), team.agents()))));
        }

        private static Stream<String> members(List<Member> users, List<Member> agents) {
            return Stream.concat(users.stream(), agents.stream()).map(Member::id);
        }
    }

    /** A part of a tenant. */
    public record Team(String id, List<BudgetConfig> budgets, List<Member> users, List<Member> agents) {
        public Team {
            checkId("team", id);
            budgets = budgets == null ? List.of() : List.copyOf(budgets);
            users = users == null ? List.of() : List.copyOf(users);
            agents = agents == null ? List.of() : List.copyOf(agents);
        }
    }

    /** A person or a program that owns keys; its id is unique in the tenant. */
    public record Member(String id, List<BudgetConfig> budgets) {
        public Member {
            checkId("member", id);
            budgets = budgets == null ? List.of() : List.copyOf(budgets);
        }
    }
}
