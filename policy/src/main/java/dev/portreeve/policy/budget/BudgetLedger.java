package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.GovernedCall;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Holds money before a call runs (INV-3). Thread-safe. */
public interface BudgetLedger {
    /**
     * Holds the call's worst case on every budget above its subject, all or nothing, and queues the opening record in the
     * same transaction. Returns at once where no budget applies or memory covers the hold, with the opening record and the hold
     * still on their way to disk; otherwise blocks until the hold is decided, and a few seconds more if other replicas must first
     * give back what they set aside.
     *
     * @throws CallEnded with a {@code BUDGET} denial naming the budget, its limit and what is left
     * @throws dev.portreeve.audit.EvidenceUnavailable if the hold cannot be made durable
     */
    Reservation reserve(GovernedCall call, AuditTrail trail) throws CallEnded;

    /**
     * As the other, for a call that may have been made before: what {@link Reservation#park} left for the ticket is taken over in the
     * same transaction, so that the money is never held twice. If the call is refused, it stays for the ticket.
     *
     * @param ticket of the approval that was asked for then, or {@code null}
     */
    default Reservation reserve(GovernedCall call, @Nullable UUID ticket, AuditTrail trail) throws CallEnded {
        return reserve(call, trail);
    }

    /**
     * Finds what an earlier round of a call that {@link GovernedCall#endsLater} held, here or in another process. Closing what it gives
     * settles that: of the windows it was held in, at the price of the estimate, which is that of the first round. If somebody was first, or
     * nothing was ever held, nothing is settled, and the trail writes no record. Blocks on the database.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if the database does not answer
     */
    default Reservation resume(GovernedCall call, AuditTrail trail) {
        throw new UnsupportedOperationException("this ledger forgets what a call holds with the round that held it");
    }
}
