package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Denial;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the tickets of one call that were asked for under other keys, rules or definitions mean for a new one. */
final class SameCall {
    private static final String GATEWAY = "portreeve";

    private final Tickets tickets;
    private final Veto veto;

    SameCall(Tickets tickets, Veto veto) {
        this.tickets = tickets;
        this.veto = veto;
    }

    /** The tickets of the same call. */
    List<Ticket> tickets(TicketRequest now) {
        return tickets.stored().ofCall(now.tenant(), now.callDigest());
    }

    /**
     * Looks for a person's no to this very call that still holds.
     *
     * @throws CallEnded if there is one
     */
    void requireNoVeto(List<Ticket> ofCall, TicketRequest now, AuditTrail trail) throws CallEnded {
        for (Ticket ticket : ofCall) {
            if (ticket.refuses(now.session())) {
                trail.facts().put("approval", ticket.id().toString());
                throw refused(ticket);
            }
        }
    }

    /** How a call ends that a no refuses, which its session so finds again later. */
    CallEnded refused(Ticket ticket) {
        tickets.renew(ticket, veto);
        return ApprovalEnds.refused(ticket);
    }

    /**
     * Takes back what the same key was asked for or given while something else held than does now: no such yes can be used any more, and
     * nobody shall think about such a question.
     *
     * @return what to tell the caller, or {@code null} if there was nothing
     */
    @Nullable
    String takeBackOutdated(List<Ticket> ofCall, TicketRequest now, Facts facts) {
        List<String> told = new ArrayList<>();
        for (Ticket ticket : ofCall) {
            TicketRequest then = ticket.request();
            boolean outdated = ticket.isLiving()
                    && !ticket.over()
                    && then.keyId().equals(now.keyId())
                    && !then.binding().equals(now.binding());
            String reason = outdated ? changed(then, now) : "";
            if (outdated
                    && tickets.withdraw(ticket.tenant(), ticket.id(), GATEWAY, reason) instanceof Withdrawal.Done) {
                boolean approved = ticket.state() instanceof TicketState.Approved;
                told.add("ticket " + ticket.id() + (approved ? ", which was approved," : "")
                        + " counts no longer, because " + reason);
            }
        }
        if (told.isEmpty()) {
            return null;
        }
        facts.putStrings("approvals_void", told);
        return String.join("; ", told);
    }

    /** Nobody needs to think any more about what a remembered yes answered. */
    void takeBackCovered(List<Ticket> ofCall, TicketRequest now, StandingApproval standing) {
        for (Ticket ticket : ofCall) {
            if (ticket.isWaiting() && ticket.request().binding().equals(now.binding())) {
                Withdrawal unused = tickets.withdraw(
                        ticket.tenant(),
                        ticket.id(),
                        GATEWAY,
                        "the call ran under the remembered approval " + standing.id());
            }
        }
    }

    /**
     * The ticket that a task waited for, if it can still lead anywhere: it waits, or has a yes or no, for this very call.
     *
     * @throws CallEnded if it cannot; nobody is asked instead
     */
    Ticket ofTask(TicketRequest now, UUID id, Facts facts) throws CallEnded {
        facts.put("approval", id.toString());
        Ticket ticket = tickets.stored()
                .find(now.tenant(), id)
                .filter(found -> found.request().member().equals(now.member()))
                .orElseThrow(() -> withdrawn("approval " + id + " is not there any more"));
        switch (ticket.state()) {
            case TicketState.Denied ignored -> throw refused(ticket);
            case TicketState.Withdrawn taken ->
                throw withdrawn("approval " + id + " was withdrawn by " + ApprovalEnds.said(taken.word()));
            case TicketState.Redeemed used ->
                throw withdrawn("the yes of approval " + id + " was used by call " + used.byCall()
                        + ", which asked for the same: call the tool again to ask anew");
            case TicketState.Expired expired
            when expired.told() ->
                throw ApprovalEnds.denied(
                        Denial.Reason.APPROVAL_EXPIRED,
                        "approval " + id + " was not decided, or not used, in time: call the tool again to ask anew");
            case TicketState.Expired ignored -> {
                return ticket;
            }
            case TicketState.Waiting ignored -> requireSame(ticket, now, facts);
            case TicketState.Approved ignored -> requireSame(ticket, now, facts);
        }
        return ticket;
    }

    private void requireSame(Ticket ticket, TicketRequest now, Facts facts) throws CallEnded {
        if (!ticket.request().binding().equals(now.binding())) {
            boolean sameCall = ticket.request().callDigest().equals(now.callDigest());
            String note = sameCall ? takeBackOutdated(List.of(ticket), now, facts) : null;
            throw withdrawn(
                    (note == null ? "approval " + ticket.id() + " is for another call than would run now" : note)
                            + ": call the tool again to ask anew");
        }
    }

    private static CallEnded withdrawn(String detail) {
        return ApprovalEnds.denied(Denial.Reason.APPROVAL_WITHDRAWN, detail);
    }

    private static String changed(TicketRequest then, TicketRequest now) {
        if (!then.tool().definitionHash().equals(now.tool().definitionHash())) {
            return "the tool's definition changed since";
        }
        if (!then.policyVersion().equals(now.policyVersion())) {
            return "the rules changed since";
        }
        return then.rules().equals(now.rules())
                ? "who may approve it changed since"
                : "rules ask about it now that did not then, or the other way round";
    }
}
