package dev.portreeve.policy.approval;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The tickets as people see them: lists, and decisions. For the API, the console and the command line. Thread-safe; blocks. */
public final class Approvals {
    /** The longest list. */
    public static final int MAX_LIST = 500;

    private static final int SWEEP = 200;
    private final Tickets tickets;
    private final ApprovalConfig config;
    private final ApprovalLinks links;

    /**
     * @param tickets shared with {@link ApprovalGate}, so that a call that waits here hears of a decision made here
     * @param links make the addresses of pages for single tickets
     */
    public Approvals(Tickets tickets, ApprovalConfig config, ApprovalLinks links) {
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
        return tickets.decide(tenant, id, vote, config.redeemWithin(), config.veto());
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
        return tickets.expire(tickets.stored().overdue(SWEEP));
    }
}
