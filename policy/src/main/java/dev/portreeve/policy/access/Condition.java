package dev.portreeve.policy.access;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelVariableResolver;
import dev.cel.runtime.Program;
import java.util.Collections;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A compiled condition. Thread-safe. */
final class Condition {
    /** Stands for one that did not compile, in a policy that will be refused. */
    static final Condition UNUSABLE = new Condition(null, Set.of());

    private final @Nullable Program program;
    private final Set<String> variables;

    /** @param variables the names of all that it speaks of */
    Condition(@Nullable Program program, Set<String> variables) {
        this.program = program;
        this.variables = Set.copyOf(variables);
    }

    /** Whether its outcome hangs on nothing but a call's own: then it need not be tried before there is one. */
    boolean isOnlyAboutTheCall() {
        return !variables.isEmpty() && Collections.disjoint(variables, KnownVariables.NAMES);
    }

    /** Never throws: whatever goes wrong, and whatever is neither true nor false, is an error of the condition. */
    Decision.Match test(CelVariableResolver variables) {
        if (program == null) {
            return Decision.Match.CONDITION_ERROR;
        }
        try {
            Object result = program.eval(variables);
            if (Boolean.TRUE.equals(result)) {
                return Decision.Match.MATCHED;
            }
            return Boolean.FALSE.equals(result) ? Decision.Match.CONDITION_FALSE : Decision.Match.CONDITION_ERROR;
        } catch (CelEvaluationException | RuntimeException e) {
            // Not logged: the message may quote arguments. The verdict in the record says that it happened.
            return Decision.Match.CONDITION_ERROR;
        }
    }
}
