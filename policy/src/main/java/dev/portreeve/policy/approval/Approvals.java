package dev.portreeve.policy.approval;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tickets as people see them: lists, and decisions. For the API, the console and the command line. Thread-safe; blocks. */
public final class Approvals {
    /** The longest list. */
    public static final int MAX_LIST = 500;

    private static final int SWEEP = 200;
    /** Of one key about one tool. */
    private static final int MOST_STANDING = 20;

    private final Tickets tickets;
    private final ApprovalConfig config;
    private final ApprovalLinks links;
    private final Supplier<UUID> ids;

    /** With random ids for what it makes. */
    public Approvals(Tickets tickets, ApprovalConfig config, ApprovalLinks links) {
        this(tickets, config, links, UUID::randomUUID);
    }

    /**
     * @param tickets shared with {@link ApprovalGate}, so that a call that waits here hears of a decision made here
     * @param links make the addresses of pages for single tickets
     * @param ids gives unique ids for what is remembered
     */
    public Approvals(Tickets tickets, ApprovalConfig config, ApprovalLinks links, Supplier<UUID> ids) {
        this.ids = ids;
        this.links = links;
        this.tickets = tickets;
        this.config = config;
    }

    /**
     * Tickets of a tenant, newest first.
     *
     * @param state only those, or {@code null} for all
     * @param limit cut to {@link #MAX_LIST}
     */
    public List<Ticket> list(String tenant, TicketState.@Nullable Name state, int limit) {
        return tickets.stored().list(tenant, state, Math.clamp(limit, 1, MAX_LIST));
    }

    /** Pages for one ticket and one person. */
    public ApprovalLinks links() {
        return links;
    }

    /** The last call of the same tool in the same tenant that a person approved and that ran, other than this. */
    public Optional<Ticket> lastUsed(Ticket ticket) {
        return tickets.stored().lastUsed(ticket);
    }

    public Optional<Ticket> find(String tenant, UUID id) {
        return tickets.stored().find(tenant, id);
    }

    /**
     * Takes a vote: a no decides, and so does the yes that makes the ticket's quorum. Vote, change and record commit together, and are
     * durable when this returns. The same vote again changes nothing.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if they cannot be stored
     */
    public VoteResult decide(String tenant, UUID id, Vote vote) {
        return decide(tenant, id, vote, null);
    }

    /**
     * As the shorter form; with a yes, further calls may run as the wish says, if the rules allow it. If they do not, or if the wish is wrong,
     * nothing is said at all. Both come to hold together.
     *
     * @param wish {@code null} for none
     */
    public VoteResult decide(String tenant, UUID id, Vote vote, @Nullable Wish wish) {
        StandingApproval.Grant grant = null;
        List<UUID> ending = List.of();
        Ticket ticket =
                wish != null || vote.choice() == Vote.Choice.DENY ? find(tenant, id).orElse(null) : null;
        if (ticket != null && wish != null) {
            try {
                grant = grant(ticket, vote, wish);
            } catch (IllegalArgumentException refused) {
                return new VoteResult.NotRemembered(ticket, String.valueOf(refused.getMessage()));
            }
        }
        if (ticket != null && vote.choice() == Vote.Choice.DENY) {
            ending = tickets.standing().refusedBy(ticket.request(), ticket.arguments());
        }
        return tickets.decide(new TicketChange.Decide(
                tenant, id, vote, config.redeemWithin(), config.veto(), grant, ending));
    }

    private StandingApproval.Grant grant(Ticket ticket, Vote vote, Wish wish) {
        if (vote.choice() == Vote.Choice.DENY) {
            throw new IllegalArgumentException("only a yes can be remembered; a no holds for a while by itself");
        }
        if (tickets.standing().count(ticket.request()) >= MOST_STANDING) {
            throw new IllegalArgumentException("so many yeses are remembered for this tool and key that no other can be:"
                    + " revoke some first");
        }
        return Remembering.grant(ids.get(), ticket, ticket.arguments(), vote.approver(), wish);
    }

    /** The yeses that are remembered. */
    public StandingApprovals remembered() {
        return tickets.standing();
    }

    /**
     * Takes a ticket back that nobody needs to decide any more, or whose yes shall not be used. Durable when this returns.
     *
     * @param by who takes it back, on the side that asked
     * @param reason for the record and for whoever was asked; cut like a vote's
     */
    public Withdrawal withdraw(String tenant, UUID id, String by, @Nullable String reason) {
        return tickets.withdraw(tenant, id, by, reason);
    }

    /**
     * Ends tickets whose time is over, with a record for each; a bounded number in one run. For a background loop.
     *
     * @return how many were ended by this run
     */
    public int expireDue() {
        return tickets.expire(tickets.stored().overdue(SWEEP)) + tickets.standing().expireDue();
    }
}
