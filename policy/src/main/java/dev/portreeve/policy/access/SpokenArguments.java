package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Of which arguments rules speak that name a tool without a star. Immutable. */
final class SpokenArguments {
    private final Map<String, List<OfRule>> byTool = new HashMap<>();

    private record OfRule(String rule, List<String> path) {}

    SpokenArguments(List<CompiledRule> rules) {
        for (CompiledRule rule : rules) {
            Condition condition = rule.condition();
            if (condition != null) {
                rule.names().tools().stream()
                        .filter(Glob::isExact)
                        .forEach(tool -> condition
                                .arguments()
                                .forEach(path -> byTool.computeIfAbsent(tool.beginning(), ignored -> new ArrayList<>())
                                        .add(new OfRule(rule.rule().id(), path))));
            }
        }
    }

    /** What is wrong with the first rule that speaks of an argument which the tool cannot have. */
    Optional<String> misfit(Resource.Tool tool, Predicate<List<String>> has) {
        return byTool.getOrDefault(tool.name(), List.of()).stream()
                .filter(one -> !has.test(one.path()))
                .map(one -> "rule \"" + one.rule() + "\" speaks of the argument \"" + String.join(".", one.path())
                        + "\", which \"" + tool.name() + "\" does not have")
                .sorted()
                .findFirst();
    }
}
