package dev.portreeve.policy.approval;

import java.time.Duration;
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
    private final Duration redeemWithin;

    /** @param tickets shared with {@link ApprovalGate}, so that a call that waits here hears of a decision made here */
    public Approvals(Tickets tickets, ApprovalConfig config) {
        this.tickets = tickets;
        this.redeemWithin = config.redeemWithin();
    }

    /**
     * Tickets of a tenant, newest first.
     *
     * @param state only those, or {@code null} for all
     * @param limit cut to {@link #MAX_LIST}
     */
    public List<Ticket> list(String tenant, @Nullable TicketState state, int limit) {
        return tickets.stored().list(tenant, state, Math.clamp(limit, 1, MAX_LIST));
    }

    public Optional<Ticket> find(String tenant, UUID id) {
        return tickets.stored().find(tenant, id);
    }

    /**
     * Takes a vote; one decides. Vote, change and record commit together, and are durable when this returns. The same vote again gives
     * {@code AlreadyDecided}.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if they cannot be stored
     */
    public VoteResult decide(String tenant, UUID id, Vote vote) {
        return tickets.decide(tenant, id, vote, redeemWithin);
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
