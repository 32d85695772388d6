package dev.portreeve.policy;

import dev.portreeve.policy.brake.BrakeConfig;
import dev.portreeve.policy.brake.Brakes.Owner;
import dev.portreeve.policy.budget.OrganisationConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The brakes that stand in an organisation. */
final class OrganisationBrakes {
    private final Map<Owner, BrakeConfig> found = new HashMap<>();

    private OrganisationBrakes() {}

    static Map<Owner, BrakeConfig> of(OrganisationConfig organisation) {
        OrganisationBrakes brakes = new OrganisationBrakes();
        for (OrganisationConfig.Tenant tenant : organisation.tenants()) {
            brakes.add(new Owner(tenant.id(), Owner.Kind.TENANT, tenant.id()), tenant.brake());
            brakes.members(tenant.id(), tenant.users());
            brakes.members(tenant.id(), tenant.agents());
            for (OrganisationConfig.Team team : tenant.teams()) {
                brakes.add(new Owner(tenant.id(), Owner.Kind.TEAM, team.id()), team.brake());
                brakes.members(tenant.id(), team.users());
                brakes.members(tenant.id(), team.agents());
            }
        }
        return brakes.found;
    }

    private void members(String tenant, List<OrganisationConfig.Member> members) {
        for (OrganisationConfig.Member member : members) {
            add(new Owner(tenant, Owner.Kind.MEMBER, member.id()), member.brake());
        }
    }

    private void add(Owner owner, @Nullable BrakeConfig config) {
        if (config != null) {
            found.put(owner, config);
        }
    }
}
