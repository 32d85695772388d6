package dev.portreeve.policy.approval;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some tickets of a list, newest first.
 *
 * @param next before which the next page begins; {@code null} if there is no other
 */
public record TicketPage(List<Ticket> tickets, @Nullable TicketPlace next) {
    public TicketPage {
        tickets = List.copyOf(tickets);
    }

    /**
     * The beginning of what was found.
     *
     * @param found one more than fits, if there are more
     */
    static TicketPage of(List<Ticket> found, int limit) {
        return found.size() <= limit
                ? new TicketPage(found, null)
                : new TicketPage(found.subList(0, limit), TicketPlace.of(found.get(limit - 1)));
    }
}
