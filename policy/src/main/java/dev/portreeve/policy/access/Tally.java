package dev.portreeve.policy.access;

import dev.portreeve.policy.access.Decision.Match;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Adds up what rules say where some of it is not known: the outcome is given only if it is the same however that would come out. Where
 * everything is known, it is what {@link AccessPolicy#decide} says. For one question.
 */
final class Tally {
    private final Map<Rule.Effect, List<Rule>> certain = new EnumMap<>(Rule.Effect.class);
    private final Map<Rule.Effect, List<Rule>> possible = new EnumMap<>(Rule.Effect.class);
    private final Map<Rule.Effect, List<Rule>> foreseen = new EnumMap<>(Rule.Effect.class);

    /**
     * Rules that decide nothing are passed over.
     *
     * @param judgedBefore whether what was not tested was judged with an earlier call: then a rule that allows or asks holds, and one
     *     that denies does not
     */
    void hear(Rule rule, Match match, boolean judgedBefore) {
        if (!rule.effect().decides()) {
            return;
        }
        boolean matches =
                match == Match.MATCHED || (match == Match.CONDITION_ERROR && rule.effect() != Rule.Effect.ALLOW);
        if (matches) {
            certain.computeIfAbsent(rule.effect(), effect -> new ArrayList<>()).add(rule);
        } else if (match == Match.NOT_TESTED && !judgedBefore) {
            possible.computeIfAbsent(rule.effect(), effect -> new ArrayList<>()).add(rule);
        } else if (match == Match.NOT_TESTED && rule.effect() != Rule.Effect.DENY) {
            foreseen.computeIfAbsent(rule.effect(), effect -> new ArrayList<>()).add(rule);
        }
    }

    Outcome outcome() {
        if (!denying().isEmpty()) {
            return Outcome.DENY;
        }
        boolean asked = has(certain, Rule.Effect.REQUIRE_APPROVAL) || has(foreseen, Rule.Effect.REQUIRE_APPROVAL);
        boolean allowed = has(certain, Rule.Effect.ALLOW) || has(foreseen, Rule.Effect.ALLOW);
        boolean maybeAsked = has(possible, Rule.Effect.REQUIRE_APPROVAL);
        boolean maybeAllowed = has(possible, Rule.Effect.ALLOW);
        Set<Outcome> all = EnumSet.noneOf(Outcome.class);
        if (has(possible, Rule.Effect.DENY) || mayBeTooFew()) {
            all.add(Outcome.DENY);
        }
        if (asked || maybeAsked) {
            all.add(Outcome.ASK);
        }
        if (!asked) {
            all.add(allowed ? Outcome.ALLOW : Outcome.DENY);
            if (maybeAllowed) {
                all.add(Outcome.ALLOW);
            }
        }
        return all.size() == 1 ? all.iterator().next() : Outcome.NOT_EVALUABLE;
    }

    /** The rules that an outcome rests on; empty where it is that nothing permits the call. */
    List<String> decisive(Outcome outcome) {
        Stream<Rule> rules = switch (outcome) {
            case DENY -> denying().stream();
            case ASK -> every(Rule.Effect.REQUIRE_APPROVAL);
            case ALLOW -> every(Rule.Effect.ALLOW);
            case NOT_EVALUABLE -> possible.values().stream().flatMap(List::stream);
        };
        return rules.map(Rule::id).distinct().toList();
    }

    private List<Rule> denying() {
        List<Rule> denying = of(certain, Rule.Effect.DENY);
        List<Rule> asking = of(certain, Rule.Effect.REQUIRE_APPROVAL);
        return denying.isEmpty() && Approvers.areTooFew(asking) ? asking : denying;
    }

    /** Whether those of the rules that may ask could be such that nobody can approve; one that names a team or more people later undoes that. */
    private boolean mayBeTooFew() {
        return of(certain, Rule.Effect.REQUIRE_APPROVAL).stream().allMatch(Approvers::areAllNamed)
                && Approvers.areTooFew(
                        everyAsking().stream().filter(Approvers::areAllNamed).toList());
    }

    private Stream<Rule> every(Rule.Effect effect) {
        return Stream.of(certain, foreseen, possible).flatMap(rules -> of(rules, effect).stream());
    }

    private List<Rule> everyAsking() {
        List<Rule> asking = new ArrayList<>(of(certain, Rule.Effect.REQUIRE_APPROVAL));
        asking.addAll(of(possible, Rule.Effect.REQUIRE_APPROVAL));
        return asking;
    }

    private static boolean has(Map<Rule.Effect, List<Rule>> rules, Rule.Effect effect) {
        return !of(rules, effect).isEmpty();
    }

    private static List<Rule> of(Map<Rule.Effect, List<Rule>> rules, Rule.Effect effect) {
        return rules.getOrDefault(effect, List.of());
    }
}
