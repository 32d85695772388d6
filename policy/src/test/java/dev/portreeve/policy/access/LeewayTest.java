package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a rule may say of its approvers' leeway, and what is refused when it is read. */
class LeewayTest {
    private static final Remember REMEMBER = new Remember(null, null, null, null);

    private static Rule rule(Rule.Effect effect, Leeway leeway, Integer quorum, String... approvers) {
        return new Rule(
                        "rule",
                        effect,
                        Rule.Who.ANYBODY,
                        Selectors.tools("bank__*"),
                        null,
                        List.of(approvers),
                        null,
                        quorum,
                        List.of())
                .with(leeway);
    }

    private static String problems(Rule rule) {
        return String.valueOf(assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(rule)))
                .getMessage());
    }

    @Test
    void onlyRulesThatAskHaveAny() {
        for (Leeway leeway :
                List.of(Leeway.remembering(REMEMBER), Leeway.editing("/amount"), Leeway.autoApproving("true"))) {
            assertTrue(problems(rule(Rule.Effect.ALLOW, leeway, 1)).contains("only a rule that requires approval"));
        }
    }

    @Test
    void whatSeveralPeopleMustSayYesToIsNeitherRememberedNorApprovedByARule() {
        assertTrue(problems(rule(Rule.Effect.REQUIRE_APPROVAL, Leeway.remembering(REMEMBER), 2, "ann", "bob"))
                .contains("asked each time"));
        assertTrue(problems(rule(Rule.Effect.REQUIRE_APPROVAL, Leeway.autoApproving("true"), 2, "ann", "bob"))
                .contains("without any of them"));
    }

    @Test
    void pointersConditionsAndBoundsAreCheckedWhenTheyAreRead() {
        Leeway kept = Leeway.remembering(new Remember(null, null, List.of("to", "/items/*"), null));
        String wrong = problems(rule(Rule.Effect.REQUIRE_APPROVAL, kept, 1));
        assertTrue(wrong.contains("remember.keep[0]") && wrong.contains("remember.keep[1]"), wrong);
        assertTrue(problems(rule(Rule.Effect.REQUIRE_APPROVAL, Leeway.editing("amount"), 1))
                .contains("edits[0]"));
        assertTrue(problems(rule(Rule.Effect.REQUIRE_APPROVAL, Leeway.autoApproving("args.x <="), 1))
                .contains("auto-approve"));
        assertTrue(problems(rule(Rule.Effect.REQUIRE_APPROVAL, Leeway.autoApproving("subject.member == 'x'"), 1))
                .contains("args and now"));
        assertThrows(IllegalArgumentException.class, () -> new Remember(Duration.ofHours(9), null, null, null));
        assertThrows(IllegalArgumentException.class, () -> new Remember(Duration.ofSeconds(9), null, null, null));
        assertThrows(IllegalArgumentException.class, () -> new Remember(null, null, null, 1001));
    }

    @Test
    void whatIsNotSaidIsTheNarrowestAndAllOfItIsPartOfTheVersion() {
        assertEquals(Set.of(Remember.Scope.SESSION), REMEMBER.scopes());
        assertEquals(Duration.ofHours(1), REMEMBER.atMost());
        String plain = AccessPolicy.of(List.of(rule(Rule.Effect.REQUIRE_APPROVAL, Leeway.NONE, 1)))
                .version();
        for (Leeway leeway :
                List.of(Leeway.remembering(REMEMBER), Leeway.editing("/amount"), Leeway.autoApproving("true"))) {
            assertNotEquals(
                    plain,
                    AccessPolicy.of(List.of(rule(Rule.Effect.REQUIRE_APPROVAL, leeway, 1)))
                            .version());
        }
    }
}
