package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Conditions about the roles of whoever calls. */
class MemberRolesTest {
    private static final Subject ANN = user("acme", "ann");

    private static final MemberRoles ROLES = MemberRoles.of(new OrganisationConfig(List.of(
                    tenant("acme", member("ann", "oncall", "finance", "oncall"), member("bob")),
                    tenant("evil", member("bob", "finance"))))
            .roles());

    private static OrganisationConfig.Tenant tenant(String id, OrganisationConfig.Member... users) {
        return new OrganisationConfig.Tenant(id, List.of(), List.of(), List.of(users), List.of());
    }

    private static OrganisationConfig.Member member(String id, String... roles) {
        return new OrganisationConfig.Member(id, List.of(), List.of(), null, null, List.of(roles), List.of());
    }

    private static Subject user(String tenant, String id) {
        return new Subject(tenant, null, Subject.Kind.USER, id, "k00000000009");
    }

    private static AccessPolicy policy(String when) {
        Rule rule = new Rule("r", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*"), when, List.of(), null);
        return AccessPolicy.of(List.of(rule), InstantSource.system(), SessionLabels.NONE, ROLES, BudgetGauge.NONE);
    }

    private static boolean allows(String when, Subject subject) {
        return policy(when).decide(Calls.tool(subject, Calls.WRITE, "{}")) instanceof Decision.Permit;
    }

    @Test
    void areThoseOfTheOrganisation() {
        assertTrue(allows("'finance' in subject.roles && size(subject.roles) == 2", ANN));
        assertTrue(allows("subject.roles == ['finance', 'oncall']", ANN));
        assertFalse(allows("'finance' in subject.roles", user("acme", "bob")));
        assertTrue(allows("'finance' in subject.roles", user("evil", "bob")), "each tenant's own");
        assertTrue(allows("size(subject.roles) == 0", Calls.BOT), "who has none has an empty list and no error");
        assertThrows(InvalidPolicy.class, () -> policy("subject.roles == 'finance'"));
        assertThrows(InvalidPolicy.class, () -> policy("1 in subject.roles"));
    }

    @Test
    void hideFromListsWhatTheyDeny() {
        AccessPolicy policy = policy("'finance' in subject.roles");
        assertTrue(policy.mayUse(ANN, Calls.WRITE));
        assertFalse(policy.mayUse(Calls.BOT, Calls.WRITE));
    }

    @Test
    void ofACallThatIsNotMadeNowAreKnownOrNot() {
        AccessPolicy policy = policy("'finance' in subject.roles");
        assertEquals(Outcome.ALLOW, policy.explain(sketch(List.of("finance"))).outcome());
        assertEquals(Outcome.DENY, policy.explain(sketch(List.of())).outcome());
        Reconsidered unknown = policy.reconsider(sketch(null));
        assertEquals(Outcome.NOT_EVALUABLE, unknown.outcome());
        assertEquals(List.of("subject.roles"), unknown.missing());
    }

    private static CallSketch sketch(@Nullable List<String> roles) {
        Resource tool = Calls.WRITE;
        return new CallSketch(ANN, tool, null, null, null, false, Map.of(), null, null, Map.of(), roles);
    }
}
