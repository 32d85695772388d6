package dev.portreeve.policy.access;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A compiled condition. Thread-safe. */
final class Condition {
    /** Stands for one that did not compile, in a policy that will be refused. */
    static final Condition UNUSABLE = new Condition(null, Set.of(), Set.of(), null);

    private static final Pattern PLACE = Pattern.compile("^evaluation error at <input>:(\\d{1,9}): ");

    private final CelRuntime.@Nullable Program program;
    private final Set<String> variables;
    private final Set<List<String>> arguments;
    private final @Nullable Set<Long> expressions;

    /**
     * @param variables the names of all that it speaks of
     * @param arguments the ways to the arguments it names
     * @param expressions the ids of what it takes for regular expressions, if what it costs depends on the call so much that it must
     *     be watched; {@code null} if it need not
     */
    Condition(
            CelRuntime.@Nullable Program program,
            Set<String> variables,
            Set<List<String>> arguments,
            @Nullable Set<Long> expressions) {
        this.program = program;
        this.variables = Set.copyOf(variables);
        this.arguments = Set.copyOf(arguments);
        this.expressions = expressions == null ? null : Set.copyOf(expressions);
    }

    /** The arguments it names, each as the names on the way to it. */
    Set<List<String>> arguments() {
        return arguments;
    }

    /** Whether it speaks of any of these, or of nothing at all: if not, it need not be tried with them. */
    boolean isAbout(Set<String> names) {
        return variables.isEmpty() || !Collections.disjoint(variables, names);
    }

    /** Whether it speaks of anything whose name begins so. */
    boolean isAboutAny(String beginning) {
        return variables.stream().anyMatch(name -> name.startsWith(beginning));
    }

    /** Whether it speaks of nothing but these. */
    boolean speaksOnlyOf(Set<String> names) {
        return names.containsAll(variables);
    }

    /** Never throws: whatever goes wrong, and whatever is neither true nor false, is an error of the condition. */
    Decision.Match test(CelVariableResolver variables) {
        if (program == null) {
            return Decision.Match.CONDITION_ERROR;
        }
        try {
            Object result = value(program, variables);
            if (Boolean.TRUE.equals(result)) {
                return Decision.Match.MATCHED;
            }
            return Boolean.FALSE.equals(result) ? Decision.Match.CONDITION_FALSE : Decision.Match.CONDITION_ERROR;
        } catch (CelEvaluationException | RuntimeException | StackOverflowError e) {
            // Not logged: the message may quote arguments. The verdict in the record says that it happened.
            return Decision.Match.CONDITION_ERROR;
        }
    }

    private Object value(CelRuntime.Program ready, CelVariableResolver variables) throws CelEvaluationException {
        return expressions == null ? ready.eval(variables) : ready.trace(variables, new Effort(expressions));
    }

    /** What is wrong when it cannot be evaluated; for whoever asks about a call, never for a log, since it may quote arguments. */
    @Nullable
    String complaint(CelVariableResolver variables) {
        if (program == null) {
            return null;
        }
        try {
            Object result = value(program, variables);
            return result instanceof Boolean ? null : "its value is neither true nor false";
        } catch (CelEvaluationException | RuntimeException e) {
            return inWords(String.valueOf(e.getMessage()));
        } catch (StackOverflowError deep) {
            return "it goes too deep";
        }
    }

    /** The language says at which character of an input without a name; people count columns, from 1. */
    private static String inWords(String message) {
        Matcher place = PLACE.matcher(message);
        return place.find()
                ? "column " + (Integer.parseInt(place.group(1)) + 1) + ": " + message.substring(place.end())
                : message;
    }
}
