package dev.portreeve.policy.approval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Votes about several tickets of one requester: all of them are taken, or none is.
 */
public final class TicketBundle extends TicketChange {
    private final List<TicketChange.Decide> votes;
    private boolean taken;

    /** @param votes about different tickets, in the order of their ids, in which the store locks them */
    TicketBundle(List<TicketChange.Decide> votes) {
        this.votes = List.copyOf(votes);
    }

    public List<TicketChange.Decide> votes() {
        return votes;
    }

    /**
     * Where the tickets go from here.
     *
     * @param locked what a vote is about, as it is now, locked; {@code null} if there is no such ticket
     * @return the states to store, by vote; empty to leave all as they are
     */
    public Map<TicketChange.Decide, TicketState> decide(Function<TicketChange.Decide, @Nullable Ticket> locked) {
        Map<TicketChange.Decide, TicketState> next = new LinkedHashMap<>();
        taken = true;
        for (TicketChange.Decide vote : votes) {
            TicketState state = vote.decide(locked.apply(vote));
            if (state != null) {
                next.put(vote, state);
            }
            taken &= vote.isDone();
        }
        if (!taken) {
            votes.forEach(TicketChange.Step::leave);
            return Map.of();
        }
        return next;
    }

    /** Whether all votes were taken, now or, when they are repeated, before. */
    public boolean isTaken() {
        return taken;
    }
}
