package dev.portreeve.gateway.explain;

import dev.portreeve.policy.access.MemberRoles;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Team;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import dev.portreeve.policy.call.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds who is meant by a name: users and agents of the configuration, and keys where a gateway runs. Thread-safe. */
public final class People {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9]{12}");
    private final OrganisationConfig organisation;
    private final Function<String, Optional<Subject>> keys;
    private final MemberRoles roles;

    /** @param keys gives whose a key is, by its id; may block */
    public People(OrganisationConfig organisation, Function<String, Optional<Subject>> keys) {
        this.organisation = organisation;
        this.keys = keys;
        this.roles = MemberRoles.of(organisation.roles());
    }

    /** Where no gateway runs, whose keys could be asked for. */
    public People(OrganisationConfig organisation) {
        this(organisation, id -> Optional.empty());
    }

    /**
     * @param tenant {@code null} where any will do
     * @throws UnknownName if there is nobody of that name, or several
     */
    Subject find(@Nullable String tenant, String name) {
        List<String> tenants = organisation.tenants().stream().map(Tenant::id).toList();
        if (tenant != null && !tenants.contains(tenant)) {
            throw UnknownName.of("tenant", tenant, tenants);
        }
        List<Subject> all = organisation.tenants().stream()
                .filter(one -> tenant == null || one.id().equals(tenant))
                .flatMap(People::members)
                .toList();
        List<Subject> meant = all.stream().filter(one -> isMeant(one, name)).toList();
        if (meant.size() > 1) {
            throw new UnknownName("several are called \"" + name + "\": name the tenant with --tenant, and write user:"
                    + name + " or agent:" + name);
        }
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        Optional<Subject> owner = KEY.matcher(name).matches() ? keys.apply(name) : Optional.empty();
        String bare = name.substring(name.indexOf(':') + 1);
        return owner.orElseThrow(() -> UnknownName.of(
                "user, agent or key", bare, all.stream().map(Subject::member).toList()));
    }

    /** The roles that somebody has. */
    List<String> roles(Subject subject) {
        return roles.of(subject);
    }

    private static boolean isMeant(Subject one, String name) {
        String kind = one.kind() == Subject.Kind.USER ? "user:" : "agent:";
        return name.equals(one.member()) || name.equals(kind + one.member());
    }

    private static Stream<Subject> members(Tenant tenant) {
        List<Subject> members = new ArrayList<>();
        add(members, tenant.id(), null, tenant.users(), tenant.agents());
        for (Team team : tenant.teams()) {
            add(members, tenant.id(), team.id(), team.users(), team.agents());
        }
        return members.stream();
    }

    private static void add(
            List<Subject> members, String tenant, @Nullable String team, List<Member> users, List<Member> agents) {
        users.forEach(user -> members.add(new Subject(tenant, team, Subject.Kind.USER, user.id(), "")));
        agents.forEach(agent -> members.add(new Subject(tenant, team, Subject.Kind.AGENT, agent.id(), "")));
    }
}
