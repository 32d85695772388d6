package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.ArgumentChanges;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.session.LabelScope;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request for a person's yes, and what became of it. A snapshot of one row; times are the database's.
 *
 * @param expiresAt until when it can be decided
 * @param edit the arguments that an approver wants to run instead; {@code null} for none
 * @param readAt what time it was when the snapshot was taken
 */
public record Ticket(
        UUID id,
        TicketRequest request,
        TicketState state,
        UUID requestedByCall,
        Instant requestedAt,
        Instant expiresAt,
        @Nullable Edit edit,
        Instant readAt) {

    /** An approver's change of what runs. */
    public record Edit(Arguments arguments, String by) {}

    /** One that nobody changed. */
    public Ticket(
            UUID id,
            TicketRequest request,
            TicketState state,
            UUID requestedByCall,
            Instant requestedAt,
            Instant expiresAt,
            Instant readAt) {
        this(id, request, state, requestedByCall, requestedAt, expiresAt, null, readAt);
    }

    public String tenant() {
        return request.tenant();
    }

    /** What runs after a yes. */
    public Arguments arguments() {
        return edit == null ? request.arguments() : edit.arguments();
    }

    /** The yes of this ticket, for a call that uses it. */
    Approval approval() {
        return new Approval(
                id,
                arguments(),
                edit == null
                        ? null
                        : new Approval.Edit(edit.by(), ArgumentChanges.between(request.arguments(), edit.arguments())));
    }

    /** The same with what an approver changed. */
    Ticket edited(Edit change) {
        return new Ticket(id, request, state, requestedByCall, requestedAt, expiresAt, change, readAt);
    }

    /**
     * Whether its time had run out when it was read: nobody may decide it, or use its yes, any more, although its state does not say so
     * yet; for a no, that the same call may ask again.
     */
    public boolean over() {
        return switch (state) {
            case TicketState.Waiting ignored -> !expiresAt.isAfter(readAt);
            case TicketState.Denied denied -> !denied.until().isAfter(readAt) && !holdsForSession(denied);
            case TicketState.Approved approved -> !approved.redeemBefore().isAfter(readAt);
            case TicketState.Redeemed ignored -> false;
            case TicketState.Expired ignored -> false;
            case TicketState.Withdrawn ignored -> false;
        };
    }

    private boolean holdsForSession(TicketState.Denied denied) {
        return denied.sessionUntil() != null && denied.sessionUntil().isAfter(readAt);
    }

    /**
     * Whether this ticket's no refuses the same call from a session. A call that names no session is refused by what any session of its key
     * was: to leave the name out is no way round a no.
     */
    boolean refuses(LabelScope asking) {
        return state instanceof TicketState.Denied denied
                && (denied.until().isAfter(readAt)
                        || (holdsForSession(denied) && request.session().meets(asking)));
    }

    /** Until when its no refuses the same call, at least of its own session; {@code null} if it refuses nothing. */
    public @Nullable Instant refusedUntil() {
        if (!(state instanceof TicketState.Denied denied) || over()) {
            return null;
        }
        Instant session = denied.sessionUntil();
        return session == null || session.isBefore(denied.until()) ? denied.until() : session;
    }

    /** Whether it still waits for a decision. */
    public boolean isWaiting() {
        return state instanceof TicketState.Waiting && !over();
    }

    /** Whether it can still lead to a call: it waits, or has a yes that was not used. Its time may be over. */
    public boolean isLiving() {
        return state instanceof TicketState.Waiting || state instanceof TicketState.Approved;
    }

    /** Who may decide at the time it was read; empty if anybody may, or nobody. */
    public List<String> deciders() {
        return request.seats().stream()
                .filter(seat -> seat.isOpen(requestedAt, readAt))
                .map(Seat::person)
                .distinct()
                .toList();
    }

    /** Whose vote that of a person is, who may stand in for somebody. */
    String place(String person) {
        return request.place(person, requestedAt, readAt);
    }

    /** When more people may decide, after it was read; {@code null} if nobody else comes. */
    public @Nullable Instant escalatesAt() {
        return request.seats().stream()
                .map(seat -> requestedAt.plus(seat.after()))
                .filter(at -> at.isAfter(readAt))
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** Who said yes. */
    public List<String> yes() {
        return switch (state) {
            case TicketState.Waiting waiting -> waiting.yes();
            case TicketState.Approved approved -> approved.yes();
            case TicketState.Redeemed redeemed -> redeemed.yes();
            case TicketState.Denied ignored -> List.of();
            case TicketState.Expired ignored -> List.of();
            case TicketState.Withdrawn ignored -> List.of();
        };
    }

    /** How it was decided; {@code null} if nobody has, or if it ended otherwise. */
    public Vote.@Nullable Choice decidedAs() {
        return switch (state) {
            case TicketState.Approved ignored -> Vote.Choice.APPROVE;
            case TicketState.Redeemed ignored -> Vote.Choice.APPROVE;
            case TicketState.Denied ignored -> Vote.Choice.DENY;
            case TicketState.Waiting ignored -> null;
            case TicketState.Expired ignored -> null;
            case TicketState.Withdrawn ignored -> null;
        };
    }

    /** What decided it, or took it back; {@code null} if nothing has. */
    public TicketState.@Nullable Word word() {
        return switch (state) {
            case TicketState.Approved approved -> approved.word();
            case TicketState.Redeemed redeemed -> redeemed.word();
            case TicketState.Denied denied -> denied.word();
            case TicketState.Withdrawn withdrawn -> withdrawn.word();
            case TicketState.Waiting ignored -> null;
            case TicketState.Expired ignored -> null;
        };
    }

    public @Nullable String decidedBy() {
        TicketState.Word word = word();
        return word == null ? null : word.by();
    }

    public @Nullable String reason() {
        TicketState.Word word = word();
        return word == null ? null : word.reason();
    }

    /** The same ticket a step on. */
    public Ticket in(TicketState next) {
        return new Ticket(id, request, next, requestedByCall, requestedAt, expiresAt, edit, readAt);
    }
}
