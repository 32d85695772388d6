package dev.portreeve.policy.call;

/** A text that is not the JSON we accept; {@link #problem()} says what and where. Unchecked: whoever reads bytes off a wire catches it there. */
public final class MalformedJson extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient JsonProblem problem;

    public MalformedJson(JsonProblem.Kind kind, long offset) {
        this(new JsonProblem(kind, offset));
    }

    MalformedJson(JsonProblem problem) {
        super(problem.message(), null, false, false);
        this.problem = problem;
    }

    public JsonProblem problem() {
        return problem;
    }
}
