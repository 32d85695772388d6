package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Team;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Who the names in rules are: the users of the organisation, by tenant and team, and who stands in for whom. Immutable. */
public final class People {
    /** Of an organisation without users. */
    public static final People NOBODY = new People(OrganisationConfig.EMPTY, List.of());

    private final Map<String, Set<String>> users = new HashMap<>();
    private final Map<String, Map<String, Set<String>>> teams = new HashMap<>();
    private final List<ApprovalConfig.Deputy> deputies;

    public People(OrganisationConfig organisation, List<ApprovalConfig.Deputy> deputies) {
        this.deputies = List.copyOf(deputies);
        for (Tenant tenant : organisation.tenants()) {
            Set<String> all = new HashSet<>();
            Map<String, Set<String>> byTeam = new HashMap<>();
            tenant.users().stream().map(Member::id).forEach(all::add);
            for (Team team : tenant.teams()) {
                Set<String> members = new LinkedHashSet<>();
                team.users().stream().map(Member::id).forEach(members::add);
                byTeam.put(team.id(), members);
                all.addAll(members);
            }
            users.put(tenant.id(), all);
            teams.put(tenant.id(), byTeam);
        }
    }

    /**
     * Who may decide where these rules ask together: whom each rule that names any means, from the time on at which each of them does.
     * The requester is not among them, and nobody stands in for it. Empty if there is nobody, or if no rule names any.
     */
    List<Seat> seats(String tenant, String requester, List<Rule> rules) {
        List<Rule> naming =
                rules.stream().filter(rule -> !rule.approvers().isEmpty()).toList();
        Map<String, Duration> since = new LinkedHashMap<>();
        for (Duration time : times(naming)) {
            for (String person : meantByEach(tenant, naming, time)) {
                since.putIfAbsent(person, time);
            }
        }
        since.remove(requester);
        List<Seat> seats = new ArrayList<>();
        since.forEach((person, after) -> seats.add(Seat.of(person, after)));
        since.forEach((person, after) -> deputies.stream()
                .filter(deputy -> deputy.user().equals(person)
                        && !deputy.deputy().equals(requester)
                        && users.getOrDefault(tenant, Set.of()).contains(deputy.deputy()))
                .forEach(deputy -> seats.add(new Seat(
                        deputy.deputy(),
                        after,
                        person,
                        deputy.from().atStartOfDay().toInstant(ZoneOffset.UTC),
                        deputy.to().plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC)))));
        return seats;
    }

    private static Set<Duration> times(List<Rule> rules) {
        Set<Duration> times = new TreeSet<>();
        if (!rules.isEmpty()) {
            times.add(Duration.ZERO);
        }
        rules.forEach(rule -> rule.escalate().forEach(step -> times.add(step.after())));
        return times;
    }

    private Set<String> meantByEach(String tenant, List<Rule> rules, Duration time) {
        Set<String> joined = new LinkedHashSet<>(meant(tenant, rules.getFirst(), time));
        rules.forEach(rule -> joined.retainAll(meant(tenant, rule, time)));
        return joined;
    }

    private Set<String> meant(String tenant, Rule rule, Duration time) {
        Set<String> meant = new LinkedHashSet<>();
        rule.approvers().forEach(name -> meant.addAll(named(tenant, name)));
        rule.escalate().stream()
                .filter(step -> step.after().compareTo(time) <= 0)
                .forEach(step -> step.to().forEach(name -> meant.addAll(named(tenant, name))));
        return meant;
    }

    private Set<String> named(String tenant, String name) {
        if (name.startsWith(Rule.TEAM)) {
            return teams.getOrDefault(tenant, Map.of()).getOrDefault(name.substring(Rule.TEAM.length()), Set.of());
        }
        return users.getOrDefault(tenant, Set.of()).contains(name) ? Set.of(name) : Set.of();
    }
}
