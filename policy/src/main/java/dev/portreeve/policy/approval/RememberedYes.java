package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.ToolCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Yeses that were given for further calls too. Thread-safe; blocks on the database. */
final class RememberedYes {
    private final Tickets tickets;
    private final SameCall same;

    RememberedYes(Tickets tickets, SameCall same) {
        this.tickets = tickets;
        this.same = same;
    }

    /**
     * The one that covers this call, used up by it once; {@code null} if there is none, or if one was given to this very call, which goes first.
     * Where the rules let none be remembered, nothing is looked up.
     *
     * @throws CallEnded if somebody said no to the same call
     */
    @Nullable
    Approval of(ToolCall call, TicketRequest request, String binding, AuditTrail trail) throws CallEnded {
        if (request.terms().remember() == null) {
            return null;
        }
        List<StandingApproval> covering = tickets.standing().covering(request);
        if (covering.isEmpty() || hasOwnYes(request, binding)) {
            return null;
        }
        List<Ticket> ofCall = same.tickets(request);
        same.requireNoVeto(ofCall, request, trail);
        for (StandingApproval standing : covering) {
            if (tickets.standing().use(standing, call.id().value())) {
                trail.facts().put("standing_approval", StandingFacts.used(standing));
                same.takeBackCovered(ofCall, request, standing);
                return new Approval(standing.grant().ticket(), request.arguments());
            }
        }
        return null;
    }

    private boolean hasOwnYes(TicketRequest request, String binding) {
        return tickets.stored()
                .latest(request.tenant(), binding)
                .filter(ticket -> ticket.state() instanceof TicketState.Approved && !ticket.over())
                .isPresent();
    }
}
