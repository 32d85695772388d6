package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Mode;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.ToolCall;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rules make of calls that may run. */
class ObligationsTest {
    private static final Rule ALL = rule("all", Effect.ALLOW, null, Obligations.NONE);

    private static Rule rule(String id, Effect effect, @Nullable String when, Obligations obligations) {
        return new Rule(id, effect, Who.ANYBODY, Selectors.tools("*"), when, List.of(), null, obligations);
    }

    private static Rule label(String id, @Nullable String when, String label) {
        return rule(id, Effect.LABEL, when, Obligations.label(label));
    }

    private static Rule mask(@Nullable String when, String... pointers) {
        return rule("mask", Effect.MASK, when, Obligations.mask(pointers));
    }

    /** Remembers what it is told. */
    private static final class Told implements SessionLabels {
        private final Map<String, String> labels = new HashMap<>();

        @Override
        public Set<String> of(Subject subject) {
            return Set.copyOf(labels.keySet());
        }

        @Override
        public void set(Subject subject, UUID call, Map<String, String> more) {
            labels.putAll(more);
        }
    }

    private static Map<String, String> labelled(Rule... rules) {
        Told told = new Told();
        AccessPolicy policy =
                AccessPolicy.of(List.of(rules), InstantSource.system(), told, MemberRoles.NONE, BudgetGauge.NONE);
        ToolCall call = Calls.tool(Calls.BOT, Calls.WRITE, "{\"path\":\"/x\"}");
        policy.label(call, policy.decide(call));
        return told.labels;
    }

    private static List<String> masked(String arguments, Rule... rules) throws CallEnded {
        AccessPolicy policy = AccessPolicy.of(List.of(rules));
        ToolCall call = Calls.tool(Calls.BOT, Calls.WRITE, arguments);
        Content content = policy.masked(call, policy.decide(call), call.content());
        return content.runs().stream().map(TextRun::text).toList();
    }

    @Test
    void everyMatchingLabelIsSetAndOneOfALabelAndNoneGrantsAnything() {
        assertEquals(
                Map.of("a", "one", "b", "two"),
                labelled(
                        ALL,
                        label("one", null, "a"),
                        label("again", null, "a"),
                        label("two", "args.path == '/x'", "b"),
                        label("not", "args.path == '/y'", "c")));
        AccessPolicy alone = AccessPolicy.of(List.of(label("one", null, "a")));
        assertInstanceOf(Decision.Deny.class, alone.decide(Calls.tool(Calls.BOT, Calls.WRITE, "{}")));
    }

    @Test
    void aConditionThatFailsLabels() {
        assertEquals(Map.of("a", "one"), labelled(ALL, label("one", "args.absent == 1", "a")));
    }

    @Test
    void textsAreMaskedAtAPointerAndBelow() throws CallEnded {
        String arguments =
                "{\"to\":\"ann\",\"customer\":{\"iban\":\"DE1\",\"tags\":[\"x\",null]},\"customers\":\"all\"}";
        assertEquals(List.of("ann", "[masked]", "[masked]", "all"), masked(arguments, ALL, mask(null, "/customer")));
        assertEquals(List.of("ann", "[masked]", "x", "all"), masked(arguments, ALL, mask(null, "/customer/iban")));
        assertEquals(List.of("ann", "DE1", "[masked]", "all"), masked(arguments, ALL, mask(null, "/*/tags")));
        assertEquals(List.of("ann", "DE1", "x", "all"), masked(arguments, ALL, mask("args.to == 'bob'", "/customer")));
        assertEquals(
                List.of("[masked]", "DE1", "x", "all"),
                masked(arguments, ALL, mask("args.absent == 1", "/to")),
                "errors mask");
    }

    @Test
    void whatIsNoTextCannotBeMaskedSoTheCallIsRefused() {
        for (String value : List.of("4711", "{\"x\":[1.5]}", "true")) {
            CallEnded ended = assertThrows(
                    CallEnded.class, () -> masked("{\"card\":" + value + "}", ALL, mask(null, "/card")), value);
            assertTrue(
                    ended.outcome().toString().contains("only text can be masked"),
                    ended.outcome().toString());
        }
    }

    @Test
    void obligationsAreInTheVersion() {
        String one = AccessPolicy.of(List.of(label("r", null, "a"))).version();
        assertNotEquals(one, AccessPolicy.of(List.of(label("r", null, "b"))).version());
        assertNotEquals(
                AccessPolicy.of(List.of(mask(null, "/a"))).version(),
                AccessPolicy.of(List.of(mask(null, "/b"))).version());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "LABEL; ; ; label: say with what",
                "ALLOW; secret; ; label: only a rule whose effect is label has one",
                "LABEL; Not This; ; has other than small letters",
                "MASK; ; ; mask: say what",
                "DENY; ; /a; mask: only a rule whose effect is mask has one",
                "MASK; ; a; mask[0]: \"a\" does not begin with a slash",
            })
    void whatDoesNotGoTogetherIsSaid(Effect effect, @Nullable String label, @Nullable String mask, String problem) {
        Obligations obligations = new Obligations(label, mask == null ? List.of() : List.of(mask), null);
        InvalidPolicy invalid =
                assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(rule("r", effect, null, obligations))));
        assertTrue(invalid.getMessage().contains(problem), invalid.getMessage());
    }

    @Test
    void onlyArgumentsAreMasked() {
        Rule models = new Rule(
                "m",
                Effect.MASK,
                Who.ANYBODY,
                new Selectors(List.of("*"), List.of(), List.of(), List.of(), List.of()),
                null,
                List.of(),
                null,
                Obligations.mask("/a"));
        assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(models)));
    }

    private static Rule limit(Effect effect, Quota quota, String... models) {
        return new Rule(
                "few",
                effect,
                Who.ANYBODY,
                new Selectors(List.of(models), List.of("*"), List.of(), List.of(), List.of()),
                null,
                List.of(),
                null,
                new Obligations(null, List.of(), quota));
    }

    @Test
    void aLimitStandsWithItsEffectAndCountsOneThing() {
        Quota five = new Quota(5L, null, null, null, null);
        assertEquals(Quota.By.MEMBER, five.by());
        assertEquals(
                1, AccessPolicy.of(List.of(limit(Effect.LIMIT, five))).ruleIds().size());
        assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(limit(Effect.LIMIT, null))));
        assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(limit(Effect.ALLOW, five))));
        Quota tokens = new Quota(null, 5L, null, null, null);
        assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(limit(Effect.LIMIT, tokens))));
        assertEquals(
                1,
                AccessPolicy.of(List.of(limit(Effect.LIMIT, tokens, "*")))
                        .ruleIds()
                        .size());
        assertThrows(IllegalArgumentException.class, () -> new Quota(5L, 5L, null, null, null));
        assertThrows(IllegalArgumentException.class, () -> new Quota(0L, null, null, null, null));
        assertThrows(IllegalArgumentException.class, () -> new Quota(1L, null, null, Duration.ofDays(1), null));
        assertThrows(IllegalArgumentException.class, () -> new Quota(null, null, 1, Duration.ofSeconds(5), null));
        assertNotEquals(
                AccessPolicy.of(List.of(limit(Effect.LIMIT, five))).version(),
                AccessPolicy.of(List.of(limit(Effect.LIMIT, new Quota(6L, null, null, null, null))))
                        .version());
    }

    @Test
    void aLimitAllowsNothingAndAnErrorCountsAgainstTheCaller() {
        Rule few = limit(Effect.LIMIT, new Quota(5L, null, null, null, null));
        assertInstanceOf(
                Decision.Deny.class, AccessPolicy.of(List.of(few)).decide(Calls.tool(Calls.BOT, Calls.WRITE, "{}")));
        Rule all = new Rule("all", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*"), null, List.of(), null);
        Rule unsure = new Rule(
                "few",
                Effect.LIMIT,
                Who.ANYBODY,
                Selectors.tools("*"),
                "args.n > 5",
                List.of(),
                null,
                few.obligations());
        AccessPolicy policy = AccessPolicy.of(List.of(all, unsure));
        assertEquals(
                List.of(unsure),
                policy.decide(Calls.tool(Calls.BOT, Calls.WRITE, "{}")).obliging());
        assertEquals(
                List.of(unsure),
                policy.decide(Calls.tool(Calls.BOT, Calls.WRITE, "{\"n\":6}")).obliging());
        assertEquals(
                List.of(),
                policy.decide(Calls.tool(Calls.BOT, Calls.WRITE, "{\"n\":1}")).obliging());
        assertEquals(
                List.of(),
                AccessPolicy.of(List.of(all, few.in(Mode.SHADOW)))
                        .decide(Calls.tool(Calls.BOT, Calls.WRITE, "{}"))
                        .obliging());
    }
}
