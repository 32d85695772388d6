package dev.portreeve.policy.approval;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request for a person's yes, and what became of it. A snapshot of one row; times are the database's.
 *
 * @param over whether its time had run out when it was read: nobody may decide it, or use its yes, any more, whatever its state still
 *     says; for a no, that the same call may ask again
 * @param reason what the approver said, if anything
 * @param expiresAt until when it can be decided
 * @param redeemBefore until when its yes can be used
 * @param told whether the caller has learned that it expired
 */
public record Ticket(
        UUID id,
        TicketRequest request,
        TicketState state,
        boolean over,
        @Nullable String reason,
        @Nullable String decidedBy,
        UUID requestedByCall,
        @Nullable UUID redeemedByCall,
        Instant requestedAt,
        Instant expiresAt,
        @Nullable Instant decidedAt,
        @Nullable Instant redeemBefore,
        boolean told) {

    public String tenant() {
        return request.tenant();
    }

    /** Whether it still waits for a decision. */
    public boolean isWaiting() {
        return state == TicketState.PENDING && !over;
    }
}
