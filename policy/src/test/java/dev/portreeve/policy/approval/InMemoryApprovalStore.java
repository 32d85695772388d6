package dev.portreeve.policy.approval;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.Way;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tickets and their outbox in memory, for tests: the same promises as on PostgreSQL, by the same contract suite. Thread-safe. */
public final class InMemoryApprovalStore implements ApprovalStore, Outbox {
    private final InstantSource clock;
    private final Map<UUID, Ticket> tickets = new LinkedHashMap<>();
    private final List<Owed> outbox = new ArrayList<>();

    private static final class Owed {
        private final Ticket ticket;
        private final Notice notice;
        private Instant next;
        private int attempts;
        private boolean due = true;

        private Owed(Ticket ticket, Notice notice, Instant next) {
            this.ticket = ticket;
            this.notice = notice;
            this.next = next;
        }
    }

    public InMemoryApprovalStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Optional<Ticket> latest(String tenant, String binding) {
        return tickets.values().stream()
                .filter(ticket -> ticket.tenant().equals(tenant)
                        && ticket.request().binding().equals(binding))
                .reduce((a, b) -> isLiving(a) ? a : b)
                .map(this::now);
    }

    private static boolean isLiving(Ticket ticket) {
        return ticket.state() == TicketState.PENDING || ticket.state() == TicketState.APPROVED;
    }

    @Override
    public synchronized Optional<Ticket> find(String tenant, UUID id) {
        return Optional.ofNullable(tickets.get(id))
                .filter(ticket -> ticket.tenant().equals(tenant))
                .map(this::now);
    }

    @Override
    public synchronized List<Ticket> list(String tenant, @Nullable TicketState state, int limit) {
        return tickets.values().stream()
                .filter(ticket -> ticket.tenant().equals(tenant) && (state == null || ticket.state() == state))
                .sorted(Comparator.comparing(Ticket::requestedAt).reversed().thenComparing(Ticket::id))
                .limit(limit)
                .map(this::now)
                .toList();
    }

    @Override
    public synchronized List<Ticket> overdue(int limit) {
        return tickets.values().stream()
                .map(this::now)
                .filter(ticket -> isLiving(ticket) && ticket.over())
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized void apply(Transaction transaction, List<TicketChange> changes) {
        for (TicketChange change : changes) {
            switch (change) {
                case TicketChange.Open open -> open(open);
                case TicketChange.Redeem redeem -> redeem(redeem);
                case TicketChange.Carry carry -> carry(carry);
                case TicketChange.Decide decide -> decide(decide);
                case TicketChange.Expire expire -> expire(expire);
            }
        }
    }

    private void open(TicketChange.Open change) {
        TicketRequest request = change.request();
        boolean alive = tickets.values().stream()
                .anyMatch(ticket -> isLiving(ticket)
                        && ticket.tenant().equals(request.tenant())
                        && ticket.request().binding().equals(request.binding()));
        if (alive) {
            change.decide(null);
            return;
        }
        Instant now = clock.instant();
        Ticket ticket = new Ticket(
                change.id(),
                request,
                TicketState.PENDING,
                false,
                null,
                null,
                change.callId(),
                null,
                now,
                now.plus(change.timeout()),
                null,
                null,
                false);
        tickets.put(ticket.id(), ticket);
        change.notices(ticket).forEach(notice -> outbox.add(new Owed(ticket, notice, now)));
        change.decide(ticket);
    }

    private void redeem(TicketChange.Redeem change) {
        Ticket ticket = find(change.tenant(), change.id()).orElse(null);
        boolean usable = ticket != null && ticket.state() == TicketState.APPROVED && !ticket.over();
        change.decide(usable ? put(with(ticket, TicketState.REDEEMED, change.callId(), ticket.told())) : null);
    }

    private void carry(TicketChange.Carry change) {
        Ticket ticket = find(change.tenant(), change.id()).orElse(null);
        boolean usable = ticket != null
                && ticket.state() == TicketState.REDEEMED
                && change.fromCall().equals(ticket.redeemedByCall());
        change.decide(usable ? put(with(ticket, TicketState.REDEEMED, change.toCall(), ticket.told())) : null);
    }

    private void decide(TicketChange.Decide change) {
        Ticket ticket = find(change.tenant(), change.id()).orElse(null);
        if (ticket == null) {
            change.decide(new VoteResult.Unknown());
            return;
        }
        VoteResult objection = change.objection(ticket);
        if (objection != null) {
            change.decide(objection);
            return;
        }
        Instant now = clock.instant();
        boolean yes = change.vote().choice() == Vote.Choice.APPROVE;
        Ticket decided = new Ticket(
                ticket.id(),
                ticket.request(),
                yes ? TicketState.APPROVED : TicketState.DENIED,
                false,
                change.vote().reason(),
                change.vote().approver(),
                ticket.requestedByCall(),
                null,
                ticket.requestedAt(),
                ticket.expiresAt(),
                now,
                yes ? now.plus(change.redeemWithin()) : null,
                false);
        change.decide(new VoteResult.Decided(put(decided)));
    }

    private void expire(TicketChange.Expire change) {
        Ticket ticket = find(change.tenant(), change.id()).orElse(null);
        Ticket ended = null;
        if (ticket != null && isLiving(ticket) && ticket.over()) {
            ended = put(with(ticket, TicketState.EXPIRED, null, false));
            ticket = ended;
        }
        boolean tells = change.isTelling() && ticket != null && ticket.state() == TicketState.EXPIRED && !ticket.told();
        if (tells) {
            put(with(ticket, TicketState.EXPIRED, null, true));
        }
        change.decide(ended, tells);
    }

    private Ticket put(Ticket ticket) {
        tickets.put(ticket.id(), ticket);
        return now(ticket);
    }

    private static Ticket with(Ticket ticket, TicketState state, @Nullable UUID redeemedBy, boolean told) {
        return copy(ticket, state, false, redeemedBy, told);
    }

    private Ticket now(Ticket ticket) {
        Instant now = clock.instant();
        boolean over = switch (ticket.state()) {
            case PENDING, DENIED -> !ticket.expiresAt().isAfter(now);
            case APPROVED ->
                ticket.redeemBefore() != null && !ticket.redeemBefore().isAfter(now);
            case EXPIRED, REDEEMED -> false;
        };
        return copy(ticket, ticket.state(), over, ticket.redeemedByCall(), ticket.told());
    }

    private static Ticket copy(
            Ticket ticket, TicketState state, boolean over, @Nullable UUID redeemedBy, boolean told) {
        return new Ticket(
                ticket.id(),
                ticket.request(),
                state,
                over,
                ticket.reason(),
                ticket.decidedBy(),
                ticket.requestedByCall(),
                redeemedBy,
                ticket.requestedAt(),
                ticket.expiresAt(),
                ticket.decidedAt(),
                ticket.redeemBefore(),
                told);
    }

    @Override
    public synchronized List<Due> claim(Way way, int limit, Duration lease) {
        Instant now = clock.instant();
        List<Due> claimed = new ArrayList<>();
        for (Owed owed : outbox) {
            if (owed.due && owed.notice.way() == way && !owed.next.isAfter(now) && claimed.size() < limit) {
                Ticket ticket = find(owed.ticket.tenant(), owed.ticket.id()).orElse(owed.ticket);
                if (ticket.isWaiting()) {
                    owed.attempts++;
                    owed.next = now.plus(lease);
                    claimed.add(new Due(
                            ticket.tenant(),
                            owed.notice.id(),
                            owed.notice.endpoint(),
                            owed.notice.body(),
                            owed.attempts));
                } else {
                    owed.due = false;
                }
            }
        }
        return claimed;
    }

    @Override
    public synchronized void delivered(Due message) {
        giveUp(message, "");
    }

    @Override
    public synchronized void retry(Due message, Duration after, String error) {
        mine(message).ifPresent(owed -> owed.next = clock.instant().plus(after));
    }

    @Override
    public synchronized void giveUp(Due message, String error) {
        mine(message).ifPresent(owed -> owed.due = false);
    }

    @Override
    public synchronized int forget(Duration age) {
        Instant old = clock.instant().minus(age);
        int before = outbox.size();
        outbox.removeIf(owed -> !owed.due && owed.next.isBefore(old));
        return before - outbox.size();
    }

    private Optional<Owed> mine(Due message) {
        return outbox.stream()
                .filter(owed -> owed.notice.id().equals(message.id()) && owed.attempts == message.attempt())
                .findFirst();
    }
}
