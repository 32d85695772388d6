package dev.portreeve.policy.budget;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The budgets of an organisation. Their ids name the window and what they are narrowed to and not the place in the list, so
 * that changing the order does not swap what was spent: {@code member:triage-bot:daily}, {@code member:triage-bot:daily:models=fast},
 * and {@code :2} for a second one of the same length and scope. A name takes the place of both. What they count follows, unless
 * that is dollars.
 */
final class ConfiguredBudgets {
    private final List<Budget> budgets = new ArrayList<>();

    private final ExchangeRates rates;

    private ConfiguredBudgets(ExchangeRates rates) {
        this.rates = rates;
    }

    /** @throws IllegalArgumentException if a currency has no rate */
    static List<Budget> of(OrganisationConfig organisation) {
        ConfiguredBudgets found = new ConfiguredBudgets(ExchangeRates.of(organisation.rates()));
        organisation.tenants().forEach(found::tenant);
        return List.copyOf(found.budgets);
    }

    private void tenant(OrganisationConfig.Tenant tenant) {
        add(tenant.id(), BudgetOwner.Kind.TENANT, tenant.id(), tenant.budgets());
        members(tenant.id(), tenant.users());
        members(tenant.id(), tenant.agents());
        for (OrganisationConfig.Team team : tenant.teams()) {
            add(tenant.id(), BudgetOwner.Kind.TEAM, team.id(), team.budgets());
            members(tenant.id(), team.users());
            members(tenant.id(), team.agents());
        }
        tenant.keys().forEach(key -> add(tenant.id(), BudgetOwner.Kind.KEY, key.id(), key.budgets()));
    }

    private void members(String tenant, List<OrganisationConfig.Member> members) {
        members.forEach(member -> add(tenant, BudgetOwner.Kind.MEMBER, member.id(), member.budgets()));
    }

    private void add(String tenant, BudgetOwner.Kind kind, String owner, List<BudgetConfig> configs) {
        Map<String, Integer> seen = new HashMap<>();
        for (BudgetConfig config : configs) {
            BudgetLimit limit = BudgetLimit.of(config, rates);
            String suffix = suffix(config, limit.unit());
            int nth = seen.merge(suffix, 1, Integer::sum);
            String id = kind.code() + ":" + owner + ":" + suffix + (nth == 1 ? "" : ":" + nth);
            BudgetOwner whose = new BudgetOwner(tenant, kind, owner);
            budgets.add(new Budget(
                    id,
                    whose,
                    limit.unit(),
                    limit.amount(),
                    config.turn(),
                    config.scope(),
                    new BudgetTerms(limit.rollover(config), config.shortage(), config.warnings()),
                    BudgetStatus.OPEN,
                    rates));
        }
    }

    /** What is counted stands in it too, because what was counted otherwise cannot be gone on with. */
    private static String suffix(BudgetConfig config, BudgetUnit unit) {
        String counted = unit.isDollars() ? "" : ":" + unit.code();
        if (config.name() != null) {
            return config.name() + counted;
        }
        String scope = config.scope().label();
        return config.turn().label() + counted + (scope.isEmpty() ? "" : ":" + scope);
    }
}
