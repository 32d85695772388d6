package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CanonicalJson;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.notice.Event;
import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.Receivers;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.Stops;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Asks people whether somebody whom the gateway itself paused may go on, by a ticket like any other: a yes ends exactly that pause, a no
 * leaves it. What there is to do follows from the stops and the tickets alone, so any replica does it, also after a crash. One
 * thread calls {@link #runOnce} again and again; it blocks.
 */
public final class PauseRequests {
    /** Stands where the tool stands in other tickets. No tool has this hash, so no call finds such a ticket. */
    private static final Resource.Tool RESUME = new Resource.Tool("portreeve", "resume", "0".repeat(64));

    private static final String RULE = "brake";
    /** The longest that any ticket waits. */
    private static final Duration PATIENCE = Duration.ofDays(7);

    private final Tickets tickets;
    private final Stops stops;
    private final ApprovalNotices notices;
    private final Receivers receivers;
    private final Supplier<UUID> ids;
    private Set<Stop> seen = Set.of();

    /**
     * @param tickets shared with {@link Approvals}
     * @param receivers are told of the pause, beside those who are asked
     * @param ids gives unique ids for tickets
     */
    public PauseRequests(
            Tickets tickets, Stops stops, ApprovalNotices notices, Receivers receivers, Supplier<UUID> ids) {
        this.tickets = tickets;
        this.stops = stops;
        this.notices = notices;
        this.receivers = receivers;
        this.ids = ids;
    }

    /**
     * Opens a ticket for each pause that has none, ends each pause that somebody approved, and closes the tickets of pauses that ended
     * otherwise.
     *
     * @return how many it opened, ended and closed
     */
    public int runOnce() {
        Set<Stop> paused = new HashSet<>(stops.inForce());
        paused.removeIf(stop -> stop.cause() != Stop.Cause.BRAKE);
        int done = 0;
        for (Stop gone : seen) {
            done += paused.contains(gone) ? 0 : close(gone);
        }
        for (Stop stop : paused) {
            done += look(stop);
        }
        seen = Set.copyOf(paused);
        return done;
    }

    private int look(Stop stop) {
        TicketRequest request = request(stop);
        Optional<Ticket> found = tickets.stored().latest(request.tenant(), request.binding());
        if (found.isEmpty()) {
            UUID id = ids.get();
            return tickets.open(id, request, id, PATIENCE, ticket -> told(stop, ticket))
                                    .opened()
                            == null
                    ? 0
                    : 1;
        }
        Ticket ticket = found.get();
        if (!(ticket.state() instanceof TicketState.Approved) || ticket.over()) {
            return 0;
        }
        String by = String.valueOf(ticket.decidedBy());
        String why = "approval " + ticket.id() + (ticket.reason() == null ? "" : ": " + ticket.reason());
        // First the pause, then the ticket: if this ends between them, another replica finds the ticket and does both
        // again.
        Stops.Result unused = stops.resume(stop, cut(why), by);
        return tickets.redeem(ticket, ticket.id()) ? 1 : 0;
    }

    private static String cut(String why) {
        return why.length() <= Stop.MAX_REASON ? why : why.substring(0, Stop.MAX_REASON);
    }

    private int close(Stop gone) {
        TicketRequest request = request(gone);
        Optional<Ticket> waiting =
                tickets.stored().latest(request.tenant(), request.binding()).filter(Ticket::isWaiting);
        if (waiting.isEmpty()) {
            return 0;
        }
        return tickets.withdraw(request.tenant(), waiting.get().id(), "portreeve", "the pause has ended otherwise")
                        instanceof Withdrawal.Done
                ? 1
                : 0;
    }

    private List<Notice> told(Stop stop, Ticket ticket) {
        List<Notice> all = new ArrayList<>(notices.of(ticket));
        String who = stop.owner().id();
        Event event = new Event("brake.paused", stop.owner().tenant(), stop.at(), who + " is paused: " + stop.reason())
                .with("member", who)
                .with("reason", stop.reason())
                .with("approval", ticket.id().toString())
                .with("expires_at", ticket.expiresAt().toString());
        all.addAll(receivers.of(event));
        return all;
    }

    /** The same for the same pause, on every replica: so it has one ticket. */
    private static TicketRequest request(Stop stop) {
        String json = "{\"member\":" + CanonicalJson.quote(stop.owner().id()) + ",\"paused_at\":"
                + CanonicalJson.quote(stop.at().toString()) + ",\"reason\":" + CanonicalJson.quote(stop.reason()) + "}";
        return switch (Arguments.parse(json.getBytes(StandardCharsets.UTF_8))) {
            case Arguments.Valid(Arguments arguments) ->
                new TicketRequest(
                        stop.owner().tenant(), stop.owner().id(), "", RESUME, arguments, RULE, List.of(), 1, RULE);
            case Arguments.Invalid(var problem) ->
                throw new IllegalStateException("a pause cannot be asked about: " + problem.message());
        };
    }
}
