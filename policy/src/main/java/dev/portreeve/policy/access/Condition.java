package dev.portreeve.policy.access;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import org.jspecify.annotations.Nullable;

/** A compiled condition. Thread-safe. */
final class Condition {
    /** Stands for one that did not compile, in a policy that will be refused. */
    static final Condition UNUSABLE = new Condition(null);

    private final @Nullable Program program;

    Condition(@Nullable Program program) {
        this.program = program;
    }

    /** Never throws: whatever goes wrong, and whatever is neither true nor false, is an error of the condition. */
    Decision.Match test(CallVariables variables) {
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
