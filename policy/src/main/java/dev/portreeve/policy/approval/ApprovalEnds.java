package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;

/** The endings of calls that nobody approved, in words for their callers. */
final class ApprovalEnds {
    private ApprovalEnds() {}

    /** Of a call about which a person said no. */
    static CallEnded refused(Ticket ticket) {
        String reason = ticket.reason() == null ? "" : ": " + ticket.reason();
        return denied(
                Denial.Reason.APPROVAL_DENIED,
                "approval " + ticket.id() + " was denied by " + ticket.decidedBy() + reason);
    }

    /** Of a call that people would have to be asked about, on top of all others of the same member. */
    static CallEnded tooMany(TicketRequest request, int most) {
        return denied(
                Denial.Reason.TOO_MANY_WAITING,
                most + " calls of " + request.member()
                        + " wait for people, and no more may: withdraw some, or wait until they are decided");
    }

    /** Who said something, and why. */
    static String said(TicketState.Word word) {
        return word.by() + (word.reason() == null ? "" : ": " + word.reason());
    }

    static CallEnded denied(Denial.Reason reason, String detail) {
        return new CallEnded(new CallOutcome.Denied(new Denial(Denial.Stage.APPROVAL, reason, detail)));
    }
}
