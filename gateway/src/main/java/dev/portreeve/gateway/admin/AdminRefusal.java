package dev.portreeve.gateway.admin;

/** Ends an admin request with a problem. Thrown and caught in this package only; no stack trace, it is no error of ours. */
final class AdminRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Problem problem;

    AdminRefusal(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
