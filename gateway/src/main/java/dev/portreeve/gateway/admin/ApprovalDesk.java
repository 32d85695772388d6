package dev.portreeve.gateway.admin;

import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketState;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.approval.VoteResult;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tickets over all tenants, and decisions about them, with refusals as the admin listener answers them. Thread-safe; blocks. */
final class ApprovalDesk {
    /** Who decides when an operator does not say which of the named approvers they are. */
    static final String OPERATOR = "admin";

    private final Approvals approvals;
    private final List<String> tenants;

    ApprovalDesk(Approvals approvals, List<String> tenants) {
        this.approvals = approvals;
        this.tenants = List.copyOf(tenants);
    }

    /** Tickets of all tenants, newest first. */
    List<Ticket> list(@Nullable TicketState state) {
        return tenants.stream()
                .flatMap(tenant -> approvals.list(tenant, state, Approvals.MAX_LIST).stream())
                .sorted(Comparator.comparing(Ticket::requestedAt).reversed())
                .limit(Approvals.MAX_LIST)
                .toList();
    }

    List<Ticket> waiting() {
        return list(TicketState.PENDING).stream().filter(Ticket::isWaiting).toList();
    }

    /**
     * Takes a decision. Ticket ids are unique over all tenants, so a link need not name one.
     *
     * @return the ticket as the vote left it
     */
    Ticket decide(String id, Vote vote) {
        UUID ticket = uuid(id);
        VoteResult result = tenants.stream()
                .map(tenant -> approvals.decide(tenant, ticket, vote))
                .filter(voted -> !(voted instanceof VoteResult.Unknown))
                .findFirst()
                .orElseGet(VoteResult.Unknown::new);
        return switch (result) {
            case VoteResult.Decided decided -> decided.ticket();
            case VoteResult.AlreadyDecided before -> repeated(before.ticket(), vote);
            case VoteResult.Expired ignored ->
                throw new AdminRefusal(new Problem(410, "too late", "this ticket has expired, which is a no"));
            case VoteResult.NotAllowed refused -> throw new AdminRefusal(Problem.forbidden(why(refused)));
            case VoteResult.Unknown ignored ->
                throw new AdminRefusal(Problem.notFound("there is no ticket \"" + ticket + "\""));
        };
    }

    /** The same decision again is no mistake: senders repeat what they saw no answer to. Another one is. */
    private static Ticket repeated(Ticket ticket, Vote vote) {
        boolean approved = ticket.state() == TicketState.APPROVED || ticket.state() == TicketState.REDEEMED;
        if (approved != (vote.choice() == Vote.Choice.APPROVE)) {
            throw new AdminRefusal(Problem.conflict("this ticket was decided before: "
                    + ticket.state().name().toLowerCase(Locale.ROOT) + " by " + ticket.decidedBy()));
        }
        return ticket;
    }

    private static String why(VoteResult.NotAllowed refused) {
        return switch (refused.why()) {
            case REQUESTER -> "nobody decides about their own call";
            case NOT_NAMED ->
                "the rule names who may decide: "
                        + String.join(", ", refused.ticket().request().approvers());
        };
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException notOne) {
            throw new AdminRefusal(Problem.notFound("a ticket's id is a UUID"));
        }
    }
}
