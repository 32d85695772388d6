package dev.portreeve.policy.access;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a rule may say of the places that models lead to. */
final class PlaceSelectors {
    private PlaceSelectors() {}

    /** What is wrong with what a rule says of places; empty where it names none, or all is well. */
    static List<InvalidPolicy.Problem> problems(Rule rule) {
        List<InvalidPolicy.Problem> problems = new ArrayList<>();
        Selectors about = rule.about();
        if (about.targets().isEmpty()) {
            return problems;
        }
        if (rule.effect() != Rule.Effect.DENY) {
            problems.add(problem(
                    rule,
                    "targets",
                    "only a rule whose effect is deny names places: where a call goes is settled after it is allowed, and may"
                            + " change while it runs; name models here, and deny the places they must not go to"));
        }
        boolean others = Stream.of(
                        about.tools(),
                        about.prompts(),
                        about.resources(),
                        about.hostedTools(),
                        about.servers(),
                        about.views())
                .anyMatch(names -> !names.isEmpty());
        if (others) {
            problems.add(problem(
                    rule,
                    "targets",
                    "only calls of models go to places: beside them name models only, and no tools, prompts, resources,"
                            + " hosted-tools, servers or views"));
        }
        for (int i = 0; i < about.targets().size(); i++) {
            String pattern = about.targets().get(i);
            if (pattern.indexOf('/') < 0 && pattern.indexOf('*') < 0) {
                problems.add(problem(
                        rule,
                        "targets[" + i + "]",
                        "\"" + pattern + "\" is no place such as provider/model: write \"" + pattern
                                + "/*\" for all of a provider"));
            }
        }
        return problems;
    }

    private static InvalidPolicy.Problem problem(Rule rule, String member, String message) {
        return new InvalidPolicy.Problem(rule.id(), member, 0, message);
    }
}
