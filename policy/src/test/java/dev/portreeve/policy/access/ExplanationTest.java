package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Explanation.Found;
import dev.portreeve.policy.access.Explanation.Look;
import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Mode;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Resource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private static final Resource.Tool WRITE = new Resource.Tool("files", "write", "0".repeat(64));
    private static final List<@Nullable String> CONDITIONS = Arrays.asList(
            null,
            "args.a == 1",
            "args.b == 2",
            "args.a == 1 || subject.team == 'support'",
            "has(args.b) && args.b == 2",
            "args.a > 0 && call.name == 'files__write'",
            "call.name == 'files__read'");

    @Test
    void everyRuleIsNamedWithWhatCameOfIt() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                rule("all", Effect.ALLOW, null, Rule.Who.ANYBODY, "files__*"),
                rule("not-a", Effect.DENY, "args.a == 2", Rule.Who.ANYBODY, "files__*"),
                rule("broken", Effect.ALLOW, "args.z == 1", Rule.Who.ANYBODY, "files__*"),
                rule("sales", Effect.DENY, null, new Rule.Who(null, "sales", null, null, null), "files__*"),
                rule("web", Effect.DENY, null, Rule.Who.ANYBODY, "web__*"),
                rule("dear", Effect.DENY, "call.max_cost_micros > 5", Rule.Who.ANYBODY, "files__*")
                        .in(Mode.SHADOW)));
        Explanation said = policy.explain(new CallSketch(Calls.BOT, WRITE, arguments("{\"a\":1}")));
        assertEquals(Outcome.ALLOW, said.outcome());
        assertEquals(List.of("all"), said.by());
        assertEquals(Outcome.NOT_EVALUABLE, said.withShadow());
        assertEquals(policy.version(), said.policyVersion());
        assertEquals(
                List.of(
                        Found.MATCHED,
                        Found.CONDITION_FALSE,
                        Found.CONDITION_ERROR,
                        Found.OTHER_CALLER,
                        Found.OTHER_RESOURCE,
                        Found.NOT_KNOWN),
                said.rules().stream().map(Look::found).toList());
        assertEquals("false: args.a == 2", said.rules().get(1).why());
        assertTrue(said.rules().get(2).why().contains("z"), said.rules().get(2).why());
        assertTrue(
                said.rules().get(3).why().startsWith("it is for team \"sales\""),
                said.rules().get(3).why());
        assertEquals(
                "it does not name tool \"files__write\"", said.rules().get(4).why());
        assertTrue(
                said.rules().get(5).why().startsWith("needs call.max_cost_micros: "),
                said.rules().get(5).why());
    }

    @Test
    void whatIsKnownIsDecidedAsTheCallItselfAndWhatIsNotKnownIsNeverGuessed() {
        Random random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            AccessPolicy policy = AccessPolicy.of(rules(random));
            Arguments arguments = arguments("{\"a\":" + random.nextInt(3) + (random.nextBoolean() ? ",\"b\":2}" : "}"));
            Decision decision =
                    policy.decide(Calls.tool(Calls.BOT, WRITE, new String(arguments.raw(), StandardCharsets.UTF_8)));
            Outcome real = Outcome.ofRecord(Judgement.word(decision));
            CallSketch whole = new CallSketch(Calls.BOT, WRITE, arguments);
            assertEquals(real, policy.explain(whole).outcome());
            assertEquals(real, policy.reconsider(whole).outcome());
            CallSketch partial = new CallSketch(Calls.BOT, WRITE, null, null, null, false, Map.of(), null, null);
            Reconsidered said = policy.reconsider(partial);
            assertTrue(
                    said.outcome() == Outcome.NOT_EVALUABLE || said.outcome() == real,
                    () -> said + " but " + real + " under " + policy.document().text());
            assertEquals(
                    said.outcome() == Outcome.NOT_EVALUABLE, !said.missing().isEmpty());
        }
    }

    @Test
    void aConditionThatCameOutOnceNeedsNoArgumentsAgain() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                rule("all", Effect.ALLOW, null, Rule.Who.ANYBODY, "files__*"),
                rule("not-a", Effect.DENY, "args.a == 1", Rule.Who.ANYBODY, "files__*")));
        Reconsidered unknown =
                policy.reconsider(new CallSketch(Calls.BOT, WRITE, null, null, null, false, Map.of(), null, null));
        assertEquals(new Reconsidered(Outcome.NOT_EVALUABLE, List.of("not-a"), List.of("args")), unknown);
        for (Decision.Match match : List.of(Decision.Match.MATCHED, Decision.Match.CONDITION_ERROR)) {
            assertEquals(
                    Outcome.DENY,
                    policy.reconsider(new CallSketch(
                                    Calls.BOT,
                                    WRITE,
                                    null,
                                    null,
                                    null,
                                    false,
                                    Map.of("args.a == 1", match),
                                    null,
                                    null))
                            .outcome());
        }
    }

    @Test
    void circumstancesThatNobodyKnowsAreNeverGuessedAndKnownOnesCount() {
        Rule.Who office = new Rule.Who(null, null, null, null, null, null, List.of("10.0.0.0/8"));
        Selectors files = Selectors.servers("files");
        AccessPolicy policy = AccessPolicy.of(List.of(
                new Rule("from", Effect.DENY, office, files, null, List.of(), null),
                new Rule("view", Effect.DENY, Rule.Who.ANYBODY, files.by("files"), null, List.of(), null),
                new Rule(
                        "weekend",
                        Effect.ALLOW,
                        Rule.Who.ANYBODY,
                        files.at("Sat,Sun 00:00-24:00 UTC"),
                        null,
                        List.of(),
                        null)));
        CallSketch call = new CallSketch(Calls.BOT, WRITE, arguments("{}"));
        assertEquals(
                List.of("needs network", "needs view", "needs time"),
                policy.explain(call).rules().stream().map(Look::why).toList());
        CallSketch monday = at(call, "2026-11-23T12:00:00Z");
        assertEquals(Found.OTHER_CALLER, policy.explain(monday).rules().get(2).found());
        assertEquals(Outcome.DENY, policy.reconsider(monday).outcome());
        CallSketch sunday = at(call, "2026-11-22T12:00:00Z");
        assertEquals(Found.MATCHED, policy.explain(sunday).rules().get(2).found());
        assertEquals(List.of("network", "view"), policy.reconsider(sunday).missing());
    }

    @Test
    void labelsAndTheTimeAreReadWhereTheyAreKnownAndNeverGuessed() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                rule("all", Effect.ALLOW, null, Rule.Who.ANYBODY, "files__*"),
                new Rule(
                        "marks",
                        Effect.LABEL,
                        Rule.Who.ANYBODY,
                        Selectors.tools("web__*"),
                        "args.z == 1",
                        List.of(),
                        null,
                        Obligations.label("untrusted")),
                rule("careful", Effect.DENY, "session.has('untrusted')", Rule.Who.ANYBODY, "files__*"),
                rule("late", Effect.DENY, "now > timestamp('2026-11-23T00:00:00Z')", Rule.Who.ANYBODY, "files__*")));
        CallSketch unknown = new CallSketch(Calls.BOT, WRITE, arguments("{}"));
        assertEquals(
                new Reconsidered(Outcome.NOT_EVALUABLE, List.of("careful", "late"), List.of("now", "session")),
                policy.reconsider(unknown));
        assertEquals(Outcome.NOT_EVALUABLE, policy.explain(unknown).outcome());
        Instant before = Instant.parse("2026-11-22T12:00:00Z");
        assertEquals(
                Outcome.ALLOW,
                policy.reconsider(in(unknown, before, false, Set.of())).outcome());
        assertEquals(
                List.of("careful"),
                policy.reconsider(in(unknown, before, false, Set.of("untrusted")))
                        .by());
        assertEquals(
                List.of("late"),
                policy.reconsider(in(unknown, Instant.parse("2026-11-24T12:00:00Z"), false, Set.of()))
                        .by());
        // What a task's later request asks again is judged by the labels of now, so these may not be passed over.
        assertEquals(
                Outcome.NOT_EVALUABLE,
                policy.reconsider(in(unknown, before, true, null)).outcome());
    }

    @Test
    void aRuleThatMasksOrLabelsDecidesNothingWhateverIsKnownOfIt() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                rule("all", Effect.ALLOW, null, Rule.Who.ANYBODY, "files__*"),
                new Rule(
                        "masks",
                        Effect.MASK,
                        Rule.Who.ANYBODY,
                        Selectors.tools("files__*"),
                        "args.a == 1",
                        List.of(),
                        null,
                        Obligations.mask("/a"))));
        CallSketch call = new CallSketch(Calls.BOT, WRITE, null, null, null, false, Map.of(), null, null);
        assertEquals(new Reconsidered(Outcome.ALLOW, List.of("all"), List.of()), policy.reconsider(call));
        Explanation said = policy.explain(call);
        assertEquals(Outcome.ALLOW, said.outcome());
        assertEquals(Found.NOT_KNOWN, said.rules().getLast().found());
    }

    private static CallSketch in(CallSketch call, Instant at, boolean foreseen, @Nullable Set<String> labels) {
        return new CallSketch(
                call.subject(), call.resource(), call.arguments(), null, null, foreseen, Map.of(), at, labels);
    }

    private static CallSketch at(CallSketch call, String time) {
        return new CallSketch(
                call.subject(),
                call.resource(),
                call.arguments(),
                null,
                null,
                false,
                Map.of(),
                Instant.parse(time),
                null);
    }

    @Test
    void whatWasJudgedBeforeIsForeseenAsListsAre() {
        AccessPolicy policy =
                AccessPolicy.of(List.of(rule("some", Effect.ALLOW, "args.a == 1", Rule.Who.ANYBODY, "files__*")));
        CallSketch task = new CallSketch(Calls.BOT, WRITE, null, null, null, true, Map.of(), null, null);
        assertEquals(Outcome.ALLOW, policy.reconsider(task).outcome());
        assertNull(policy.explain(task).withShadow());
    }

    private static List<Rule> rules(Random random) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            Effect effect = Effect.values()[random.nextInt(3)];
            Rule.Who who = random.nextInt(4) == 0
                    ? new Rule.Who(null, null, null, random.nextBoolean() ? Calls.BOT.member() : "other", null)
                    : Rule.Who.ANYBODY;
            List<String> approvers = effect == Effect.REQUIRE_APPROVAL && random.nextBoolean()
                    ? List.of(random.nextBoolean() ? "ann" : "bob")
                    : List.of();
            rules.add(new Rule(
                    "r" + i,
                    effect,
                    who,
                    List.of(),
                    List.of(random.nextInt(5) == 0 ? "web__*" : "files__*"),
                    CONDITIONS.get(random.nextInt(CONDITIONS.size())),
                    approvers,
                    null));
        }
        return rules;
    }

    private static Rule rule(String id, Effect effect, @Nullable String when, Rule.Who who, String tools) {
        return new Rule(id, effect, who, List.of(), List.of(tools), when, List.of(), null);
    }

    private static Arguments arguments(String json) {
        return ((Arguments.Valid) Arguments.parse(json.getBytes(StandardCharsets.UTF_8))).arguments();
    }

    @Test
    void anErrorOfAConditionSaysItsColumn() {
        AccessPolicy policy = AccessPolicy.of(List.of(new Rule(
                "r", Effect.DENY, Who.ANYBODY, Selectors.tools("*"), "1 == 1 && args.n < 5", List.of(), null)));
        String why = policy.explain(new CallSketch(Calls.BOT, WRITE, arguments("{\"n\":\"x\"}")))
                .rules()
                .getFirst()
                .why();
        assertTrue(why.startsWith("column 18: "), why);
        String absent = policy.explain(new CallSketch(Calls.BOT, WRITE, arguments("{}")))
                .rules()
                .getFirst()
                .why();
        assertTrue(absent.startsWith("column 15: "), absent);
    }
}
