package dev.portreeve.policy.approval;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The side that asked takes its request back, or what was asked no longer holds. */
final class WithdrawChange extends TicketChange.Step {
    private final String by;
    private final @Nullable String reason;
    private @Nullable Ticket found;

    WithdrawChange(String tenant, UUID id, String by, @Nullable String reason) {
        super(tenant, id);
        this.by = by;
        this.reason = reason;
    }

    /** The ticket as it was before, whether or not it could be withdrawn; {@code null} if there is none. */
    @Nullable
    Ticket found() {
        return found;
    }

    @Override
    @Nullable
    TicketState next(Ticket ticket) {
        found = ticket;
        return TicketLife.withdraw(ticket, by, reason);
    }

    @Override
    @Nullable
    TicketState missing() {
        found = null;
        return null;
    }
}
