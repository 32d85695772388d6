package dev.portreeve.policy.approval;

import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.notice.DeadLetter;
import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.Way;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tickets and their outbox in memory, for tests: the same promises as on PostgreSQL, by the same contract suite. Thread-safe. */
public final class InMemoryApprovalStore implements ApprovalStore, Outbox {
    private final InstantSource clock;
    private final InMemoryStandingStore standing;
    private final Map<UUID, Ticket> tickets = new LinkedHashMap<>();
    private final Map<UUID, Instant> escalations = new HashMap<>();
    private final List<Owed> outbox = new ArrayList<>();

    private static final class Owed {
        private final Ticket ticket;
        private final Notice notice;
        private Instant next;
        private int attempts;
        private boolean due = true;
        private @Nullable String error;

        private Owed(Ticket ticket, Notice notice, Instant next) {
            this.ticket = ticket;
            this.notice = notice;
            this.next = next;
        }
    }

    public InMemoryApprovalStore(InstantSource clock) {
        this.clock = clock;
        this.standing = new InMemoryStandingStore(clock);
    }

    @Override
    public StandingStore standing() {
        return standing;
    }

    @Override
    public synchronized Optional<Ticket> latest(String tenant, String binding) {
        return tickets.values().stream()
                .filter(ticket -> ticket.tenant().equals(tenant)
                        && ticket.request().binding().equals(binding))
                .reduce((a, b) -> a.isLiving() ? a : b)
                .map(this::now);
    }

    @Override
    public synchronized List<Ticket> ofCall(String tenant, String call) {
        return tickets.values().stream()
                .map(this::now)
                .filter(ticket -> ticket.tenant().equals(tenant)
                        && ticket.request().callDigest().equals(call)
                        && (ticket.isLiving() || (ticket.state() instanceof TicketState.Denied && !ticket.over())))
                .sorted(Comparator.comparing(Ticket::requestedAt).reversed())
                .toList();
    }

    @Override
    public synchronized Optional<Ticket> lastUsed(Ticket ticket) {
        return tickets.values().stream()
                .filter(each -> each.state() instanceof TicketState.Redeemed
                        && each.tenant().equals(ticket.tenant())
                        && each.request()
                                .tool()
                                .name()
                                .equals(ticket.request().tool().name())
                        && !each.id().equals(ticket.id()))
                .max(Comparator.comparing(
                        each -> Objects.requireNonNull(each.word()).at()))
                .map(this::now);
    }

    @Override
    public synchronized Optional<Ticket> find(String tenant, UUID id) {
        return Optional.ofNullable(tickets.get(id))
                .filter(ticket -> ticket.tenant().equals(tenant))
                .map(this::now);
    }

    @Override
    public synchronized List<Ticket> list(String tenant, TicketFilter filter, @Nullable TicketPlace before, int limit) {
        return tickets.values().stream()
                .map(this::now)
                .filter(ticket -> ticket.tenant().equals(tenant) && fits(ticket, filter))
                .filter(ticket -> before == null || TicketPlace.of(ticket).compareTo(before) < 0)
                .sorted(Comparator.comparing(TicketPlace::of).reversed())
                .limit(limit)
                .toList();
    }

    private static boolean fits(Ticket ticket, TicketFilter filter) {
        List<String> asked = ticket.request().approvers();
        return switch (filter) {
            case TicketFilter.All ignored -> true;
            case TicketFilter.In in -> ticket.state().name() == in.state();
            case TicketFilter.Waiting ignored -> ticket.isWaiting();
            case TicketFilter.WaitingFor waiting ->
                ticket.isWaiting()
                        && !ticket.request().member().equals(waiting.person())
                        && (asked.isEmpty() || asked.contains(waiting.person()));
        };
    }

    @Override
    public synchronized List<Ticket> overdue(int limit) {
        return tickets.values().stream()
                .map(this::now)
                .filter(ticket -> ticket.isLiving() && ticket.over())
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized void apply(Transaction transaction, List<TicketChange> changes) {
        for (TicketChange change : changes) {
            switch (change) {
                case TicketChange.Open open -> open(open);
                case TicketChange.Escalate escalate -> escalate(escalate);
                case TicketBundle bundle ->
                    bundle.decide(vote -> find(vote.tenant(), vote.id()).orElse(null))
                            .forEach(this::write);
                case TicketChange.Step step -> step(step);
            }
        }
    }

    private void open(TicketChange.Open change) {
        TicketRequest request = change.request();
        boolean alive = tickets.values().stream()
                .anyMatch(ticket -> ticket.isLiving()
                        && ticket.tenant().equals(request.tenant())
                        && ticket.request().binding().equals(request.binding()));
        if (alive) {
            change.decide(null);
            return;
        }
        long waiting = tickets.values().stream()
                .map(this::now)
                .filter(ticket -> ticket.isWaiting()
                        && !ticket.over()
                        && ticket.tenant().equals(request.tenant())
                        && ticket.request().member().equals(request.member()))
                .count();
        if (waiting >= change.most()) {
            change.refuse();
            return;
        }
        Instant now = clock.instant();
        Ticket ticket = new Ticket(
                change.id(),
                request,
                new TicketState.Requested(),
                change.callId(),
                now,
                now.plus(change.timeout()),
                now);
        tickets.put(ticket.id(), ticket);
        escalateAt(ticket);
        change.notices(ticket).forEach(notice -> outbox.add(new Owed(ticket, notice, now)));
        change.decide(ticket);
    }

    @Override
    public synchronized List<Ticket> escalating(int limit) {
        return tickets.values().stream()
                .map(this::now)
                .filter(this::isEscalating)
                .limit(limit)
                .toList();
    }

    private boolean isEscalating(Ticket ticket) {
        Instant at = escalations.get(ticket.id());
        return ticket.isWaiting() && at != null && !at.isAfter(ticket.readAt());
    }

    private void escalate(TicketChange.Escalate change) {
        Ticket due =
                find(change.tenant(), change.id()).filter(this::isEscalating).orElse(null);
        change.decide(due);
        if (due != null) {
            escalateAt(due);
            change.notices(due).forEach(notice -> outbox.add(new Owed(due, notice, due.readAt())));
        }
    }

    private void escalateAt(Ticket ticket) {
        Instant next = ticket.escalatesAt();
        if (next == null) {
            escalations.remove(ticket.id());
        } else {
            escalations.put(ticket.id(), next);
        }
    }

    private void step(TicketChange.Step step) {
        Ticket ticket = find(step.tenant(), step.id()).orElse(null);
        TicketState next = step.decide(ticket);
        if (ticket != null && next != null) {
            write(step, next);
        }
    }

    private void write(TicketChange.Step step, TicketState next) {
        Ticket ticket = find(step.tenant(), step.id()).orElse(null);
        if (ticket != null) {
            Ticket.Edit edit = step.edit();
            tickets.put(ticket.id(), (edit == null ? ticket : ticket.edited(edit)).in(next));
            if (step instanceof TicketChange.Decide vote) {
                standing.with(vote);
            }
        }
    }

    private Ticket now(Ticket ticket) {
        return new Ticket(
                ticket.id(),
                ticket.request(),
                ticket.state(),
                ticket.requestedByCall(),
                ticket.requestedAt(),
                ticket.expiresAt(),
                ticket.edit(),
                clock.instant());
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
                            owed.notice.ticket(),
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
        mine(message).ifPresent(owed -> owed.due = false);
    }

    @Override
    public synchronized void retry(Due message, Duration after, String error) {
        mine(message).ifPresent(owed -> owed.next = clock.instant().plus(after));
    }

    @Override
    public synchronized void giveUp(Due message, String error) {
        mine(message).ifPresent(owed -> {
            owed.due = false;
            owed.error = error;
            owed.next = clock.instant();
        });
    }

    @Override
    public synchronized List<DeadLetter> dead(int limit) {
        return outbox.stream()
                .filter(owed -> owed.error != null)
                .sorted((one, other) -> other.next.compareTo(one.next))
                .limit(limit)
                .map(owed -> new DeadLetter(
                        owed.notice.id(),
                        owed.ticket.tenant(),
                        owed.notice.way().name().toLowerCase(java.util.Locale.ROOT),
                        owed.notice.endpoint(),
                        owed.notice.ticket(),
                        owed.attempts,
                        owed.ticket.requestedAt(),
                        owed.next,
                        owed.error))
                .toList();
    }

    @Override
    public synchronized boolean resend(UUID id) {
        for (Owed owed : outbox) {
            if (owed.notice.id().equals(id) && owed.error != null) {
                owed.error = null;
                owed.due = true;
                owed.attempts = 0;
                owed.next = clock.instant();
                return true;
            }
        }
        return false;
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
