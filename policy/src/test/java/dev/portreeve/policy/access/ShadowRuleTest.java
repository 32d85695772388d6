package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Mode;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Resource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShadowRuleTest {
    private static final Rule ALL = rule("all", Effect.ALLOW, null);
    private static final Rule NO_SECRETS = rule("no-secrets", Effect.DENY, "args.path == '/secrets'");

    @Test
    void aDenyInShadowIsRecordedAndForbidsNothing() throws CallEnded {
        AccessPolicy policy = AccessPolicy.of(List.of(ALL, NO_SECRETS.in(Mode.SHADOW)));
        GovernedCall call = write("{\"path\":\"/secrets\"}");
        assertInstanceOf(Decision.Permit.class, policy.decide(call));
        String leaf = leaf(policy, call);
        assertTrue(leaf.contains("\"decision\":\"permit\""), leaf);
        assertTrue(
                leaf.contains("\"shadow\":{\"decision\":\"deny\",\"reason\":\"forbidden\",\"rules\":["
                        + "{\"effect\":\"deny\",\"id\":\"no-secrets\",\"match\":\"matched\"}]}"),
                leaf);
        assertTrue(leaf.contains("\"rules\":[{\"effect\":\"allow\",\"id\":\"all\",\"match\":\"matched\"}]"), leaf);
    }

    @Test
    void theRecordSaysThatNothingWouldChange() throws CallEnded {
        AccessPolicy policy = AccessPolicy.of(List.of(ALL, NO_SECRETS.in(Mode.SHADOW)));
        String leaf = leaf(policy, write("{\"path\":\"/tmp\"}"));
        assertTrue(
                leaf.contains("\"shadow\":{\"decision\":\"permit\",\"rules\":["
                        + "{\"effect\":\"deny\",\"id\":\"no-secrets\",\"match\":\"condition-false\"}]}"),
                leaf);
    }

    @Test
    void whereNoRuleInShadowIsConsultedTheRecordSaysNothingOfIt() throws CallEnded {
        Rule elsewhere = new Rule(
                        "elsewhere", Effect.DENY, Rule.Who.ANYBODY, List.of(), List.of("web__*"), null, List.of(), null)
                .in(Mode.SHADOW);
        assertFalse(leaf(AccessPolicy.of(List.of(ALL, elsewhere)), write("{}")).contains("shadow"));
        assertFalse(leaf(AccessPolicy.of(List.of(ALL)), write("{}")).contains("shadow"));
    }

    @Test
    void anAllowInShadowGrantsNothingAndShowsNothing() {
        AccessPolicy policy = AccessPolicy.of(List.of(ALL.in(Mode.SHADOW)));
        assertInstanceOf(Decision.Deny.class, policy.decide(write("{}")));
        assertFalse(policy.mayUse(Calls.BOT, new Resource.Tool("files", "write", "")));
    }

    @Test
    void aDenyInShadowHidesNothing() {
        AccessPolicy policy =
                AccessPolicy.of(List.of(ALL, rule("never", Effect.DENY, null).in(Mode.SHADOW)));
        assertTrue(policy.mayUse(Calls.BOT, new Resource.Tool("files", "write", "")));
    }

    @Test
    void aRuleThatAsksInShadowAsksNobody() throws CallEnded {
        AccessPolicy policy = AccessPolicy.of(
                List.of(ALL, rule("ask", Effect.REQUIRE_APPROVAL, null).in(Mode.SHADOW)));
        assertInstanceOf(Decision.Permit.class, policy.decide(write("{}")));
        assertTrue(leaf(policy, write("{}")).contains("\"shadow\":{\"decision\":\"ask\""));
    }

    @Test
    void whatRulesInShadowMakeOfACallIsRecordedAndNotDone() throws CallEnded {
        Rule label = obliging("marks", Effect.LABEL, Obligations.label("private"));
        Rule mask = obliging("masks", Effect.MASK, Obligations.mask("/path"));
        AccessPolicy policy = AccessPolicy.of(List.of(ALL, label.in(Mode.SHADOW), mask.in(Mode.SHADOW)));
        GovernedCall call = write("{\"path\":\"/secrets\"}");
        assertEquals(List.of(), policy.decide(call).obliging());
        String leaf = leaf(policy, call);
        assertFalse(leaf.contains("labels_set"), leaf);
        assertTrue(leaf.contains("{\"effect\":\"label\",\"id\":\"marks\",\"match\":\"matched\"}"), leaf);
        assertTrue(leaf.contains("{\"effect\":\"mask\",\"id\":\"masks\",\"match\":\"matched\"}"), leaf);
    }

    @Test
    void aRuleInShadowThatSpeaksOfAnArgumentNobodyHasStopsNoTool() {
        Resource.Tool tool = new Resource.Tool("files", "write", "");
        Rule spoken = new Rule(
                "spoken",
                Effect.DENY,
                Rule.Who.ANYBODY,
                Selectors.tools("files__write"),
                "args.pth == '/'",
                List.of(),
                null);
        assertTrue(AccessPolicy.of(List.of(ALL, spoken))
                .misfit(tool, new ArgumentType.Members(Map.of(), false))
                .isPresent());
        assertTrue(AccessPolicy.of(List.of(ALL, spoken.in(Mode.SHADOW)))
                .misfit(tool, new ArgumentType.Members(Map.of(), false))
                .isEmpty());
    }

    @Test
    void toEnforceARuleIsANewVersionAndOneThatIsEnforcedSaysNothingOfIt() {
        PolicyDocument enforced = AccessPolicy.of(List.of(ALL, NO_SECRETS)).document();
        PolicyDocument shadow =
                AccessPolicy.of(List.of(ALL, NO_SECRETS.in(Mode.SHADOW))).document();
        assertNotEquals(enforced.version(), shadow.version());
        assertFalse(enforced.text().contains("\"mode\""), enforced.text());
        assertTrue(shadow.text().contains("\"mode\":\"shadow\""), shadow.text());
    }

    @Test
    void aRecordOfManyRulesInShadowStaysSmall() throws CallEnded {
        List<Rule> rules = new ArrayList<>();
        rules.add(ALL);
        for (int i = 0; i < 100; i++) {
            rules.add(rule("shadow-" + i, Effect.DENY, "args.x == " + i).in(Mode.SHADOW));
        }
        String leaf = leaf(AccessPolicy.of(rules), write("{\"x\":1}"));
        assertTrue(leaf.contains("\"rules_left_out\":84"), leaf);
        assertEquals(16, leaf.split("\"id\":\"shadow-", -1).length - 1);
    }

    private static Rule rule(String id, Effect effect, @Nullable String when) {
        return new Rule(id, effect, Rule.Who.ANYBODY, List.of(), List.of("files__*"), when, List.of(), null);
    }

    private static Rule obliging(String id, Effect effect, Obligations obligations) {
        return new Rule(id, effect, Rule.Who.ANYBODY, Selectors.tools("files__*"), null, List.of(), null, obligations);
    }

    private static GovernedCall write(String arguments) {
        return Calls.tool(Calls.BOT, new Resource.Tool("files", "write", "0".repeat(64)), arguments);
    }

    private static String leaf(AccessPolicy policy, GovernedCall call) throws CallEnded {
        InMemoryJournal journal = new InMemoryJournal();
        try (AuditTrail trail = new AuditLog(journal).open("acme", call.id().value(), new Facts())) {
            policy.require(call, trail);
        }
        return new String(journal.records().getFirst().leaf(), StandardCharsets.UTF_8);
    }
}
