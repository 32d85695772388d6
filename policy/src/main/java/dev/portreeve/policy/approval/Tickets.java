package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.notice.Notice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tickets with the records that speak of them: each change and its record commit together and are durable when a method returns. One
 * for a process, shared by {@link ApprovalGate} and {@link Approvals}. Thread-safe; blocks.
 */
public final class Tickets {
    private final ApprovalStore store;
    private final AuditLog audit;
    private final TicketFacts facts;
    private final StandingFacts standingFacts;
    private final StandingApprovals standing;
    private final DecisionSignals signals = new DecisionSignals();

    /** @param pepper keys the digest of arguments in records */
    public Tickets(ApprovalStore store, AuditLog audit, Pepper pepper) {
        this.store = store;
        this.audit = audit;
        this.facts = new TicketFacts(pepper);
        this.standingFacts = new StandingFacts(pepper);
        this.standing = new StandingApprovals(store.standing(), audit, standingFacts);
    }

    ApprovalStore stored() {
        return store;
    }

    StandingApprovals standing() {
        return standing;
    }

    DecisionSignals signals() {
        return signals;
    }

    /** What came of a new ticket, however many wait. */
    TicketChange.Open open(
            UUID id, TicketRequest request, UUID callId, Duration timeout, Function<Ticket, List<Notice>> notices) {
        return open(new TicketChange.Open(id, request, callId, timeout, notices, TicketChange.Open.NO_MOST));
    }

    /** What came of a new ticket, once it is durable. */
    TicketChange.Open open(TicketChange.Open change) {
        append(change, () -> recorded(change.opened(), facts::requested)).await();
        return change;
    }

    /** Whether the yes was there, and is now used up by this call. */
    boolean redeem(Ticket ticket, UUID callId) {
        TicketChange.Redeem step = new TicketChange.Redeem(ticket.tenant(), ticket.id(), callId);
        return take(step, redeemed -> facts.redeemed(redeemed, callId)) != null;
    }

    /** Whether the yes that one round used is now the next round's: once for each round. */
    boolean carry(Ticket ticket, UUID fromCall, UUID toCall) {
        TicketChange.Carry step = new TicketChange.Carry(ticket.tenant(), ticket.id(), fromCall, toCall);
        return take(step, carried -> facts.carried(carried, fromCall, toCall)) != null;
    }

    VoteResult decide(TicketChange.Decide step) {
        append(step, () -> recorded(step)).await();
        Ticket moved = step.moved();
        if (moved != null && !moved.isWaiting()) {
            signals.decided(step.id());
        }
        return step.result();
    }

    /** Records that the rules that ask approved a call themselves; durable when it returns. */
    void approvedByRules(TicketRequest request, UUID callId) {
        audit.append(JournalEntry.of(facts.approvedByRules(request, callId))).await();
    }

    /** All votes or none. */
    void decide(TicketBundle bundle) {
        append(
                        bundle,
                        () -> bundle.votes().stream()
                                .flatMap(vote -> recorded(vote).stream())
                                .toList())
                .await();
        for (TicketChange.Decide vote : bundle.votes()) {
            Ticket moved = vote.moved();
            if (moved != null && !moved.isWaiting()) {
                signals.decided(vote.id());
            }
        }
    }

    private List<AuditEvent> recorded(TicketChange.Decide step) {
        List<AuditEvent> events = new ArrayList<>(recorded(step.moved(), voted -> facts.decided(voted, step.vote())));
        StandingApproval granted = step.granted();
        if (granted != null) {
            events.add(standingFacts.remembered(granted));
        }
        step.ended().forEach(ended -> events.add(standingFacts.revoked(ended)));
        return events;
    }

    Withdrawal withdraw(String tenant, UUID id, String by, @Nullable String reason) {
        WithdrawChange step = new WithdrawChange(tenant, id, by, reason == null ? null : Vote.tidy(reason));
        Ticket withdrawn = take(step, facts::withdrawn);
        if (withdrawn != null) {
            signals.decided(id);
            return new Withdrawal.Done(withdrawn);
        }
        Ticket found = step.found();
        return found == null ? new Withdrawal.Unknown() : new Withdrawal.TooLate(found);
    }

    /** @param reason for the record; {@code null} for none */
    Lifting lift(String tenant, UUID id, String by, @Nullable String reason) {
        VetoChange.Lift step = new VetoChange.Lift(tenant, id, by);
        Ticket unused = take(step, lifted -> facts.lifted(lifted, by, reason == null ? null : Vote.tidy(reason)));
        return step.result();
    }

    /** Keeps a no of a session that lives; no record, for nobody decides anything. */
    void renew(Ticket ticket, Veto veto) {
        if (veto.again(ticket) != null) {
            append(new VetoChange.Renew(ticket.tenant(), ticket.id(), veto), List::of)
                    .await();
        }
    }

    /** Whether this told of more people who may decide; another may have been quicker. */
    boolean escalate(Ticket ticket, Function<Ticket, List<Notice>> notices) {
        TicketChange.Escalate change = new TicketChange.Escalate(ticket.tenant(), ticket.id(), notices);
        append(change, () -> recorded(change.escalated(), facts::escalated)).await();
        return change.escalated() != null;
    }

    /** Whether this caller is the first to learn that the ticket is over; ends it if nobody did yet. */
    boolean expireAndTell(Ticket ticket) {
        TicketChange.Expire change = new TicketChange.Expire(ticket.tenant(), ticket.id(), true);
        append(change, () -> recorded(change.expired(), facts::expired)).await();
        return change.isTold();
    }

    /** Takes a step and records it; the ticket after it, or {@code null} if it stayed where it was. */
    private @Nullable Ticket take(TicketChange.Step step, Function<Ticket, AuditEvent> event) {
        append(step, () -> recorded(step.moved(), event)).await();
        return step.moved();
    }

    /** Ends tickets that are over, all in few commits; says how many this call ended. */
    int expire(List<Ticket> tickets) {
        List<TicketChange.Expire> changes = new ArrayList<>();
        List<Receipt> receipts = new ArrayList<>();
        for (Ticket ticket : tickets) {
            TicketChange.Expire change = new TicketChange.Expire(ticket.tenant(), ticket.id(), false);
            changes.add(change);
            receipts.add(append(change, () -> recorded(change.expired(), facts::expired)));
        }
        receipts.forEach(Receipt::await);
        return (int) changes.stream().filter(change -> change.expired() != null).count();
    }

    private static List<AuditEvent> recorded(@Nullable Ticket changed, Function<Ticket, AuditEvent> event) {
        return changed == null ? List.of() : List.of(event.apply(changed));
    }

    private Receipt append(TicketChange change, Supplier<List<AuditEvent>> events) {
        return audit.append(JournalEntry.of(store, change, events));
    }
}
