package dev.portreeve.policy.approval;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

/**
 * Where a ticket stands in lists, which are newest first. Its text says where a page goes on; who gets it gives it back as it is.
 *
 * @param requestedAt as the database has it
 * @param id tells tickets of the same moment apart
 */
public record TicketPlace(Instant requestedAt, UUID id) implements Comparable<TicketPlace> {
    private static final char BETWEEN = '_';
    private static final int LONGEST = 100;
    /** Ids in the order that PostgreSQL has, which is that of their bytes. */
    private static final Comparator<TicketPlace> OLDEST_FIRST = Comparator.comparing(TicketPlace::requestedAt)
            .thenComparing(place -> place.id().toString());

    /** That of a ticket. */
    public static TicketPlace of(Ticket ticket) {
        return new TicketPlace(ticket.requestedAt(), ticket.id());
    }

    /**
     * A place as {@link #toString} wrote it.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static TicketPlace parse(String text) {
        int between = text.indexOf(BETWEEN);
        try {
            if (between < 0 || text.length() > LONGEST) {
                throw new IllegalArgumentException("no place in a list");
            }
            return new TicketPlace(
                    Instant.parse(text.substring(0, between)), UUID.fromString(text.substring(between + 1)));
        } catch (DateTimeException | IllegalArgumentException none) {
            throw new IllegalArgumentException("it is not what the page before said as next", none);
        }
    }

    @Override
    public int compareTo(TicketPlace other) {
        return OLDEST_FIRST.compare(this, other);
    }

    @Override
    public String toString() {
        return requestedAt.toString() + BETWEEN + id;
    }
}
