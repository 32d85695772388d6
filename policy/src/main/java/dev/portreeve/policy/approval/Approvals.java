package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.ArgumentChanges;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.session.SessionConfig;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tickets as people see them: lists, and decisions. For the API, the console and the command line. Thread-safe; blocks. */
public final class Approvals {
    /** The longest page. */
    public static final int MAX_PAGE = 200;

    /** As many as a person can look through at once. */
    public static final int MAX_BUNDLE = 50;

    private static final int SWEEP = 200;
    /** Of one key about one tool. */
    private static final int MOST_STANDING = 20;

    private final Tickets tickets;
    private final ApprovalConfig config;
    private final Veto veto;
    private final ApprovalLinks links;
    private final ChangedCalls changedCalls;
    private final Supplier<UUID> ids;

    /** With random ids for what it makes. */
    public Approvals(Tickets tickets, ApprovalConfig config, ApprovalLinks links) {
        this(tickets, config, links, SessionConfig.DEFAULT, ChangedCalls.REFUSED, UUID::randomUUID);
    }

    /**
     * @param tickets shared with {@link ApprovalGate}, so that a call that waits here hears of a decision made here
     * @param links make the addresses of pages for single tickets
     * @param sessions what counts as one, and how long it is known: as long a no refuses it the same call
     * @param changedCalls looks at arguments that an approver changed
     * @param ids gives unique ids for what is remembered
     */
    public Approvals(
            Tickets tickets,
            ApprovalConfig config,
            ApprovalLinks links,
            SessionConfig sessions,
            ChangedCalls changedCalls,
            Supplier<UUID> ids) {
        this.changedCalls = changedCalls;
        this.ids = ids;
        this.links = links;
        this.tickets = tickets;
        this.config = config;
        this.veto = new Veto(config.veto(), sessions);
    }

    /**
     * The newest tickets of a tenant.
     *
     * @param state only those, or {@code null} for all
     * @param limit cut to {@link #MAX_PAGE}
     */
    public List<Ticket> list(String tenant, TicketState.@Nullable Name state, int limit) {
        TicketFilter filter = state == null ? new TicketFilter.All() : new TicketFilter.In(state);
        return page(List.of(tenant), filter, null, limit).tickets();
    }

    /**
     * A page of the tickets of some tenants, newest first. Takes as long with many tickets as with few.
     *
     * @param before what the page before said as next; {@code null} for the first
     * @param limit cut to {@link #MAX_PAGE}
     */
    public TicketPage page(List<String> tenants, TicketFilter filter, @Nullable TicketPlace before, int limit) {
        int most = Math.clamp(limit, 1, MAX_PAGE);
        return TicketPage.of(
                tenants.stream()
                        .flatMap(tenant -> tickets.stored().list(tenant, filter, before, most + 1).stream())
                        .sorted(Comparator.comparing(TicketPlace::of).reversed())
                        .limit(most + 1L)
                        .toList(),
                most);
    }

    /** Pages for one ticket and one person. */
    public ApprovalLinks links() {
        return links;
    }

    /** The last call of the same tool in the same tenant that a person approved and that ran, other than this. */
    public Optional<Ticket> lastUsed(Ticket ticket) {
        return tickets.stored().lastUsed(ticket);
    }

    public Optional<Ticket> find(String tenant, UUID id) {
        return tickets.stored().find(tenant, id);
    }

    /**
     * Takes a vote: a no decides, and so does the yes that makes the ticket's quorum. Vote, change and record commit together, and are
     * durable when this returns. The same vote again changes nothing.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if they cannot be stored
     */
    public VoteResult decide(String tenant, UUID id, Vote vote) {
        return decide(tenant, id, Ballot.of(vote));
    }

    /**
     * As the shorter form, with what the approver wants beside the vote: other arguments to run, or a yes that holds for further calls, if the
     * rules allow it. If they do not, nothing is said at all. All of it comes to hold together.
     */
    public VoteResult decide(String tenant, UUID id, Ballot ballot) {
        boolean plain =
                ballot.wish() == null && ballot.edit() == null && ballot.vote().choice() == Vote.Choice.APPROVE;
        Ticket ticket = plain ? null : find(tenant, id).orElse(null);
        Ballot checked = ballot;
        if (ticket != null && ballot.edit() != null && ticket.isWaiting()) {
            try {
                checked = edited(ticket, ballot, ballot.edit());
            } catch (IllegalArgumentException refused) {
                return new VoteResult.NotEdited(ticket, String.valueOf(refused.getMessage()));
            }
        }
        StandingApproval.Grant grant = null;
        if (ticket != null && ballot.wish() != null) {
            try {
                grant = grant(ticket, checked, ballot.wish());
            } catch (IllegalArgumentException refused) {
                return new VoteResult.NotRemembered(ticket, String.valueOf(refused.getMessage()));
            }
        }
        List<UUID> ending = ending(ticket, ballot.vote());
        return tickets.decide(new TicketChange.Decide(tenant, id, checked, config.redeemWithin(), veto, grant, ending));
    }

    /**
     * Takes the same vote about several tickets of one requester: each gets its own vote and record, and all are taken or none is.
     *
     * @param shown the tickets, each with the digest of the arguments that the approver saw; at most {@link #MAX_BUNDLE}
     * @throws IllegalArgumentException if they are too many, or of several requesters
     */
    public Bundled decide(String tenant, Map<UUID, String> shown, Vote vote) {
        if (shown.isEmpty() || shown.size() > MAX_BUNDLE) {
            throw new IllegalArgumentException("1 to " + MAX_BUNDLE + " tickets are decided together");
        }
        Map<UUID, Ticket> found = new LinkedHashMap<>();
        shown.keySet().stream().sorted().forEach(id -> find(tenant, id).ifPresent(ticket -> found.put(id, ticket)));
        if (found.values().stream()
                        .map(ticket -> ticket.request().member())
                        .distinct()
                        .count()
                > 1) {
            throw new IllegalArgumentException("only tickets of one requester are decided together");
        }
        List<TicketChange.Decide> votes = shown.keySet().stream()
                .sorted()
                .map(id -> new TicketChange.Decide(
                        tenant,
                        id,
                        new Ballot(vote, shown.get(id), null, null),
                        config.redeemWithin(),
                        veto,
                        null,
                        ending(found.get(id), vote)))
                .toList();
        TicketBundle bundle = new TicketBundle(votes);
        tickets.decide(bundle);
        Map<UUID, VoteResult> results = new LinkedHashMap<>();
        shown.keySet()
                .forEach(id -> votes.stream()
                        .filter(each -> each.id().equals(id))
                        .forEach(each -> results.put(id, each.result())));
        return new Bundled(bundle.isTaken(), results);
    }

    private List<UUID> ending(@Nullable Ticket ticket, Vote vote) {
        return ticket != null && vote.choice() == Vote.Choice.DENY
                ? tickets.standing().refusedBy(ticket.request(), ticket.arguments())
                : List.of();
    }

    /**
     * What came of votes that are taken together.
     *
     * @param taken whether they were; where they were not, nothing changed, whatever a single result would have been
     * @param results by ticket
     */
    public record Bundled(boolean taken, Map<UUID, VoteResult> results) {}

    /** With the arguments as they would run. The same as asked for is no change. */
    private Ballot edited(Ticket ticket, Ballot ballot, Arguments wanted) {
        if (ballot.vote().choice() == Vote.Choice.DENY) {
            throw new IllegalArgumentException("a no changes no arguments");
        }
        Terms terms = ticket.request().terms();
        List<ArgumentChanges.Change> changes =
                ArgumentChanges.between(ticket.request().arguments(), wanted);
        for (ArgumentChanges.Change change : changes) {
            if (!terms.mayChange(change.pointer())) {
                throw new IllegalArgumentException(
                        terms.edits().isEmpty()
                                ? "rule " + ticket.request().rules() + " lets nobody change arguments"
                                : "rule " + ticket.request().rules() + " does not let \"" + change.pointer()
                                        + "\" be changed");
            }
        }
        if (changes.isEmpty()) {
            return new Ballot(ballot.vote(), ballot.shown(), null, ballot.wish());
        }
        return new Ballot(ballot.vote(), ballot.shown(), changedCalls.lookAt(ticket, wanted), ballot.wish());
    }

    private StandingApproval.Grant grant(Ticket ticket, Ballot ballot, Wish wish) {
        if (ballot.vote().choice() == Vote.Choice.DENY) {
            throw new IllegalArgumentException("only a yes can be remembered; a no holds for a while by itself");
        }
        if (tickets.standing().count(ticket.request()) >= MOST_STANDING) {
            throw new IllegalArgumentException(
                    "so many yeses are remembered for this tool and key that no other can be:" + " revoke some first");
        }
        Arguments shown = ballot.edit() == null ? ticket.arguments() : ballot.edit();
        return Remembering.grant(ids.get(), ticket, shown, ballot.vote().approver(), wish);
    }

    /** The yeses that are remembered. */
    public StandingApprovals remembered() {
        return tickets.standing();
    }

    /**
     * Takes a ticket back that nobody needs to decide any more, or whose yes shall not be used. Durable when this returns.
     *
     * @param by who takes it back, on the side that asked
     * @param reason for the record and for whoever was asked; cut like a vote's
     */
    public Withdrawal withdraw(String tenant, UUID id, String by, @Nullable String reason) {
        return tickets.withdraw(tenant, id, by, reason);
    }

    /**
     * Ends what a no refuses, by somebody who may decide: the same call asks anew, and nothing runs by this. Durable when it returns.
     *
     * @param by who says so
     * @param reason for the record; cut like a vote's
     */
    public Lifting lift(String tenant, UUID id, String by, @Nullable String reason) {
        return tickets.lift(tenant, id, by, reason);
    }

    /**
     * Ends tickets whose time is over, with a record for each; a bounded number in one run. For a background loop.
     *
     * @return how many were ended by this run
     */
    public int expireDue() {
        return tickets.expire(tickets.stored().overdue(SWEEP))
                + tickets.standing().expireDue();
    }
}
