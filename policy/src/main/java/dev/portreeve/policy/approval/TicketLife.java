package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.Arguments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The life of a ticket, in one place:
 *
 * <pre>
 * requested ─► partially approved ─► approved ─► redeemed
 *     │                │                │
 *     └────────────────┴────────────────┴──► denied | expired | withdrawn
 * </pre>
 *
 * A no comes only before the last yes; everything else on the right is final. Each method is one kind of arrow: a pure function of the ticket
 * as it was read, under its lock and by the database's time, to the state it goes on to; {@code null} if it stays. Whoever keeps tickets asks here
 * and stores the answer, so that all keep the same promises.
 */
final class TicketLife {
    private TicketLife() {}

    /**
     * What a vote comes to. A no ends the ticket; a yes counts once for each person, and the last that was missing approves it.
     *
     * @param redeemWithin how long a yes may be used
     * @param veto how long a no refuses the same call
     */
    static VoteResult vote(Ticket ticket, Vote vote, Duration redeemWithin, Veto veto) {
        return vote(ticket, Ballot.of(vote), redeemWithin, veto);
    }

    /**
     * As the shorter form. A yes with other arguments is the first to these: what others said before was to something else. A yes that
     * comes without the digest of what an approver changed is to something else too.
     */
    static VoteResult vote(Ticket ticket, Ballot ballot, Duration redeemWithin, Veto veto) {
        Vote vote = ballot.vote();
        return switch (ticket.state()) {
            case TicketState.Expired ignored -> new VoteResult.Expired(ticket);
            case TicketState.Approved ignored -> new VoteResult.AlreadyDecided(ticket);
            case TicketState.Redeemed ignored -> new VoteResult.AlreadyDecided(ticket);
            case TicketState.Denied ignored -> new VoteResult.AlreadyDecided(ticket);
            case TicketState.Withdrawn ignored -> new VoteResult.AlreadyDecided(ticket);
            case TicketState.Waiting waiting -> {
                VoteResult objection = objection(ticket, vote.approver());
                yield objection == null ? counted(ticket, waiting, ballot, redeemWithin, veto) : objection;
            }
        };
    }

    private static @Nullable VoteResult objection(Ticket ticket, String approver) {
        return ticket.over() ? new VoteResult.Expired(ticket) : notAllowed(ticket, approver);
    }

    private static VoteResult.@Nullable NotAllowed notAllowed(Ticket ticket, String approver) {
        if (approver.equals(ticket.request().member())) {
            return new VoteResult.NotAllowed(ticket, VoteResult.Why.REQUESTER);
        }
        if (ticket.request().seats().isEmpty() || ticket.deciders().contains(approver)) {
            return null;
        }
        boolean later = ticket.request().approvers().contains(approver);
        return new VoteResult.NotAllowed(ticket, later ? VoteResult.Why.NOT_NOW : VoteResult.Why.NOT_NAMED);
    }

    private static VoteResult counted(
            Ticket before, TicketState.Waiting waiting, Ballot ballot, Duration redeemWithin, Veto veto) {
        Vote vote = ballot.vote();
        Arguments edit = vote.choice() == Vote.Choice.DENY ? null : ballot.edit();
        Ticket ticket = edit == null ? before : before.edited(new Ticket.Edit(edit, vote.approver()));
        TicketState.Word word = new TicketState.Word(vote.approver(), vote.reason(), ticket.readAt());
        if (vote.choice() == Vote.Choice.DENY) {
            return new VoteResult.Decided(ticket.in(veto.begin(ticket, word)));
        }
        if (edit == null
                && (ticket.edit() != null || ballot.shown() != null)
                && !ticket.arguments().digest().equals(ballot.shown())) {
            return new VoteResult.Changed(ticket);
        }
        List<String> said = edit == null ? waiting.yes() : List.of();
        String place = ticket.place(vote.approver());
        if (said.stream().map(ticket::place).anyMatch(place::equals)) {
            return new VoteResult.CountedBefore(ticket);
        }
        List<String> yes = new ArrayList<>(said);
        yes.add(vote.approver());
        return yes.size() < ticket.request().quorum()
                ? new VoteResult.Counted(ticket.in(new TicketState.PartiallyApproved(yes)))
                : new VoteResult.Decided(ticket.in(
                        new TicketState.Approved(yes, word, ticket.readAt().plus(redeemWithin))));
    }

    /** A no that holds refuses nothing any more. It does not become a yes: who asks the same again asks anew. */
    static Lifting lift(Ticket ticket, String by) {
        if (!(ticket.state() instanceof TicketState.Denied denied) || ticket.over()) {
            return new Lifting.NothingHolds(ticket);
        }
        VoteResult.NotAllowed refused = notAllowed(ticket, by);
        return refused == null
                ? new Lifting.Done(ticket.in(new TicketState.Denied(denied.word(), ticket.readAt(), null)))
                : new Lifting.NotAllowed(refused);
    }

    /** The yes is used by a call: for one call only, and only in time. */
    static @Nullable TicketState redeem(Ticket ticket, UUID callId) {
        return ticket.state() instanceof TicketState.Approved approved && !ticket.over()
                ? new TicketState.Redeemed(approved.yes(), approved.word(), callId)
                : null;
    }

    /** The yes that one round of a call used goes on to the next: once for each round. */
    static @Nullable TicketState carry(Ticket ticket, UUID fromCall, UUID toCall) {
        return ticket.state() instanceof TicketState.Redeemed redeemed
                        && redeemed.byCall().equals(fromCall)
                ? new TicketState.Redeemed(redeemed.yes(), redeemed.word(), toCall)
                : null;
    }

    /**
     * The time of a living ticket ran out, or the caller hears that it did.
     *
     * @param telling whether the caller learns of it now
     */
    static @Nullable TicketState expire(Ticket ticket, boolean telling) {
        if (ticket.isLiving()) {
            return ticket.over() ? new TicketState.Expired(telling) : null;
        }
        return telling && ticket.state() instanceof TicketState.Expired expired && !expired.told()
                ? new TicketState.Expired(true)
                : null;
    }

    /** Nobody asks any more. A ticket that is used, or over, stays what it is. */
    static @Nullable TicketState withdraw(Ticket ticket, String by, @Nullable String reason) {
        return ticket.isLiving() && !ticket.over()
                ? new TicketState.Withdrawn(new TicketState.Word(by, reason, ticket.readAt()))
                : null;
    }
}
