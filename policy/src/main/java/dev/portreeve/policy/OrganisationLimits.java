package dev.portreeve.policy;

import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.limit.Limit;
import dev.portreeve.policy.limit.LimitConfig;
import java.util.ArrayList;
import java.util.List;

/** The rate limits that stand in an organisation. */
final class OrganisationLimits {
    private final List<Limit> found = new ArrayList<>();

    private OrganisationLimits() {}

    static List<Limit> of(OrganisationConfig organisation) {
        OrganisationLimits limits = new OrganisationLimits();
        for (OrganisationConfig.Tenant tenant : organisation.tenants()) {
            limits.add(new Limit.Owner(tenant.id(), Limit.Kind.TENANT, tenant.id()), tenant.limits());
            limits.members(tenant.id(), tenant.users());
            limits.members(tenant.id(), tenant.agents());
            tenant.keys()
                    .forEach(key -> limits.add(new Limit.Owner(tenant.id(), Limit.Kind.KEY, key.id()), key.limits()));
            for (OrganisationConfig.Team team : tenant.teams()) {
                limits.add(new Limit.Owner(tenant.id(), Limit.Kind.TEAM, team.id()), team.limits());
                limits.members(tenant.id(), team.users());
                limits.members(tenant.id(), team.agents());
            }
        }
        return List.copyOf(limits.found);
    }

    private void members(String tenant, List<OrganisationConfig.Member> members) {
        for (OrganisationConfig.Member member : members) {
            add(new Limit.Owner(tenant, Limit.Kind.MEMBER, member.id()), member.limits());
        }
    }

    private void add(Limit.Owner owner, List<LimitConfig> configs) {
        configs.stream().distinct().forEach(config -> found.add(new Limit(owner, config)));
    }
}
