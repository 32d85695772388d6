package dev.portreeve.policy.call;

/**
 * Ends the call being governed, carrying the outcome as a value through nested scopes. The only checked exception we
 * declare; caught in {@code CallGovernor} only. No stack trace: an expected ending is not an error.
 */
public final class CallEnded extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient CallOutcome.Incomplete outcome;

    public CallEnded(CallOutcome.Incomplete outcome) {
        super(null, null, false, false);
        this.outcome = outcome;
    }

    public CallOutcome.Incomplete outcome() {
        return outcome;
    }
}
