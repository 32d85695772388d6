package dev.portreeve.gateway.config;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Team;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import dev.portreeve.policy.notice.SlackConfig;
import dev.portreeve.policy.notice.Webhook;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks that everybody who is to approve something is there: users and teams of the tenants that a rule is about. */
final class ApproverCheck {
    private final OrganisationConfig organisation;
    private final List<String> systems;
    private final Problems problems;

    /** @param webhooks those that may decide as systems of their own */
    ApproverCheck(OrganisationConfig organisation, List<Webhook> webhooks, Problems problems) {
        this.organisation = organisation;
        this.systems =
                webhooks.stream().map(Webhook::id).filter(Objects::nonNull).toList();
        this.problems = problems;
    }

    void rules(List<Rule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            String path = "policies[" + i + "].";
            names(path + "approvers", rule.who().tenant(), rule.approvers());
            for (int e = 0; e < rule.escalate().size(); e++) {
                names(
                        path + "escalate[" + e + "].to",
                        rule.who().tenant(),
                        rule.escalate().get(e).to());
            }
        }
    }

    void deputies(List<ApprovalConfig.Deputy> deputies) {
        for (int i = 0; i < deputies.size(); i++) {
            String path = "approvals.deputies[" + i + "].";
            String user = deputies.get(i).user();
            String deputy = deputies.get(i).deputy();
            person(path + "user", user);
            person(path + "deputy", deputy);
            String tenant = tenant(user);
            if (tenant != null && tenant(deputy) != null && !tenant.equals(tenant(deputy))) {
                problems.at(path + "deputy", "\"" + deputy + "\" is of another tenant than \"" + user + "\"");
            }
        }
    }

    /** Whom people in Slack are. */
    void slack(@Nullable SlackConfig slack) {
        if (slack != null) {
            new TreeMap<>(slack.people()).forEach((id, user) -> person("approvals.slack.people." + id, user));
        }
    }

    private static @Nullable String tenant(String person) {
        int slash = person.indexOf('/');
        return slash < 0 ? null : person.substring(0, slash);
    }

    /** Somebody of whatever tenant: the same name may be another person in each. */
    private void person(String path, String name) {
        String tenant = tenant(name);
        if (tenant == null && organisation.tenants().size() > 1) {
            problems.at(path, "there are several tenants: write whose user this is, as tenant/" + name);
            return;
        }
        require(
                path,
                "user",
                name.substring(name.indexOf('/') + 1),
                users(tenant).toList());
    }

    private void names(String path, @Nullable String tenant, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String place = path + "[" + i + "]";
            if (name.startsWith(Rule.TEAM)) {
                require(
                        place,
                        "team",
                        name.substring(Rule.TEAM.length()),
                        meant(tenant)
                                .flatMap(each -> each.teams().stream())
                                .map(Team::id)
                                .toList());
            } else if (name.startsWith(Rule.ROLE)) {
                require(place, "user with the role", name.substring(Rule.ROLE.length()), roles(tenant));
            } else if (name.startsWith(Rule.EXTERNAL)) {
                require(place, "webhook with the id", name.substring(Rule.EXTERNAL.length()), systems);
            } else {
                require(place, "user", name, users(tenant).toList());
            }
        }
    }

    private void require(String path, String what, String name, List<String> there) {
        if (!there.contains(name)) {
            problems.at(path, "there is no " + what + " \"" + name + "\"" + Spelling.hint(name, there));
        }
    }

    private Stream<Tenant> meant(@Nullable String tenant) {
        return organisation.tenants().stream()
                .filter(each -> tenant == null || each.id().equals(tenant));
    }

    private List<String> roles(@Nullable String tenant) {
        return meant(tenant)
                .flatMap(Tenant::everyUser)
                .flatMap(user -> user.roles().stream())
                .distinct()
                .toList();
    }

    private Stream<String> users(@Nullable String tenant) {
        return meant(tenant).flatMap(Tenant::everyUser).map(Member::id);
    }
}
