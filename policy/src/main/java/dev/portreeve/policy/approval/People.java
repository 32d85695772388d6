package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.TimeWindow;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Team;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import dev.portreeve.policy.notice.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
import java.util.stream.Collectors;

/**
 * Who the names in rules are: the users of the organisation, by tenant, team and role, and systems that decide; who stands in for whom, and who
 * is there when. Immutable.
 */
public final class People {
    /** Of an organisation without users. */
    public static final People NOBODY = new People(OrganisationConfig.EMPTY, List.of());

    private final Map<String, Set<String>> users = new HashMap<>();
    private final Map<String, Map<String, Set<String>>> teams = new HashMap<>();
    private final Map<String, Map<String, Set<String>>> roles = new HashMap<>();
    private final Map<String, Map<String, List<TimeWindow>>> hours = new HashMap<>();
    private final Set<String> systems;
    private final List<TimeWindow> usualHours;
    private final List<ApprovalConfig.Deputy> deputies;
    private final InstantSource clock;

    /** People who are always there, and no systems. */
    public People(OrganisationConfig organisation, List<ApprovalConfig.Deputy> deputies) {
        this(organisation, deputies, List.of(), List.of(), InstantSource.system());
    }

    /** Those of a configuration. */
    public static People of(OrganisationConfig organisation, ApprovalConfig config, InstantSource clock) {
        return new People(organisation, config.deputies(), config.webhooks(), config.hours(), clock);
    }

    private People(
            OrganisationConfig organisation,
            List<ApprovalConfig.Deputy> deputies,
            List<Webhook> webhooks,
            List<String> usualHours,
            InstantSource clock) {
        this.deputies = List.copyOf(deputies);
        this.clock = clock;
        this.usualHours = usualHours.stream().map(TimeWindow::parse).toList();
        this.systems = webhooks.stream()
                .filter(webhook -> webhook.id() != null)
                .map(webhook -> Rule.EXTERNAL + webhook.id())
                .collect(Collectors.toUnmodifiableSet());
        organisation.tenants().forEach(this::add);
    }

    private void add(Tenant tenant) {
        Set<String> all = new HashSet<>();
        Map<String, Set<String>> byTeam = new HashMap<>();
        Map<String, Set<String>> byRole = new HashMap<>();
        Map<String, List<TimeWindow>> there = new HashMap<>();
        tenant.everyUser().forEach(user -> {
            all.add(user.id());
            user.roles()
                    .forEach(role -> byRole.computeIfAbsent(role, unused -> new LinkedHashSet<>())
                            .add(user.id()));
            if (!user.hours().isEmpty()) {
                there.put(
                        user.id(), user.hours().stream().map(TimeWindow::parse).toList());
            }
        });
        for (Team team : tenant.teams()) {
            Set<String> members = new LinkedHashSet<>();
            team.users().stream().map(Member::id).forEach(members::add);
            byTeam.put(team.id(), members);
        }
        users.put(tenant.id(), all);
        teams.put(tenant.id(), byTeam);
        roles.put(tenant.id(), byRole);
        hours.put(tenant.id(), there);
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
        hurry(tenant, since);
        List<Seat> seats = new ArrayList<>();
        since.forEach((person, after) -> seats.add(Seat.of(person, after)));
        List<ApprovalConfig.Deputy> here = deputies(tenant);
        since.forEach((person, after) -> here.stream()
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

    /** Those of one tenant, called as people are there: the same name may be another person elsewhere. */
    private List<ApprovalConfig.Deputy> deputies(String tenant) {
        boolean only = users.size() == 1;
        List<ApprovalConfig.Deputy> here = new ArrayList<>();
        for (ApprovalConfig.Deputy each : deputies) {
            String user = ApprovalConfig.Deputy.in(tenant, each.user(), only);
            String deputy = ApprovalConfig.Deputy.in(tenant, each.deputy(), only);
            if (user != null && deputy != null) {
                here.add(new ApprovalConfig.Deputy(user, deputy, each.from(), each.to()));
            }
        }
        return here;
    }

    /** Nobody waits for people who are not there: the times begin with the first at which somebody is. The others may decide too. */
    private void hurry(String tenant, Map<String, Duration> since) {
        Instant now = clock.instant();
        Duration first = since.entrySet().stream()
                .filter(seat -> isThere(tenant, seat.getKey(), now))
                .map(Map.Entry::getValue)
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
        since.replaceAll((person, after) -> after.compareTo(first) <= 0 ? Duration.ZERO : after.minus(first));
    }

    private boolean isThere(String tenant, String person, Instant now) {
        if (systems.contains(person)) {
            return true;
        }
        List<TimeWindow> windows = hours.getOrDefault(tenant, Map.of()).getOrDefault(person, usualHours);
        return windows.isEmpty() || windows.stream().anyMatch(window -> window.contains(now));
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
        if (name.startsWith(Rule.ROLE)) {
            return roles.getOrDefault(tenant, Map.of()).getOrDefault(name.substring(Rule.ROLE.length()), Set.of());
        }
        if (systems.contains(name)) {
            return Set.of(name);
        }
        return users.getOrDefault(tenant, Set.of()).contains(name) ? Set.of(name) : Set.of();
    }
}
