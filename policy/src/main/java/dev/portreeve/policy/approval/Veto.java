package dev.portreeve.policy.approval;

import dev.portreeve.policy.session.SessionConfig;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a person's no refuses the same call: for a time to whoever the caller is by then, and to the session that asked for as long as that
 * lives. What lives is known as it is of labels: what has not tried for so long is over.
 *
 * @param time for all sessions of the caller
 * @param sessions what counts as one, and how long it is known
 */
record Veto(Duration time, SessionConfig sessions) {
    /** The state of a ticket that somebody denies as it is read. */
    TicketState.Denied begin(Ticket ticket, TicketState.Word word) {
        return new TicketState.Denied(word, ticket.readAt().plus(time), sessionUntil(ticket));
    }

    /** A caller that names no session has one only where a key is one. */
    private @Nullable Instant sessionUntil(Ticket ticket) {
        boolean one = !ticket.request().session().isAll() || sessions.labelsOf() == SessionConfig.LabelsOf.KEY;
        return one ? ticket.readAt().plus(sessions.labelsLast()) : null;
    }

    /** The state of a ticket whose session tries again when half of its time is gone; {@code null} if that need not be written. */
    TicketState.@Nullable Denied again(Ticket ticket) {
        if (!(ticket.state() instanceof TicketState.Denied denied)) {
            return null;
        }
        Instant until = denied.sessionUntil();
        boolean due = until != null
                && until.isAfter(ticket.readAt())
                && until.isBefore(ticket.readAt().plus(sessions.labelsLast().dividedBy(2)));
        return due
                ? new TicketState.Denied(
                        denied.word(), denied.until(), ticket.readAt().plus(sessions.labelsLast()))
                : null;
    }
}
