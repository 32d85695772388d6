package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.ToolCall;

/** The steps of the recipe that a call must pass anew when an approver changed its arguments. Thread-safe. */
public interface ChangedCalls {
    /** Where nothing may be changed. */
    ChangedCalls REFUSED = new ChangedCalls() {
        @Override
        public Arguments lookAt(Ticket ticket, Arguments wanted) {
            throw new IllegalArgumentException("nobody can change arguments here");
        }

        @Override
        public void require(ToolCall asked, ToolCall changed, AuditTrail trail) {
            throw new IllegalStateException("nobody can change arguments here");
        }
    };

    /**
     * What rules say about a change while its approver waits. May block on the database.
     *
     * @return the arguments as they would run, with what rules mask masked
     * @throws IllegalArgumentException saying why they may not run, for the approver
     */
    Arguments lookAt(Ticket ticket, Arguments wanted);

    /**
     * Lets a changed call pass before its yes is used: by the rules of that moment and by guardrails. What a session did since the change may
     * have them say something else than they said to its approver.
     *
     * @param asked as its caller made it
     * @throws CallEnded if a rule forbids it, or makes more of it than of what was asked for, or a guardrail blocks or would rewrite it
     */
    void require(ToolCall asked, ToolCall changed, AuditTrail trail) throws CallEnded;
}
