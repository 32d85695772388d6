package dev.portreeve.policy.approval;

import dev.portreeve.policy.notice.Notice;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A change of tickets on its way through the journal, and the place where the store leaves what came of it. Made by one thread, decided on
 * the journal's, read by the first after its receipt: never by two at once. A store may decide one again, when its transaction is tried again.
 */
public abstract sealed class TicketChange
        permits TicketChange.Open, TicketChange.Escalate, TicketChange.Step, TicketBundle {

    /** A new ticket, if none for the same call is alive and not too many of its member's wait, and the notices of it. */
    public static final class Open extends TicketChange {
        /** However many wait. */
        static final int NO_MOST = Integer.MAX_VALUE;

        private final UUID id;
        private final TicketRequest request;
        private final UUID callId;
        private final Duration timeout;
        private final Function<Ticket, List<Notice>> notices;
        private final int most;
        private @Nullable Ticket opened;
        private boolean refused;

        Open(
                UUID id,
                TicketRequest request,
                UUID callId,
                Duration timeout,
                Function<Ticket, List<Notice>> notices,
                int most) {
            this.id = id;
            this.request = request;
            this.callId = callId;
            this.timeout = timeout;
            this.notices = notices;
            this.most = most;
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

        /** How many tickets of the same member in the same tenant may wait, this one among them. */
        public int most() {
            return most;
        }

        /** Whether there is such a bound at all. */
        public boolean isBounded() {
            return most != NO_MOST;
        }

        /** The ticket, or {@code null} if another for the same call is alive, or too many wait. */
        public @Nullable Ticket opened() {
            return opened;
        }

        /** Whether there is no ticket because too many wait. */
        public boolean isRefused() {
            return refused;
        }

        public void decide(@Nullable Ticket result) {
            opened = result;
            refused = false;
        }

        /** Too many wait, and none of them is for the same call. */
        public void refuse() {
            opened = null;
            refused = true;
        }
    }

    /** More people may decide: their notices become due, once. The ticket stays where it is. */
    public static final class Escalate extends TicketChange {
        private final String tenant;
        private final UUID id;
        private final Function<Ticket, List<Notice>> notices;
        private @Nullable Ticket escalated;

        Escalate(String tenant, UUID id, Function<Ticket, List<Notice>> notices) {
            this.tenant = tenant;
            this.id = id;
            this.notices = notices;
        }

        public String tenant() {
            return tenant;
        }

        public UUID id() {
            return id;
        }

        /** The notices that become due. */
        public List<Notice> notices(Ticket ticket) {
            return notices.apply(ticket);
        }

        /** The ticket, or {@code null} if nobody has to be told now. */
        public @Nullable Ticket escalated() {
            return escalated;
        }

        public void decide(@Nullable Ticket result) {
            escalated = result;
        }
    }

    /** A step of one ticket that is there. Where it leads is {@link TicketLife}'s word; the store only locks, asks and writes. */
    public abstract static sealed class Step extends TicketChange
            permits Redeem, Carry, Decide, Expire, WithdrawChange, VetoChange {
        private final String tenant;
        private final UUID id;
        private @Nullable Ticket moved;

        Step(String tenant, UUID id) {
            this.tenant = tenant;
            this.id = id;
        }

        public String tenant() {
            return tenant;
        }

        public UUID id() {
            return id;
        }

        /**
         * Where the ticket goes from here.
         *
         * @param found as it is now, locked; {@code null} if there is no such ticket
         * @return the state to store; {@code null} to leave it
         */
        public final @Nullable TicketState decide(@Nullable Ticket found) {
            TicketState next = found == null ? missing() : next(found);
            Ticket.Edit edit = edit();
            Ticket changed = found == null || edit == null ? found : found.edited(edit);
            moved = changed == null || next == null ? null : changed.in(next);
            return next;
        }

        /** The vote to keep with the step, if it is one that counts. */
        public @Nullable Vote vote() {
            return null;
        }

        /** The change of arguments to keep with the step, if it is a vote that brings one. */
        public Ticket.@Nullable Edit edit() {
            return null;
        }

        /** The ticket after the step, or {@code null} if it stayed where it was. */
        public @Nullable Ticket moved() {
            return moved;
        }

        abstract @Nullable TicketState next(Ticket found);

        @Nullable
        TicketState missing() {
            return null;
        }

        /** It is not taken after all. */
        final void leave() {
            moved = null;
        }
    }

    /** The use of a yes: succeeds for one call only, and only within the ticket's time. */
    public static final class Redeem extends Step {
        private final UUID callId;

        Redeem(String tenant, UUID id, UUID callId) {
            super(tenant, id);
            this.callId = callId;
        }

        @Override
        @Nullable
        TicketState next(Ticket found) {
            return TicketLife.redeem(found, callId);
        }
    }

    /** A yes that one round of a call used goes on to the next round: succeeds once for each round. */
    public static final class Carry extends Step {
        private final UUID fromCall;
        private final UUID toCall;

        Carry(String tenant, UUID id, UUID fromCall, UUID toCall) {
            super(tenant, id);
            this.fromCall = fromCall;
            this.toCall = toCall;
        }

        @Override
        @Nullable
        TicketState next(Ticket found) {
            return TicketLife.carry(found, fromCall, toCall);
        }
    }

    /** An approver's vote. */
    public static final class Decide extends Step {
        private final Ballot ballot;
        private final Duration redeemWithin;
        private final Veto veto;
        private final StandingApproval.@Nullable Grant grant;
        private final List<UUID> ending;
        private VoteResult result = new VoteResult.Unknown();
        private @Nullable StandingApproval granted;
        private List<StandingApproval> ended = List.of();

        /**
         * @param grant comes with the yes that approves; {@code null} for none
         * @param ending remembered yeses that end with a no
         */
        Decide(
                String tenant,
                UUID id,
                Ballot ballot,
                Duration redeemWithin,
                Veto veto,
                StandingApproval.@Nullable Grant grant,
                List<UUID> ending) {
            super(tenant, id);
            this.grant = grant;
            this.ending = List.copyOf(ending);
            this.ballot = ballot;
            this.redeemWithin = redeemWithin;
            this.veto = veto;
        }

        @Override
        public Vote vote() {
            return ballot.vote();
        }

        @Override
        public Ticket.@Nullable Edit edit() {
            return ballot.vote().choice() == Vote.Choice.DENY || ballot.edit() == null
                    ? null
                    : new Ticket.Edit(ballot.edit(), ballot.vote().approver());
        }

        public VoteResult result() {
            return result;
        }

        /** Whether it counts, or the same was said before. */
        boolean isDone() {
            return switch (result) {
                case VoteResult.Decided ignored -> true;
                case VoteResult.Counted ignored -> true;
                case VoteResult.CountedBefore ignored -> true;
                case VoteResult.AlreadyDecided before ->
                    before.ticket().decidedAs() == ballot.vote().choice();
                case VoteResult.Expired ignored -> false;
                case VoteResult.NotAllowed ignored -> false;
                case VoteResult.NotRemembered ignored -> false;
                case VoteResult.Changed ignored -> false;
                case VoteResult.NotEdited ignored -> false;
                case VoteResult.Unknown ignored -> false;
            };
        }

        /** The remembered yes to store now that it was decided so; {@code null} for none. */
        public StandingApproval.@Nullable Grant grant() {
            return isNow(Vote.Choice.APPROVE) ? grant : null;
        }

        /** The remembered yeses to end now that it was decided so. */
        public List<UUID> ending() {
            return isNow(Vote.Choice.DENY) ? ending : List.of();
        }

        /** How such a one ends. */
        public StandingChange.Revoke end(UUID standing) {
            return new StandingChange.Revoke(
                    tenant(), standing, vote().approver(), "approval " + id() + " was denied, which it covered");
        }

        private boolean isNow(Vote.Choice choice) {
            return vote().choice() == choice && result instanceof VoteResult.Decided;
        }

        /** What the store made of {@link #grant} and {@link #ending}. */
        public void remembered(@Nullable StandingApproval stored, List<StandingApproval> over) {
            granted = stored;
            ended = List.copyOf(over);
        }

        /** The remembered yes that came with it. */
        public @Nullable StandingApproval granted() {
            return granted;
        }

        /** The remembered yeses that it ended. */
        public List<StandingApproval> ended() {
            return ended;
        }

        @Override
        @Nullable
        TicketState next(Ticket found) {
            result = TicketLife.vote(found, ballot, redeemWithin, veto);
            remembered(null, List.of());
            return switch (result) {
                case VoteResult.Decided decided -> decided.ticket().state();
                case VoteResult.Counted counted -> counted.ticket().state();
                case VoteResult.CountedBefore ignored -> null;
                case VoteResult.AlreadyDecided ignored -> null;
                case VoteResult.Expired ignored -> null;
                case VoteResult.NotAllowed ignored -> null;
                case VoteResult.NotRemembered ignored -> null;
                case VoteResult.Changed ignored -> null;
                case VoteResult.NotEdited ignored -> null;
                case VoteResult.Unknown ignored -> null;
            };
        }

        @Override
        @Nullable
        TicketState missing() {
            result = new VoteResult.Unknown();
            remembered(null, List.of());
            return null;
        }
    }

    /** The end of a ticket whose time is over, and perhaps the note that its caller knows. */
    public static final class Expire extends Step {
        private final boolean telling;
        private boolean ended;

        /** @param telling whether the caller learns of it now */
        Expire(String tenant, UUID id, boolean telling) {
            super(tenant, id);
            this.telling = telling;
        }

        /** The ticket if this change ended it, or {@code null}. */
        public @Nullable Ticket expired() {
            return ended ? moved() : null;
        }

        /** Whether this change was the first to tell the caller. */
        public boolean isTold() {
            return telling && moved() != null;
        }

        @Override
        @Nullable
        TicketState next(Ticket found) {
            TicketState next = TicketLife.expire(found, telling);
            ended = next != null && found.isLiving();
            return next;
        }

        @Override
        @Nullable
        TicketState missing() {
            ended = false;
            return null;
        }
    }
}
