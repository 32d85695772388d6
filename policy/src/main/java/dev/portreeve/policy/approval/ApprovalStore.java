package dev.portreeve.policy.approval;

import dev.portreeve.audit.PostingBook;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The tickets. Reads see what is committed; changes go through the journal, so that a ticket and the record that speaks of it become
 * durable together. Thread-safe; reads block on the database.
 */
public interface ApprovalStore extends PostingBook<TicketChange> {
    /** The remembered yeses that come and end with votes about these tickets. */
    default StandingStore standing() {
        return StandingStore.NONE;
    }

    /** The ticket of a binding that counts: the living one, else the newest. */
    Optional<Ticket> latest(String tenant, String binding);

    /**
     * Tickets of the same call under whatever key, rules and definition: those that live, and those that refuse it; newest first, a
     * bounded number.
     *
     * @param call as {@link TicketRequest#callDigest} has it
     */
    List<Ticket> ofCall(String tenant, String call);

    /** The ticket of the same tool in the same tenant whose yes was given last and used, other than this one. */
    Optional<Ticket> lastUsed(Ticket ticket);

    Optional<Ticket> find(String tenant, UUID id);

    /**
     * Tickets of a tenant, newest first: by {@link TicketPlace}, so that what comes meanwhile moves nothing from one page to another.
     *
     * @param before only those behind this place; {@code null} to begin
     * @param limit at least 1
     */
    List<Ticket> list(String tenant, TicketFilter filter, @Nullable TicketPlace before, int limit);

    /** Waiting tickets of all tenants about which more people may decide who were not told yet, longest due first. */
    List<Ticket> escalating(int limit);

    /** Tickets of all tenants that are pending or approved although their time is over, oldest first. */
    List<Ticket> overdue(int limit);
}
