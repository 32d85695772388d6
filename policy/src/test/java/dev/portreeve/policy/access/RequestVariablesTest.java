package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.RequestFacts;
import dev.portreeve.policy.call.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What conditions may ask of requests to models, and of budgets. */
class RequestVariablesTest {
    private static final RequestFacts FACTS = new RequestFacts("quick", 100L, List.of("search", "shell"), 2, 3, true);
    private final AtomicInteger read = new AtomicInteger();
    private final AtomicInteger measured = new AtomicInteger();

    private AccessPolicy policy(Selectors about, String when) {
        BudgetGauge gauge = call -> {
            measured.incrementAndGet();
            return new BudgetGauge.Reading(1_500_000, 85);
        };
        return AccessPolicy.of(
                List.of(new Rule("r", Effect.DENY, Who.ANYBODY, about, when, List.of(), null)),
                InstantSource.fixed(Instant.EPOCH),
                SessionLabels.NONE,
                MemberRoles.NONE,
                gauge);
    }

    private static Selectors everything() {
        return new Selectors(List.of("*"), List.of("*"), List.of(), List.of(), List.of());
    }

    private LlmCall call() {
        return Calls.llm(Calls.BOT, "fast").asking(() -> {
            read.incrementAndGet();
            return FACTS;
        });
    }

    private static Match match(AccessPolicy policy, GovernedCall call) {
        return policy.decide(call).verdicts().getFirst().matched();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "request.model == 'quick' && request.route == 'fast'; MATCHED",
                "request.max_tokens <= 100; MATCHED",
                "'shell' in request.tools && size(request.tools) == 2; MATCHED",
                "request.tools.exists(t, t.startsWith('she')); MATCHED",
                "request.images > 2; CONDITION_FALSE",
                "request.messages == 3 && request.stream; MATCHED",
                "budget.left_micros < 2000000 && budget.used_percent > 80; MATCHED",
                "budget.used_percent > 90 || request.images > 5; CONDITION_FALSE",
            })
    void areThoseOfTheRequestAndTheBudgets(String when, Match match) {
        assertEquals(match, match(policy(everything(), when), call()));
    }

    @Test
    void costNothingWhereNobodyAsksAndAreReadOnce() {
        assertEquals(Match.MATCHED, match(policy(everything(), "call.name == 'fast'"), call()));
        assertEquals(0, read.get() + measured.get());
        assertEquals(
                Match.MATCHED,
                match(
                        policy(
                                everything(),
                                "request.images == 2 && request.messages == 3 && budget.used_percent == 85 && budget.left_micros > 5"),
                        call()));
        assertEquals(1, read.get());
        assertEquals(1, measured.get());
    }

    @Test
    void whatACallDoesNotHaveCountsAgainstTheCaller() {
        GovernedCall tool = Calls.tool(Calls.BOT, Calls.WRITE, "{}");
        assertEquals(Match.CONDITION_ERROR, match(policy(everything(), "request.images == 0"), tool));
        assertEquals(Match.CONDITION_ERROR, match(policy(everything(), "request.route == 'fast'"), tool));
        assertEquals(Match.MATCHED, match(policy(everything(), "budget.used_percent == 85"), tool));
        assertEquals(
                Match.CONDITION_ERROR,
                match(policy(everything(), "request.images == 0"), Calls.llm(Calls.BOT, "fast")));
        LlmCall unbounded =
                Calls.llm(Calls.BOT, "fast").asking(() -> new RequestFacts("fast", null, List.of(), 0, 1, false));
        assertEquals(Match.CONDITION_ERROR, match(policy(everything(), "request.max_tokens < 5"), unbounded));
        assertEquals(
                Match.CONDITION_ERROR,
                match(
                        AccessPolicy.of(List.of(new Rule(
                                "r",
                                Effect.DENY,
                                Who.ANYBODY,
                                everything(),
                                "budget.used_percent > 5",
                                List.of(),
                                null))),
                        call()));
    }

    @Test
    void aRuleThatNamesNoModelCannotAskForARequest() {
        InvalidPolicy wrong =
                assertThrows(InvalidPolicy.class, () -> policy(Selectors.tools("files__*"), "request.images > 1"));
        assertTrue(String.valueOf(wrong.getMessage()).contains("only calls of models have a request"));
        assertThrows(InvalidPolicy.class, () -> policy(everything(), "request.images == 'two'"));
        assertThrows(InvalidPolicy.class, () -> policy(everything(), "request.nothing == 2"));
    }

    @Test
    void aSketchSaysOnlyWhatIsKnown() {
        AccessPolicy policy = policy(everything(), "request.images > 1 && request.route == 'fast'");
        CallSketch unknown = sketch(new Resource.Model("fast"), Map.of("request.messages", 5L));
        assertEquals(
                Outcome.NOT_EVALUABLE,
                allowed("request.images > 1").explain(unknown).outcome());
        assertEquals(
                List.of("request.images"),
                allowed("request.images > 1").reconsider(unknown).missing());
        assertEquals(
                Explanation.Found.MATCHED,
                policy.explain(sketch(new Resource.Model("fast"), Map.of("request.images", 2L)))
                        .rules()
                        .getFirst()
                        .found());
        assertEquals(
                Explanation.Found.CONDITION_ERROR,
                policy.explain(sketch(Calls.WRITE, Map.of())).rules().getFirst().found(),
                "a tool has no request, so there is nothing to know");
        assertEquals(
                List.of("budget.left_micros"),
                allowed("budget.left_micros > 5").reconsider(unknown).missing());
    }

    private static AccessPolicy allowed(String when) {
        return AccessPolicy.of(List.of(new Rule("r", Effect.ALLOW, Who.ANYBODY, everything(), when, List.of(), null)));
    }

    private static CallSketch sketch(Resource resource, Map<String, Object> said) {
        return new CallSketch(Calls.BOT, resource, null, null, null, false, Map.of(), null, null, said);
    }
}
