package dev.portreeve.policy.access;

import dev.cel.runtime.CelVariableResolver;
import dev.portreeve.policy.call.Arguments;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A condition that a person wrote about further calls of one tool by one caller: the language of rules' conditions with their bounds, of which it may
 * speak of {@code args} and {@code now}; caller and tool are bound otherwise. Immutable, thread-safe.
 */
public final class CallCondition {
    private static final Conditions CONDITIONS = new Conditions(Set.of());
    private static final String ARGS = "args";
    private static final String NOW = "now";

    private final String text;
    private final Condition condition;

    private CallCondition(String text, Condition condition) {
        this.text = text;
        this.condition = condition;
    }

    /**
     * Compiles a condition.
     *
     * @throws IllegalArgumentException saying what is wrong with it, and in which column
     */
    public static CallCondition of(String text) {
        List<InvalidPolicy.Problem> problems = new ArrayList<>();
        Condition compiled = CONDITIONS.compile("", text, problems);
        if (!problems.isEmpty()) {
            InvalidPolicy.Problem first = problems.getFirst();
            throw new IllegalArgumentException(
                    "the condition is wrong, column " + Math.max(1, first.column()) + ": " + first.message());
        }
        if (!compiled.speaksOnlyOf(Set.of(ARGS, NOW))) {
            throw new IllegalArgumentException(
                    "the condition may speak of args and now: whose calls of which tool it is about is bound anyway");
        }
        return new CallCondition(text, compiled);
    }

    public String text() {
        return text;
    }

    /** The names of the arguments it speaks of, without what is inside them. */
    public Set<String> arguments() {
        return condition.arguments().stream().map(List::getFirst).collect(Collectors.toUnmodifiableSet());
    }

    /** How it comes out for a call with these arguments. Never throws; what cannot be evaluated is an error. */
    public Decision.Match test(Arguments arguments, Instant now) {
        return condition.test(new Variables(arguments, now));
    }

    private static final class Variables implements CelVariableResolver {
        private final Map<String, Object> args;
        private final Instant now;

        private Variables(Arguments arguments, Instant now) {
            this.args = ArgumentValues.of(arguments);
            this.now = now;
        }

        @Override
        public Optional<Object> find(String name) {
            return switch (name) {
                case ARGS -> Optional.of(args);
                case NOW -> Optional.of(now);
                default -> Optional.empty();
            };
        }
    }
}
