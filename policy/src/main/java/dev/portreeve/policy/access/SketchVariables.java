package dev.portreeve.policy.access;

import dev.cel.runtime.CelVariableResolver;
import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What conditions may read of a {@link CallSketch}; remembers what they asked for in vain. For one question, on its thread. */
final class SketchVariables implements CelVariableResolver {
    private static final String ARGS = "args";
    private static final String MAX_OUTPUT_TOKENS = "call.max_output_tokens";
    private static final String MAX_COST_MICROS = "call.max_cost_micros";
    private static final Set<String> OF_ONE_CALL = Stream.concat(
                    Stream.of(ARGS, MAX_OUTPUT_TOKENS, MAX_COST_MICROS), RequestVariables.NAMES.stream())
            .collect(Collectors.toUnmodifiableSet());
    private final CallSketch call;
    private final KnownVariables known;
    private final SortedSet<String> missing = new TreeSet<>();
    private @Nullable Map<String, Object> args;

    SketchVariables(CallSketch call) {
        this.call = call;
        Set<String> labels = call.labels();
        List<String> roles = call.roles();
        this.known = new KnownVariables(
                call.subject(),
                call.resource(),
                call.at(),
                new SeenOfCaller(
                        labels == null ? null : new Seen<>(() -> labels),
                        roles == null ? null : new Seen<>(() -> roles)));
    }

    @Override
    public Optional<Object> find(String name) {
        Optional<Object> value = switch (name) {
            case ARGS -> call.foreseen() ? Optional.empty() : args();
            case MAX_OUTPUT_TOKENS -> Optional.ofNullable(call.foreseen() ? null : call.maxOutputTokens());
            case MAX_COST_MICROS -> Optional.ofNullable(call.foreseen() ? null : call.maxCostMicros());
            default ->
                RequestVariables.NAMES.contains(name)
                        ? Optional.ofNullable(call.foreseen() ? null : said(name))
                        : known.find(name);
        };
        if (value.isEmpty() && !isOfNoRequest(name)) {
            missing.add(name);
        }
        return value;
    }

    private @Nullable Object said(String name) {
        boolean route = name.equals(RequestVariables.ROUTE) && call.resource() instanceof Resource.Model;
        return route ? call.resource().name() : call.said().get(name);
    }

    /** What calls of models have and this is none: there is nothing to know, and a condition that asks fails. */
    private boolean isOfNoRequest(String name) {
        return name.startsWith(RequestVariables.REQUEST)
                && !call.foreseen()
                && !(call.resource() instanceof Resource.Model);
    }

    private Optional<Object> args() {
        Arguments arguments = call.arguments();
        if (args == null && arguments != null) {
            args = ArgumentValues.of(arguments);
        }
        return Optional.ofNullable(args);
    }

    /** What the last condition wanted and is not known. */
    SortedSet<String> missing() {
        return missing;
    }

    /** Whether all that the last condition wanted in vain was judged with an earlier call, so that nothing is unknown. */
    boolean judgedBefore() {
        return call.foreseen() && OF_ONE_CALL.containsAll(missing);
    }

    /** How a rule that fits comes out; {@code NOT_TESTED} where that hangs on what is not known. */
    Match test(CompiledRule rule) {
        missing.clear();
        Match match = condition(rule);
        List<String> unknown = rule.unknown(call);
        if (unknown.isEmpty() || match == Match.CONDITION_FALSE) {
            return match;
        }
        missing.addAll(unknown);
        return Match.NOT_TESTED;
    }

    private Match condition(CompiledRule rule) {
        Condition condition = rule.condition();
        if (condition == null) {
            return Match.MATCHED;
        }
        Match earlier = call.earlier().get(String.valueOf(rule.rule().when()));
        if (earlier != null) {
            return earlier;
        }
        Match match = condition.test(this);
        // Whoever knows more may see no error, so one beside something unknown proves nothing.
        return match == Match.CONDITION_ERROR && !missing.isEmpty() ? Match.NOT_TESTED : match;
    }
}
