package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.call.Arguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The remembered yeses with the records that speak of them: each change and its record commit together and are durable when a method returns. A use is
 * in the record of the call too. Thread-safe; blocks.
 */
public final class StandingApprovals {
    /** The longest list. */
    public static final int MAX_LIST = 500;

    private static final int SWEEP = 200;
    private final StandingStore store;
    private final AuditLog audit;
    private final StandingFacts facts;

    StandingApprovals(StandingStore store, AuditLog audit, StandingFacts facts) {
        this.store = store;
        this.audit = audit;
        this.facts = facts;
    }

    /** What came of ending one. */
    public sealed interface Revocation {
        /** It is over, durably. */
        record Done(StandingApproval standing) implements Revocation {}

        /** It was over before; nothing changed. */
        record TooLate(StandingApproval standing) implements Revocation {}

        /** There is no such one in this tenant. */
        record Unknown() implements Revocation {}
    }

    /**
     * Those of a tenant, newest first.
     *
     * @param over also those that may not be used any more
     * @param limit cut to {@link #MAX_LIST}
     */
    public List<StandingApproval> list(String tenant, boolean over, int limit) {
        return store.list(tenant, over, Math.clamp(limit, 1, MAX_LIST));
    }

    public Optional<StandingApproval> find(String tenant, UUID id) {
        return store.find(tenant, id);
    }

    /** The one that came with a ticket's yes. */
    public Optional<StandingApproval> of(Ticket ticket) {
        TicketState.Word word = ticket.decidedAs() == Vote.Choice.APPROVE ? ticket.word() : null;
        return word == null ? Optional.empty() : store.ofTicket(ticket.tenant(), ticket.id(), word.at());
    }

    /**
     * Ends one: no call that has not used it by then runs under it, at whichever gateway.
     *
     * @param reason for the record; cut like a vote's
     */
    public Revocation revoke(String tenant, UUID id, String by, @Nullable String reason) {
        StandingChange.Revoke change =
                new StandingChange.Revoke(tenant, id, by, reason == null ? null : Vote.tidy(reason));
        append(change, facts::revoked).await();
        StandingApproval changed = change.changed();
        if (changed != null) {
            return new Revocation.Done(changed);
        }
        StandingApproval found = change.found();
        return found == null ? new Revocation.Unknown() : new Revocation.TooLate(found);
    }

    /**
     * Says of those whose time is over that it is, with a record for each; a bounded number in one run. For a background loop. None of them could be
     * used before that either.
     *
     * @return how many were ended by this run
     */
    public int expireDue() {
        List<StandingChange.Expire> changes = new ArrayList<>();
        List<Receipt> receipts = new ArrayList<>();
        for (StandingApproval due : store.overdue(SWEEP)) {
            StandingChange.Expire change = new StandingChange.Expire(due);
            changes.add(change);
            receipts.add(append(change, facts::expired));
        }
        receipts.forEach(Receipt::await);
        return (int) changes.stream().filter(change -> change.changed() != null).count();
    }

    /** Those that a call could run under, oldest first. */
    List<StandingApproval> covering(TicketRequest call) {
        return store.inForce(call.tenant(), call.keyId(), call.tool()).stream()
                .filter(standing ->
                        standing.grant().isFor(call) && standing.grant().covers(call.arguments(), standing.readAt()))
                .toList();
    }

    /** Those that end with a no to a call of this member with these arguments. */
    List<UUID> refusedBy(TicketRequest call, Arguments denied) {
        List<UUID> refused = new ArrayList<>();
        List<StandingApproval> some = store.ofMember(call.tenant(), call.member(), call.tool(), null);
        while (!some.isEmpty()) {
            some.stream()
                    .filter(standing -> standing.grant().isRefusedBy(denied, standing.readAt()))
                    .map(StandingApproval::id)
                    .forEach(refused::add);
            some = store.ofMember(
                    call.tenant(), call.member(), call.tool(), some.getLast().id());
        }
        return refused;
    }

    /** How many there are of the same key about the same tool. */
    int count(TicketRequest call) {
        return store.inForce(call.tenant(), call.keyId(), call.tool()).size();
    }

    /** Whether a call may run under it now; that it does is counted and recorded then. */
    boolean use(StandingApproval standing, UUID call) {
        StandingChange.Use change = new StandingChange.Use(standing);
        append(change, used -> facts.redeemed(used, call)).await();
        return change.changed() != null;
    }

    private Receipt append(StandingChange change, Function<StandingApproval, AuditEvent> event) {
        return audit.append(JournalEntry.of(store, change, () -> {
            StandingApproval changed = change.changed();
            return changed == null ? List.of() : List.of(event.apply(changed));
        }));
    }
}
