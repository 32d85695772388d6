package dev.portreeve.policy.approval;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person who may decide about a ticket.
 *
 * @param after how long the ticket must have waited; zero from the start
 * @param standsFor for whom, of those the rule means; {@code null} for such a one itself
 * @param from since when a deputy stands in; {@code null} for no bound
 * @param until before when a deputy stands in; {@code null} for no bound
 */
public record Seat(
        String person,
        Duration after,
        @Nullable String standsFor,
        @Nullable Instant from,
        @Nullable Instant until) {
    /** Of somebody whom the rule means. */
    static Seat of(String person, Duration after) {
        return new Seat(person, after, null, null, null);
    }

    /** Whether this person may decide now about a ticket that was opened then. */
    public boolean isOpen(Instant requestedAt, Instant now) {
        return !now.isBefore(opensAt(requestedAt)) && (until == null || now.isBefore(until));
    }

    /** Whether this person may decide now about a ticket that was opened then, or could in the time between. */
    boolean wasOpen(Instant requestedAt, Instant now) {
        return !now.isBefore(opensAt(requestedAt)) && (until == null || until.isAfter(requestedAt));
    }

    /** From when on this person may decide about a ticket that was opened then. */
    public Instant opensAt(Instant requestedAt) {
        Instant asked = requestedAt.plus(after);
        return from != null && from.isAfter(asked) ? from : asked;
    }

    /** Whose vote it is, where each counts once: a deputy's is that of whom it stands for. */
    String place() {
        return standsFor == null ? person : standsFor;
    }
}
