package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
