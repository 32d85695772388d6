package dev.portreeve.policy.call;

/**
 * A refusal.
 *
 * @param detail for the caller, in plain words, lower case, without contents or secrets
 */
public record Denial(Stage stage, Reason reason, String detail) {
    /** The step of the recipe that refused. */
    public enum Stage {
        /** Somebody, or the brake, stopped the caller. */
        STOP,
        ACCESS,
        RATE_LIMIT,
        INPUT_GUARDRAIL,
        BUDGET,
        APPROVAL,
        OUTPUT_GUARDRAIL
    }

    /** Why; {@link #code()} stands in records and answers and has a page in the docs. */
    public enum Reason {
        /** The key, its member, team or tenant is stopped until somebody resumes it. */
        STOPPED("stopped"),
        /** No rule permits it. */
        NOT_GRANTED("not_granted"),
        /** A rule forbids it. */
        FORBIDDEN("forbidden"),
        /** The key that made the caller's key confined it to other things. */
        OUTSIDE_DELEGATION("outside_delegation"),
        /** A rule's condition could not be evaluated, which counts against the caller. */
        RULE_ERROR("rule_error"),
        /** The provider would run a tool by itself that this caller may not have it run. */
        HOSTED_TOOL_DENIED("hosted_tool_denied"),
        /** More calls, tokens or calls at once than a limit allows. */
        RATE_LIMITED("rate_limited"),
        BUDGET_EXHAUSTED("budget_exhausted"),
        /** More was spent than a budget's limit allows, after an overrun or under a limit that was lowered since. */
        BUDGET_IN_DEBT("budget_in_debt"),
        /** An operator froze a budget of the caller's until somebody opens it. */
        BUDGET_FROZEN("budget_frozen"),
        /** An operator closed a budget of the caller's. */
        BUDGET_CLOSED("budget_closed"),
        /** What a tool's arguments ask for has no price. */
        ARGUMENTS_NOT_PRICED("arguments_not_priced"),
        GUARDRAIL_BLOCKED("guardrail_blocked"),
        /** A guardrail failed and its declared failure mode is closed. */
        GUARDRAIL_FAILED("guardrail_failed"),
        APPROVAL_DENIED("approval_denied"),
        APPROVAL_EXPIRED("approval_expired"),
        /** Somebody took the request for approval back. */
        APPROVAL_WITHDRAWN("approval_withdrawn"),
        /** So many calls of the same member wait for people that no more are asked about. */
        TOO_MANY_WAITING("too_many_waiting"),
        /** The tool's definition changed since it was approved. */
        DEFINITION_CHANGED("definition_changed"),
        /** Another call under the same idempotency key was quicker. */
        KEY_IN_USE("idempotency_key_in_use"),
        /** It was one of a batch of which another item could not be had, so none was sent. */
        BATCH_REFUSED("batch_refused");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }
}
