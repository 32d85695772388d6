package dev.portreeve.policy.approval;

import dev.portreeve.policy.notice.Notice;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A change of tickets on its way through the journal, and the place where the store leaves what came of it. Made by one thread, decided on
 * the journal's, read by the first after its receipt: never by two at once.
 */
public abstract sealed class TicketChange {

    /** A new ticket, if none for the same call is alive, and the notices of it. */
    public static final class Open extends TicketChange {
        private final UUID id;
        private final TicketRequest request;
        private final UUID callId;
        private final Duration timeout;
        private final Function<Ticket, List<Notice>> notices;
        private @Nullable Ticket opened;

        Open(UUID id, TicketRequest request, UUID callId, Duration timeout, Function<Ticket, List<Notice>> notices) {
            this.id = id;
            this.request = request;
            this.callId = callId;
            this.timeout = timeout;
            this.notices = notices;
        }

        public UUID id() {
            return id;
        }

        public TicketRequest request() {
            return request;
        }

        public UUID callId() {
            return callId;
        }

        public Duration timeout() {
            return timeout;
        }

        /** The notices that become due with the ticket. */
        public List<Notice> notices(Ticket ticket) {
            return notices.apply(ticket);
        }

        /** The ticket, or {@code null} if another for the same call is alive. */
        public @Nullable Ticket opened() {
            return opened;
        }

        public void decide(@Nullable Ticket result) {
            opened = result;
        }
    }

    /** The use of a yes: succeeds for one call only, and only within the ticket's time. */
    public static final class Redeem extends TicketChange {
        private final String tenant;
        private final UUID id;
        private final UUID callId;
        private @Nullable Ticket redeemed;

        Redeem(String tenant, UUID id, UUID callId) {
            this.tenant = tenant;
            this.id = id;
            this.callId = callId;
        }

        public String tenant() {
            return tenant;
        }

        public UUID id() {
            return id;
        }

        public UUID callId() {
            return callId;
        }

        /** The ticket, or {@code null} if there was no yes to use any more. */
        public @Nullable Ticket redeemed() {
            return redeemed;
        }

        public void decide(@Nullable Ticket result) {
            redeemed = result;
        }
    }

    /** A yes that one round of a call used goes on to the next round: succeeds once for each round. */
    public static final class Carry extends TicketChange {
        private final String tenant;
        private final UUID id;
        private final UUID fromCall;
        private final UUID toCall;
        private @Nullable Ticket carried;

        Carry(String tenant, UUID id, UUID fromCall, UUID toCall) {
            this.tenant = tenant;
            this.id = id;
            this.fromCall = fromCall;
            this.toCall = toCall;
        }

        public String tenant() {
            return tenant;
        }

        public UUID id() {
            return id;
        }

        public UUID fromCall() {
            return fromCall;
        }

        public UUID toCall() {
            return toCall;
        }

        /** The ticket, or {@code null} if another call used its yes last. */
        public @Nullable Ticket carried() {
            return carried;
        }

        public void decide(@Nullable Ticket result) {
            carried = result;
        }
    }

    /** An approver's vote; one vote decides. */
    public static final class Decide extends TicketChange {
        private final String tenant;
        private final UUID id;
        private final Vote vote;
        private final Duration redeemWithin;
        private VoteResult result = new VoteResult.Unknown();

        Decide(String tenant, UUID id, Vote vote, Duration redeemWithin) {
            this.tenant = tenant;
            this.id = id;
            this.vote = vote;
            this.redeemWithin = redeemWithin;
        }

        public String tenant() {
            return tenant;
        }

        public UUID id() {
            return id;
        }

        public Vote vote() {
            return vote;
        }

        public Duration redeemWithin() {
            return redeemWithin;
        }

        public VoteResult result() {
            return result;
        }

        public void decide(VoteResult outcome) {
            result = outcome;
        }

        /** What a vote on this ticket leads to, short of changing it: {@code null} if it counts. */
        public @Nullable VoteResult objection(Ticket ticket) {
            if (ticket.state() == TicketState.EXPIRED || (ticket.state() == TicketState.PENDING && ticket.over())) {
                return new VoteResult.Expired(ticket);
            }
            if (ticket.state() != TicketState.PENDING) {
                return new VoteResult.AlreadyDecided(ticket);
            }
            if (vote.approver().equals(ticket.request().member())) {
                return new VoteResult.NotAllowed(ticket, VoteResult.Why.REQUESTER);
            }
            List<String> named = ticket.request().approvers();
            return named.isEmpty() || named.contains(vote.approver())
                    ? null
                    : new VoteResult.NotAllowed(ticket, VoteResult.Why.NOT_NAMED);
        }
    }

    /** The end of a ticket whose time is over, and perhaps the note that its caller knows. */
    public static final class Expire extends TicketChange {
        private final String tenant;
        private final UUID id;
        private final boolean telling;
        private @Nullable Ticket expired;
        private boolean told;

        /** @param telling whether the caller learns of it now */
        Expire(String tenant, UUID id, boolean telling) {
            this.tenant = tenant;
            this.id = id;
            this.telling = telling;
        }

        public String tenant() {
            return tenant;
        }

        public UUID id() {
            return id;
        }

        public boolean isTelling() {
            return telling;
        }

        /** The ticket if this change ended it, or {@code null}. */
        public @Nullable Ticket expired() {
            return expired;
        }

        /** Whether this change was the first to tell the caller. */
        public boolean isTold() {
            return told;
        }

        public void decide(@Nullable Ticket ended, boolean firstToTell) {
            expired = ended;
            told = firstToTell;
        }
    }
}
