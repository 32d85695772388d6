package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.NarrowCondition.Bound;
import dev.portreeve.policy.access.NarrowCondition.Choice;
import dev.portreeve.policy.call.Calls;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions that are made of a call that was shown: they hold for it, and for no call that differs where nobody said it may. */
class NarrowConditionTest {
    private static NarrowCondition of(String json, String... keep) {
        return NarrowCondition.of(Calls.arguments(json), List.of(keep));
    }

    private static boolean holds(String condition, String json) {
        return CallCondition.of(condition).test(Calls.arguments(json), Instant.EPOCH) == Decision.Match.MATCHED;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"to\":\"x\",\"amount\":500}",
                "{\"amount\":-3,\"rate\":0.1,\"big\":9007199254740993,\"huge\":123456789012345680000,\"e\":1e-7}",
                "{\"in\":true,\"null\":null,\"a b\":false,\"ü\":\"ö\",\"quote\\\"d\":\"\\\\ \\\" \\n\\u0000 \\ud83d\\ude00\"}",
                "{\"list\":[1,\"a\",[],{}],\"object\":{\"deep\":{\"er\":[0.5,1,null]}}}",
            })
    void theNarrowestHoldsForWhatWasShown(String json) {
        assertTrue(holds(of(json).with(Map.of()), json), of(json).with(Map.of()));
    }

    @Test
    void nothingInAConditionHidesOrMovesWhatStandsBesideIt() {
        String shown = "{\"a\":\"pdf\u202Eexe \u05d0 \udb40\udc41\u00a0Gr\u00f6\u00dfe\",\"\u202Eb\":\"x\"}";
        String condition = of(shown).with(Map.of());
        assertEquals(
                "args.a == \"pdf\\u202eexe \\u05d0 \\U000e0041\\u00a0Gr\u00f6\u00dfe\" && args[\"\\u202eb\"] == \"x\"",
                condition);
        assertTrue(holds(condition, shown), condition);
        assertFalse(holds(condition, shown.replace("\u202Eexe", "exe")));
    }

    @Test
    void theNarrowestHoldsForNothingElse() {
        String shown = "{\"amount\":500,\"to\":\"x\",\"urgent\":true,\"via\":{\"bank\":[1,2]}}";
        String condition = of(shown).with(Map.of());
        assertEquals(
                "args.amount == 500 && args.to == \"x\" && args.urgent == true && args.via == {\"bank\": [1, 2]}",
                condition);
        for (String other : List.of(
                shown.replace("500", "501"),
                shown.replace("500", "\"500\""),
                shown.replace("500", "500.0000000001"),
                shown.replace("\"x\"", "\"X\""),
                shown.replace("true", "false"),
                shown.replace("[1,2]", "[2,1]"),
                shown.replace("[1,2]", "[1,2,3]"),
                shown.replace("\"to\"", "\"cc\""))) {
            assertFalse(holds(condition, other), other);
        }
    }

    @Test
    void numbersThatRoundAlikeAreOthers() {
        String condition = of("{\"n\":9007199254740992}").with(Map.of());
        assertTrue(holds(condition, "{\"n\":9007199254740992}"));
        assertTrue(holds(condition, "{\"n\":9.007199254740992e15}"), "the same value, spelt otherwise");
        for (String other : List.of("9007199254740993", "9007199254740991", "9007199254740992.5", "1e400")) {
            assertFalse(holds(condition, "{\"n\":" + other + "}"), other);
        }
        String tenth = of("{\"n\":0.1}").with(Map.of());
        assertFalse(holds(tenth, "{\"n\":0.10000000000000000555}"));
        String most = of("{\"n\":5}").with(Map.of("n", new Bound.AtMost("9007199254740992")));
        assertTrue(holds(most, "{\"n\":9007199254740992}"));
        assertFalse(holds(most, "{\"n\":9007199254740993}"));
        assertFalse(holds(most, "{\"n\":9007199254740992.5}"));
    }

    @Test
    void boundsAreWiderWhereSomebodyChoseThem() {
        NarrowCondition shown = of("{\"amount\":100,\"memo\":\"m\",\"path\":\"/workspace/a\"}");
        String condition = shown.with(Map.of(
                "amount", new Bound.AtMost("500.00"),
                "memo", new Bound.Any(),
                "path", new Bound.Under("/workspace")));
        assertEquals("args.amount >= 0 && args.amount <= 500 && path.under(args.path, \"/workspace\")", condition);
        assertTrue(holds(condition, "{\"amount\":500,\"path\":\"/workspace/b/c\"}"));
        for (String other : List.of(
                "{\"amount\":500.01,\"path\":\"/workspace/b\"}",
                "{\"amount\":-1,\"path\":\"/workspace/b\"}",
                "{\"amount\":\"5\",\"path\":\"/workspace/b\"}",
                "{\"amount\":5,\"path\":\"/workspace/../etc\"}",
                "{\"amount\":5,\"path\":[\"/workspace\"]}",
                "{\"path\":\"/workspace/b\"}",
                "{\"amount\":5}")) {
            assertFalse(holds(condition, other), other);
        }
        assertEquals(
                List.of(Choice.EQUAL, Choice.ANY, Choice.AT_MOST),
                shown.arguments().getFirst().choices());
    }

    @Test
    void whatTheRuleWantsKeptIsHeldApart() {
        NarrowCondition shown = of(
                "{\"amount\":1,\"to\":\"x\",\"via\":{\"bank\":\"b\",\"x\":[7]}}",
                "/to",
                "/via/bank",
                "/cc",
                "/via/note",
                "/via/x/0");
        assertEquals(
                "args.to == \"x\" && args.via.bank == \"b\" && !(\"cc\" in args) && !(\"note\" in args.via)"
                        + " && args.via.x[0] == 7",
                shown.kept());
        assertEquals(
                List.of("amount", "via"),
                shown.arguments().stream().map(NarrowCondition.Argument::name).toList());
        assertTrue(holds(shown.kept(), "{\"to\":\"x\",\"via\":{\"bank\":\"b\",\"x\":[7,8]}}"));
        assertFalse(holds(shown.kept(), "{\"to\":\"x\",\"cc\":null,\"via\":{\"bank\":\"b\",\"x\":[7]}}"));
        assertFalse(holds(shown.kept(), "{\"to\":\"y\",\"via\":{\"bank\":\"b\",\"x\":[7]}}"));
    }

    @Test
    void whatCannotBeHeldIsNotOffered() {
        NarrowCondition longText = of("{\"content\":\"" + "x".repeat(600) + "\",\"n\":1e400}");
        assertEquals(
                List.of(List.of(Choice.ANY, Choice.UNDER), List.of(Choice.ANY, Choice.AT_MOST)),
                longText.arguments().stream()
                        .map(NarrowCondition.Argument::choices)
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> longText.with(Map.of()));
        assertEquals("true", longText.with(Map.of("content", new Bound.Any(), "n", new Bound.Any())));
        assertThrows(IllegalArgumentException.class, () -> of("{\"n\":1e400}", "/n"));
        assertThrows(IllegalArgumentException.class, () -> of("{\"a\":1}").with(Map.of("b", new Bound.Any())));
        assertThrows(IllegalArgumentException.class, () -> of("{\"a\":1}").with(Map.of("a", new Bound.Under("/"))));
        assertThrows(
                IllegalArgumentException.class, () -> of("{\"a\":\"1\"}").with(Map.of("a", new Bound.AtMost("1"))));
        for (String number : List.of("1e400", "x", "0.10000000000000000555", "1".repeat(50), "1e999999999")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> of("{\"a\":1}").with(Map.of("a", new Bound.AtMost(number))),
                    number);
        }
    }

    @Test
    void whatPeopleWriteMaySpeakOfArgumentsAndTime() {
        assertEquals(
                java.util.Set.of("amount", "to"),
                CallCondition.of("args.amount <= 500 && args[\"to\"] == \"x\"").arguments());
        assertTrue(holds("now < timestamp(\"2026-12-24T00:00:00Z\")", "{}"));
        for (String wrong : List.of(
                "args.amount <=",
                "subject.member == \"bot\"",
                "call.name == \"x\"",
                "session.has(\"x\")",
                "amount < 5",
                "true) || (true",
                "args.x == \"" + "x".repeat(5000) + "\"")) {
            assertThrows(IllegalArgumentException.class, () -> CallCondition.of(wrong), wrong);
        }
    }
}
