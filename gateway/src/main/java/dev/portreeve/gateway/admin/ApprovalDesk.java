package dev.portreeve.gateway.admin;

import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.definition.ArgumentCheck;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Ballot;
import dev.portreeve.policy.approval.Lifting;
import dev.portreeve.policy.approval.SignedDecisions;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketFilter;
import dev.portreeve.policy.approval.TicketPage;
import dev.portreeve.policy.approval.TicketPlace;
import dev.portreeve.policy.approval.TicketState;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.approval.VoteResult;
import dev.portreeve.policy.approval.Withdrawal;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tickets over all tenants, and decisions about them, with refusals as the admin listener answers them. Thread-safe; blocks. */
final class ApprovalDesk {
    /** Who decides when an operator does not say which of the named approvers they are. */
    static final String OPERATOR = "admin";

    private final Approvals approvals;
    private final DefinitionDesk definitions;
    private final List<String> tenants;

    /** @param definitions have the schemas of tools, which changed arguments must fit */
    ApprovalDesk(Approvals approvals, DefinitionDesk definitions, List<String> tenants) {
        this.approvals = approvals;
        this.definitions = definitions;
        this.tenants = List.copyOf(tenants);
    }

    /**
     * Tickets, newest first.
     *
     * @param tenant only this one's; {@code null} for those of all
     * @param before what the page before said as next; {@code null} for the first
     */
    TicketPage page(@Nullable String tenant, TicketFilter filter, @Nullable String before, int limit) {
        if (tenant != null && !tenants.contains(tenant)) {
            throw new AdminRefusal(Problem.notFound("there is no tenant \"" + tenant + "\""));
        }
        try {
            return approvals.page(
                    tenant == null ? tenants : List.of(tenant),
                    filter,
                    before == null ? null : TicketPlace.parse(before),
                    limit);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest("\"before\" is wrong: " + wrong.getMessage()));
        }
    }

    /** The last call of the same tool that was approved and ran. */
    Optional<Ticket> lastUsed(Ticket ticket) {
        return approvals.lastUsed(ticket);
    }

    Ticket find(String id) {
        UUID ticket = uuid(id);
        return tenants.stream()
                .flatMap(tenant -> approvals.find(tenant, ticket).stream())
                .findFirst()
                .orElseThrow(() -> new AdminRefusal(Problem.notFound("there is no ticket \"" + ticket + "\"")));
    }

    /**
     * Takes a decision. Ticket ids are unique over all tenants, so a link need not name one.
     *
     * @return the ticket as the vote left it
     */
    Ticket decide(String id, Vote vote) {
        return decide(id, Ballot.of(vote));
    }

    /** As the shorter form, with what the approver wants beside the vote. */
    Ticket decide(String id, Ballot ballot) {
        requirePerson(ballot.vote());
        UUID ticket = uuid(id);
        Arguments edit = ballot.edit();
        if (edit != null) {
            requireFit(find(id).request().tool(), edit);
        }
        VoteResult result = tenants.stream()
                .map(tenant -> approvals.decide(tenant, ticket, ballot))
                .filter(voted -> !(voted instanceof VoteResult.Unknown))
                .findFirst()
                .orElseGet(VoteResult.Unknown::new);
        return switch (result) {
            case VoteResult.Decided decided -> decided.ticket();
            case VoteResult.Counted counted -> counted.ticket();
            case VoteResult.CountedBefore before -> before.ticket();
            case VoteResult.AlreadyDecided before -> repeated(before.ticket(), ballot);
            case VoteResult.Expired ignored ->
                throw new AdminRefusal(new Problem(410, "too late", "this ticket has expired, which is a no"));
            case VoteResult.NotAllowed refused -> throw new AdminRefusal(Problem.forbidden(why(refused)));
            case VoteResult.NotEdited refused -> throw new AdminRefusal(Problem.badRequest(refused.why()));
            case VoteResult.Changed changed -> throw new AdminRefusal(Problem.conflict(changed(changed.ticket())));
            case VoteResult.NotRemembered refused -> throw new AdminRefusal(Problem.badRequest(refused.why()));
            case VoteResult.Unknown ignored ->
                throw new AdminRefusal(Problem.notFound("there is no ticket \"" + ticket + "\""));
        };
    }

    /**
     * Takes the same vote about several tickets of one requester, all or none.
     *
     * @param shown tickets by id, each with the digest of the arguments that were seen
     */
    Approvals.Bundled decide(Map<String, String> shown, Vote vote) {
        requirePerson(vote);
        Map<UUID, String> tickets = new LinkedHashMap<>();
        shown.forEach((id, digest) -> tickets.put(uuid(id), digest));
        Set<String> owners = tickets.keySet().stream()
                .limit(Approvals.MAX_BUNDLE)
                .map(id -> find(id.toString()).tenant())
                .collect(Collectors.toSet());
        try {
            if (owners.size() > 1) {
                throw new IllegalArgumentException("only tickets of one requester are decided together");
            }
            return approvals.decide(owners.isEmpty() ? "" : owners.iterator().next(), tickets, vote);
        } catch (IllegalArgumentException refused) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(refused.getMessage())));
        }
    }

    /** Why a vote was not taken; {@code null} if it could be. */
    static @Nullable String objection(VoteResult result, Vote vote) {
        return switch (result) {
            case VoteResult.Decided ignored -> null;
            case VoteResult.Counted ignored -> null;
            case VoteResult.CountedBefore ignored -> null;
            case VoteResult.AlreadyDecided before ->
                before.ticket().decidedAs() == vote.choice() ? null : "was decided before: " + ended(before.ticket());
            case VoteResult.Expired ignored -> "has expired, which is a no";
            case VoteResult.NotAllowed refused -> why(refused);
            case VoteResult.NotRemembered refused -> refused.why();
            case VoteResult.NotEdited refused -> refused.why();
            case VoteResult.Changed changed ->
                "has other arguments than were seen: sha-256 "
                        + changed.ticket().arguments().digest();
            case VoteResult.Unknown ignored -> "is not there";
        };
    }

    /** The same decision again is no mistake: senders repeat what they saw no answer to. Another one is. */
    private Ticket repeated(Ticket ticket, Ballot ballot) {
        Vote vote = ballot.vote();
        boolean same = switch (ticket.state().name()) {
            case APPROVED, REDEEMED -> vote.choice() == Vote.Choice.APPROVE;
            case DENIED -> vote.choice() == Vote.Choice.DENY;
            case PENDING, PARTIALLY_APPROVED, EXPIRED, WITHDRAWN -> false;
        };
        if (!same) {
            throw new AdminRefusal(Problem.conflict("this ticket was decided before: " + ended(ticket)));
        }
        if (ballot.edit() != null && !ballot.edit().equals(ticket.arguments())) {
            throw new AdminRefusal(
                    Problem.conflict("this ticket was approved before with other arguments: " + ended(ticket)));
        }
        if (ballot.wish() != null && approvals.remembered().of(ticket).isEmpty()) {
            throw new AdminRefusal(Problem.conflict(
                    "this ticket was approved before for its one call, so nothing is remembered with it any more"));
        }
        return ticket;
    }

    private static String changed(Ticket ticket) {
        Ticket.Edit edit = ticket.edit();
        return (edit == null ? "somebody" : edit.by())
                + " changed the arguments of this ticket: look at it again, then say with arguments_sha256 ("
                + ticket.arguments().digest() + ") that you saw them";
    }

    /** Only the schema of the very definition that was asked about says what it takes. */
    private void requireFit(Resource.Tool tool, Arguments arguments) {
        StoredDefinition definition = definitions
                .find(tool.server(), DefinitionKind.TOOL, tool.definitionHash())
                .map(DefinitionDesk.Offer::definition)
                .orElseThrow(() -> new AdminRefusal(Problem.conflict(
                        "the tool is not there now as it was when it was asked for, so nothing can be changed")));
        ArgumentCheck.problem(definition.definition().body().member("inputSchema"), arguments)
                .ifPresent(wrong -> {
                    throw new AdminRefusal(Problem.badRequest("the changed arguments do not fit the tool: " + wrong));
                });
    }

    private static String ended(Ticket ticket) {
        String by = ticket.decidedBy();
        return ticket.state().name().code() + (by == null ? "" : " by " + by);
    }

    /**
     * Takes a ticket back for the side that asked.
     *
     * @return the ticket, withdrawn
     */
    Ticket withdraw(String id, String by, @Nullable String reason) {
        UUID ticket = uuid(id);
        Withdrawal result = tenants.stream()
                .map(tenant -> approvals.withdraw(tenant, ticket, by, reason))
                .filter(withdrawn -> !(withdrawn instanceof Withdrawal.Unknown))
                .findFirst()
                .orElseGet(Withdrawal.Unknown::new);
        return switch (result) {
            case Withdrawal.Done done -> done.ticket();
            case Withdrawal.TooLate late when late.ticket().state() instanceof TicketState.Withdrawn -> late.ticket();
            case Withdrawal.TooLate late ->
                throw new AdminRefusal(Problem.conflict("this ticket is over: " + ended(late.ticket())));
            case Withdrawal.Unknown ignored ->
                throw new AdminRefusal(Problem.notFound("there is no ticket \"" + ticket + "\""));
        };
    }

    /**
     * Ends what a no refuses, so that the same call may ask anew.
     *
     * @return the ticket, which stays denied
     */
    Ticket lift(String id, String approver, @Nullable String reason) {
        requirePerson(approver);
        UUID ticket = uuid(id);
        Lifting result = tenants.stream()
                .map(tenant -> approvals.lift(tenant, ticket, approver, reason))
                .filter(lifted -> !(lifted instanceof Lifting.Unknown))
                .findFirst()
                .orElseGet(Lifting.Unknown::new);
        return switch (result) {
            case Lifting.Done done -> done.ticket();
            case Lifting.NothingHolds nothing ->
                throw new AdminRefusal(Problem.conflict("this ticket refuses nothing now: " + ended(nothing.ticket())));
            case Lifting.NotAllowed refused -> throw new AdminRefusal(Problem.forbidden(why(refused.refused())));
            case Lifting.Unknown ignored ->
                throw new AdminRefusal(Problem.notFound("there is no ticket \"" + ticket + "\""));
        };
    }

    private static String why(VoteResult.NotAllowed refused) {
        return switch (refused.why()) {
            case REQUESTER -> "nobody decides about their own call";
            case NOT_NAMED ->
                "the rule names who may decide: "
                        + String.join(", ", refused.ticket().request().approvers());
            case NOT_NOW ->
                "who may decide now: " + String.join(", ", refused.ticket().deciders());
        };
    }

    private static void requirePerson(Vote vote) {
        if (vote.channel() != Vote.Channel.WEBHOOK) {
            requirePerson(vote.approver());
        }
    }

    /** Refuses a name that only a system's own signature may speak under. */
    static void requirePerson(String approver) {
        if (approver.startsWith(SignedDecisions.EXTERNAL)) {
            throw new AdminRefusal(Problem.forbidden(
                    "only a message that it signs itself decides as \"" + SignedDecisions.EXTERNAL + "…\""));
        }
    }

    static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException notOne) {
            throw new AdminRefusal(Problem.notFound("a ticket's id is a UUID"));
        }
    }
}
