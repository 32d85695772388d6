package dev.portreeve.policy.access;

import dev.portreeve.policy.access.ArgumentType.Members;
import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Of which arguments rules speak, and whether tools have them so. Thread-safe. */
final class SpokenArguments {
    private final Map<String, List<OfRule>> byTool = new HashMap<>();
    private final List<OfRule> byPattern = new ArrayList<>();
    private final TypedConditions types = new TypedConditions();

    /** A rule that speaks of arguments, and what it says of them. */
    private record OfRule(CompiledRule rule, Condition condition, String when) {
        String id() {
            return rule.rule().id();
        }
    }

    SpokenArguments(List<CompiledRule> rules) {
        for (CompiledRule rule : rules) {
            Condition condition = rule.condition();
            String when = rule.rule().when();
            if (condition != null && when != null && !condition.arguments().isEmpty()) {
                OfRule of = new OfRule(rule, condition, when);
                List<Glob> tools = rule.names().tools();
                tools.stream()
                        .filter(Glob::isExact)
                        .forEach(tool -> byTool.computeIfAbsent(tool.beginning(), ignored -> new ArrayList<>())
                                .add(of));
                if (!tools.stream().allMatch(Glob::isExact)
                        || !rule.names().servers().isEmpty()) {
                    byPattern.add(of);
                }
            }
        }
    }

    /** Whether any rule that names tools speaks of arguments. */
    boolean isAny() {
        return !byTool.isEmpty() || !byPattern.isEmpty();
    }

    /** Of each tool what is wrong with a rule that names it, and {@link #astray} of all. */
    List<String> misfits(Map<Resource.Tool, Members> tools) {
        return Stream.concat(
                        tools.entrySet().stream()
                                .flatMap(tool -> misfit(tool.getKey(), tool.getValue()).stream())
                                .sorted(),
                        astray(tools).stream())
                .toList();
    }

    /** What is wrong with the first rule that names the tool without a star and does not fit what it has. */
    Optional<String> misfit(Resource.Tool tool, Members arguments) {
        return byTool.getOrDefault(tool.name(), List.of()).stream()
                .map(one -> misfit(one, tool.name(), arguments))
                .flatMap(Optional::stream)
                .sorted()
                .findFirst();
    }

    private Optional<String> misfit(OfRule one, String tool, Members arguments) {
        Optional<String> unknown = one.condition().arguments().stream()
                .filter(path -> !has(arguments, path))
                .map(path -> "rule \"" + one.id() + "\" speaks of the argument \"" + String.join(".", path)
                        + "\", which \"" + tool + "\" does not have")
                .sorted()
                .findFirst();
        return unknown.or(() -> types.misfit(one.when(), one.condition().arguments(), arguments)
                .map(what -> "rule \"" + one.id() + "\" does not fit \"" + tool + "\": " + what));
    }

    /**
     * The rules that name tools by patterns or servers and fit none of those: an argument that they speak of is in no tool they are about, or what
     * they do with it goes with none of them.
     *
     * @param tools all that are known
     */
    List<String> astray(Map<Resource.Tool, Members> tools) {
        return byPattern.stream()
                .map(one -> astray(one, tools))
                .filter(Objects::nonNull)
                .toList();
    }

    private @Nullable String astray(OfRule one, Map<Resource.Tool, Members> tools) {
        Map<Resource.Tool, Members> about = tools.entrySet().stream()
                .filter(tool -> one.rule().names().have(tool.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        if (about.isEmpty()) {
            return null;
        }
        Optional<String> unknown = one.condition().arguments().stream()
                .filter(path -> about.values().stream().noneMatch(arguments -> has(arguments, path)))
                .map(path -> "rule \"" + one.id() + "\" speaks of the argument \"" + String.join(".", path)
                        + "\", which no tool that it is about has")
                .sorted()
                .findFirst();
        if (unknown.isPresent()) {
            return unknown.get();
        }
        List<String> wrong = about.entrySet().stream()
                .map(tool -> types.misfit(one.when(), one.condition().arguments(), tool.getValue())
                        .map(what -> "rule \"" + one.id() + "\" fits no tool that it is about; of \""
                                + tool.getKey().name() + "\": " + what))
                .flatMap(Optional::stream)
                .sorted()
                .toList();
        return wrong.size() == about.size() ? wrong.getFirst() : null;
    }

    /** Whether there can be such an argument; what is no object is looked at with its type. */
    private static boolean has(Members arguments, List<String> path) {
        ArgumentType type = arguments;
        for (String name : path) {
            if (!(type instanceof Members members)) {
                return true;
            }
            ArgumentType found = members.named().get(name);
            if (found == null) {
                return members.open();
            }
            type = found;
        }
        return true;
    }
}
