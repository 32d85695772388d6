package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules about the places that models lead to. */
class TargetRulesTest {
    private static final Rule MODELS =
            rule("models", Effect.ALLOW, new Selectors(List.of("*"), List.of(), List.of(), List.of(), List.of()), null);

    private static Rule rule(String id, Effect effect, Selectors about, @Nullable String when) {
        return new Rule(id, effect, Who.ANYBODY, about, when, List.of(), null);
    }

    private static LlmCall call(String model, @Nullable String provider, String upstream) {
        LlmCall plain = Calls.llm(Calls.BOT, model);
        return new LlmCall(
                plain.id(),
                plain.subject(),
                plain.resource(),
                plain.operation(),
                plain.content(),
                plain.estimate(),
                plain.deadline(),
                provider == null ? null : new LlmCall.Target(provider, upstream, 0, true, List.of(), List::of));
    }

    @ParameterizedTest
    @CsvSource({
        "openai/*, fast, openai, gpt-5, true",
        "openai/*, fast, openai, ft:a/b, true",
        "openai/*, fast, openai-eu, gpt-5, false",
        "openai/gpt-5, fast, openai, gpt-5, true",
        "openai/gpt-5, fast, openai, gpt-5-mini, false",
        "openai/*, openai/gpt-5, local, gpt-5, false",
        "*/gpt-*, fast, azure, gpt-5, true",
        "*, fast, local, llama, true",
    })
    void aPlaceIsItsProviderAndTheProvidersOwnName(
            String pattern, String model, String provider, String upstream, boolean denied) {
        AccessPolicy policy =
                AccessPolicy.of(List.of(MODELS, rule("away", Effect.DENY, Selectors.targets(pattern), null)));
        LlmCall call = call(model, provider, upstream);
        assertEquals(denied, policy.decide(call) instanceof Decision.Deny);
        assertEquals(denied ? List.of("away") : List.of(), policy.closing(call));
    }

    @Test
    void allElseThatARuleNamesMustFitToo() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                MODELS,
                rule("fast", Effect.DENY, Selectors.targets("openai/*").of("fast"), null),
                rule("dear", Effect.DENY, Selectors.targets("aws/*"), "call.max_output_tokens > 1000000"),
                rule("broken", Effect.DENY, Selectors.targets("gcp/*"), "request.max_tokens > 5")));
        assertEquals(List.of("fast"), policy.closing(call("fast", "openai", "x")));
        assertEquals(List.of(), policy.closing(call("slow", "openai", "x")));
        assertEquals(List.of(), policy.closing(call("fast", "aws", "x")));
        assertEquals(List.of("broken"), policy.closing(call("fast", "gcp", "x")), "an error counts against the caller");
    }

    @Test
    void whatIsSentNowhereIsNotHeldToIt() {
        AccessPolicy policy = AccessPolicy.of(List.of(MODELS, rule("away", Effect.DENY, Selectors.targets("*"), null)));
        assertInstanceOf(Decision.Permit.class, policy.decide(call("fast", null, "")));
        assertTrue(policy.mayUse(Calls.BOT, new Resource.Model("fast")), "lists do not know places");
    }

    @Test
    void inShadowItClosesNothing() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                MODELS,
                rule("away", Effect.DENY, Selectors.targets("openai/*"), null).in(Rule.Mode.SHADOW)));
        LlmCall call = call("fast", "openai", "gpt-5");
        assertEquals(List.of(), policy.closing(call));
        assertInstanceOf(Decision.Permit.class, policy.decide(call));
    }

    @Test
    void aSketchWithoutAPlaceIsNotGuessed() {
        AccessPolicy policy =
                AccessPolicy.of(List.of(MODELS, rule("away", Effect.DENY, Selectors.targets("openai/*"), null)));
        Resource.Model fast = new Resource.Model("fast");
        CallSketch unknown = new CallSketch(Calls.BOT, fast, Arguments.NONE);
        assertEquals(Outcome.NOT_EVALUABLE, policy.explain(unknown).outcome());
        assertEquals(List.of("place"), policy.reconsider(unknown).missing());
        CallSketch there = unknown.sent(fast, "openai/gpt-5");
        assertEquals(Outcome.DENY, policy.explain(there).outcome());
        assertEquals(List.of("away"), policy.reconsider(there).by());
        CallSketch here = unknown.sent(fast, "local/llama");
        assertEquals(Outcome.ALLOW, policy.explain(here).outcome());
        assertEquals(Outcome.ALLOW, policy.reconsider(here).outcome());
        assertEquals(
                Explanation.Found.OTHER_RESOURCE,
                policy.explain(here).rules().getLast().found());
    }

    @Test
    void onlyADenyNamesPlacesAndNothingButModelsBeside() {
        InvalidPolicy allow = assertThrows(
                InvalidPolicy.class,
                () -> AccessPolicy.of(List.of(rule("a", Effect.ALLOW, Selectors.targets("openai/*"), null))));
        assertTrue(allow.getMessage().contains("only a rule whose effect is deny names places"), allow.getMessage());
        Selectors tools = new Selectors(
                List.of(),
                List.of("openai/*"),
                List.of("x__y"),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        InvalidPolicy beside =
                assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(rule("a", Effect.DENY, tools, null))));
        assertTrue(beside.getMessage().contains("only calls of models go to places"), beside.getMessage());
        InvalidPolicy bare = assertThrows(
                InvalidPolicy.class,
                () -> AccessPolicy.of(List.of(rule("a", Effect.DENY, Selectors.targets("openai"), null))));
        assertTrue(bare.getMessage().contains("write \"openai/*\""), bare.getMessage());
    }

    @Test
    void patternsThatFitNothingAreFound() {
        AccessPolicy policy =
                AccessPolicy.of(List.of(rule("away", Effect.DENY, Selectors.targets("opnai/*", "openai/*"), null)));
        List<String> lost = policy.placeless(List.of("openai/gpt-5"));
        assertEquals(1, lost.size());
        assertTrue(lost.getFirst().contains("\"opnai/*\""), lost.getFirst());
    }
}
