package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every budget in force, as an immutable snapshot, so that a call finds the ones above it without a query. */
final class Budgets {
    static final Budgets NONE = new Budgets(List.of());

    private final Map<BudgetOwner, List<Budget>> byOwner;

    Budgets(Collection<Budget> all) {
        Map<BudgetOwner, List<Budget>> grouped = new HashMap<>();
        for (Budget budget : all) {
            grouped.computeIfAbsent(budget.owner(), owner -> new ArrayList<>()).add(budget);
        }
        grouped.replaceAll((owner, budgets) -> List.copyOf(budgets));
        this.byOwner = Map.copyOf(grouped);
    }

    /**
     * The budgets of an organisation. Their ids name the window and not the place in the list, so that changing the order does
     * not swap what was spent: {@code member:triage-bot:daily}, and {@code :2} for a second one of the same length.
     */
    static List<Budget> of(OrganisationConfig organisation) {
        List<Budget> budgets = new ArrayList<>();
        for (OrganisationConfig.Tenant tenant : organisation.tenants()) {
            add(budgets, tenant.id(), BudgetOwner.Kind.TENANT, tenant.id(), tenant.budgets());
            members(budgets, tenant.id(), tenant.users());
            members(budgets, tenant.id(), tenant.agents());
            for (OrganisationConfig.Team team : tenant.teams()) {
                add(budgets, tenant.id(), BudgetOwner.Kind.TEAM, team.id(), team.budgets());
                members(budgets, tenant.id(), team.users());
                members(budgets, tenant.id(), team.agents());
            }
        }
        return List.copyOf(budgets);
    }

    private static void members(List<Budget> budgets, String tenant, List<OrganisationConfig.Member> members) {
        for (OrganisationConfig.Member member : members) {
            add(budgets, tenant, BudgetOwner.Kind.MEMBER, member.id(), member.budgets());
        }
    }

    private static void add(
            List<Budget> budgets, String tenant, BudgetOwner.Kind kind, String owner, List<BudgetConfig> configs) {
        Map<BudgetConfig.Window, Integer> seen = new EnumMap<>(BudgetConfig.Window.class);
        for (BudgetConfig config : configs) {
            int nth = seen.merge(config.window(), 1, Integer::sum);
            String id = kind.code() + ":" + owner + ":" + config.window().code() + (nth == 1 ? "" : ":" + nth);
            BudgetOwner whose = new BudgetOwner(tenant, kind, owner);
            budgets.add(new Budget(id, whose, config.limit(), config.window(), config.timezone()));
        }
    }

    /** The budgets above a subject, the widest first: tenant, team, member, key. */
    List<Level> above(Subject subject, Instant moment) {
        if (byOwner.isEmpty()) {
            return List.of();
        }
        List<Level> levels = new ArrayList<>();
        String tenant = subject.tenant();
        add(levels, new BudgetOwner(tenant, BudgetOwner.Kind.TENANT, tenant), moment);
        if (subject.team() != null) {
            add(levels, new BudgetOwner(tenant, BudgetOwner.Kind.TEAM, subject.team()), moment);
        }
        add(levels, new BudgetOwner(tenant, BudgetOwner.Kind.MEMBER, subject.member()), moment);
        add(levels, new BudgetOwner(tenant, BudgetOwner.Kind.KEY, subject.keyId()), moment);
        return List.copyOf(levels);
    }

    private void add(List<Level> levels, BudgetOwner owner, Instant moment) {
        for (Budget budget : byOwner.getOrDefault(owner, List.of())) {
            levels.add(budget.at(moment));
        }
    }
}
