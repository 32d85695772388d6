package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.EarlierRound;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.session.LabelScope;
import dev.portreeve.policy.session.SessionConfig;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The step that waits for a person. A call that a rule asks about passes only by using up a yes for exactly this call: same principal and
 * key, same tool and definition, same arguments, same policy. Thread-safe; blocks for at most the configured hold.
 *
 * <p>What was approved is what runs. A ticket keeps the canonical form of the arguments, after guardrails rewrote them; people are shown
 * that form and nothing else; a repeat finds the ticket only if its own arguments have the same canonical form, that is, if they denote
 * the same value; and the ticket's bytes go upstream, never the repeat's.
 */
public final class ApprovalGate {
    /** A ticket can change under us between looking and acting; each round sees a later state, so few suffice. */
    private static final int MAX_ROUNDS = 8;

    private final Tickets tickets;
    private final SameCall same;
    private final DecisionWait wait;
    private final RememberedYes remembered;
    private final ApprovalConfig config;
    private final ApprovalNotices notices;
    private final People people;
    private final SessionConfig sessions;
    private final ChangedCalls changedCalls;
    private final InstantSource clock = InstantSource.system();
    private final Version version;
    private final Supplier<UUID> ids;

    /** That of the rules whose decisions arrive here, as {@link #under} has it. */
    private record Version(String id, BooleanSupplier inForce, BooleanSupplier asksNoMore) {}

    /** A gate for rules that name nobody. */
    public ApprovalGate(
            Tickets tickets, ApprovalConfig config, ApprovalNotices notices, String policyVersion, Supplier<UUID> ids) {
        this(tickets, config, notices, People.NOBODY, policyVersion, ids);
    }

    /** A gate for which sessions are what callers name so. */
    public ApprovalGate(
            Tickets tickets,
            ApprovalConfig config,
            ApprovalNotices notices,
            People people,
            String policyVersion,
            Supplier<UUID> ids) {
        this(tickets, config, notices, people, SessionConfig.DEFAULT, ChangedCalls.REFUSED, policyVersion, ids);
    }

    /**
     * @param tickets shared with {@link Approvals}
     * @param people who the names in rules are
     * @param sessions what counts as one
     * @param changedCalls looks at calls whose arguments an approver changed
     * @param policyVersion the version of the rules whose decisions arrive here, unless {@link #under} says another
     * @param ids gives unique ids for tickets
     */
    public ApprovalGate(
            Tickets tickets,
            ApprovalConfig config,
            ApprovalNotices notices,
            People people,
            SessionConfig sessions,
            ChangedCalls changedCalls,
            String policyVersion,
            Supplier<UUID> ids) {
        Version always = new Version(policyVersion, () -> true, () -> true);
        this(tickets, config, notices, people, sessions, changedCalls, always, ids);
    }

    private ApprovalGate(
            Tickets tickets,
            ApprovalConfig config,
            ApprovalNotices notices,
            People people,
            SessionConfig sessions,
            ChangedCalls changedCalls,
            Version version,
            Supplier<UUID> ids) {
        this.sessions = sessions;
        this.changedCalls = changedCalls;
        this.tickets = tickets;
        this.same = new SameCall(tickets, new Veto(config.veto(), sessions));
        this.remembered = new RememberedYes(tickets, same);
        this.wait = new DecisionWait(tickets, config);
        this.config = config;
        this.notices = notices;
        this.people = people;
        this.version = version;
        this.ids = ids;
    }

    /**
     * The same gate for decisions of one version of the rules.
     *
     * @param inForce whether that version still is; asked before a yes is used, on the call's thread, and must not block
     * @param asksNoMore whether its rules would still let the call pass by such a yes; asked before a yes is used for which the call was held,
     *     on the call's thread, and may block on the database
     */
    public ApprovalGate under(String version, BooleanSupplier inForce, BooleanSupplier asksNoMore) {
        Version other = new Version(version, inForce, asksNoMore);
        return new ApprovalGate(tickets, config, notices, people, sessions, changedCalls, other, ids);
    }

    /**
     * The newest ticket of exactly this call, for which money of an earlier try may be held; {@code null} if money is not kept for
     * tickets, or nobody has to be asked, or nobody was. Reads the database.
     */
    public @Nullable UUID ticket(GovernedCall call, Content input, Decision decision) {
        if (config.money() == ApprovalConfig.Money.HELD
                && decision instanceof Decision.Ask ask
                && call instanceof ToolCall tool) {
            TicketRequest request = request(tool, input, ask);
            return tickets.stored()
                    .latest(request.tenant(), request.binding())
                    .map(Ticket::id)
                    .orElse(null);
        }
        return null;
    }

    /**
     * Lets a permitted call pass. For a call that must be approved: uses the yes that is there, durably, and returns; or ends the call. A
     * later round of a call goes on under the yes of the round before it.
     *
     * @param input the call's content as guardrails left it: first the texts of its arguments, then whatever else it holds
     * @param money what the call holds
     * @param awaited whether the caller still waits; for one that is gone nothing is held, and no yes used up
     * @return the yes that was used, with the arguments that may run; {@code null} if nobody had to be asked
     * @throws CallEnded {@code AwaitingApproval} while nobody decided; an {@code APPROVAL} denial after a no, or once after the ticket
     *     expired
     * @throws dev.portreeve.audit.EvidenceUnavailable if a ticket or its use cannot be made durable
     */
    public @Nullable Approval require(
            GovernedCall call,
            Content input,
            Decision decision,
            HeldMoney money,
            BooleanSupplier awaited,
            AuditTrail trail)
            throws CallEnded {
        return switch (decision) {
            case Decision.Permit unused -> null;
            case Decision.Deny deny -> throw new CallEnded(new CallOutcome.Denied(deny.denial()));
            case Decision.Ask ask ->
                switch (call) {
                    case ToolCall tool -> ask(input, ask, new Asking(tool, money, awaited, trail));
                    case LlmCall unused ->
                        throw ApprovalEnds.denied(
                                Denial.Reason.APPROVAL_DENIED,
                                "approvals are for tools, so a model call cannot be approved");
                    // The call that began it had its yes.
                    case TaskCall unused -> null;
                    case QuestionCall unused -> null;
                    case ContextCall unused ->
                        throw ApprovalEnds.denied(
                                Denial.Reason.APPROVAL_DENIED,
                                "approvals are for tools, so a prompt or resource cannot be approved");
                };
        };
    }

    private TicketRequest request(ToolCall call, Content input, Decision.Ask ask) {
        List<Seat> seats = people.seats(call.subject().tenant(), call.subject().member(), ask.rules());
        LabelScope session = LabelScope.of(call.subject(), sessions.labelsOf());
        return TicketRequest.of(call, call.arguments(input), ask, seats, version.id(), session);
    }

    /** Nobody waits for a yes that nobody could give, and no list of nobody may pass for a list of everybody. */
    private static void requireReachable(TicketRequest request, Decision.Ask ask) throws CallEnded {
        boolean named = ask.rules().stream().anyMatch(rule -> !rule.approvers().isEmpty());
        if (named && request.places().size() < request.quorum()) {
            throw ApprovalEnds.denied(
                    Denial.Reason.FORBIDDEN,
                    "fewer people than rules " + request.rules() + " ask for (" + request.quorum()
                            + ") could approve this call of " + request.member());
        }
    }

    private @Nullable Approval ask(Content input, Decision.Ask ask, Asking asking) throws CallEnded {
        ToolCall call = asking.call;
        AuditTrail trail = asking.trail;
        TicketRequest request = request(call, input, ask);
        if (ask.isAutoApproved(request.arguments(), clock.instant())) {
            same.requireNoVeto(same.tickets(request), request, trail);
            tickets.approvedByRules(request, call.id().value());
            trail.facts().put("approved_by_rules", request.rules());
            return null;
        }
        requireReachable(request, ask);
        String binding = request.binding();
        Ticket carried = carried(asking, binding);
        if (carried != null) {
            return carried.approval();
        }
        Approval before = remembered.of(call, request, binding, trail);
        if (before != null) {
            return before;
        }
        if (call.task() != null && call.task().ticket() != null) {
            return comeBack(asking, request, call.task().ticket());
        }
        for (int round = 0; round < MAX_ROUNDS; round++) {
            Ticket found = found(request, binding, trail);
            Ticket ticket = found == null ? open(asking, request, ask) : found;
            if (ticket != null && pass(asking, ticket)) {
                return ticket.approval();
            }
        }
        throw new IllegalStateException("approval tickets of call " + call.id() + " keep changing");
    }

    /** What a task waited for is one ticket: where that leads nowhere any more, its caller is told, and nobody is asked instead. */
    private Approval comeBack(Asking asking, TicketRequest request, UUID id) throws CallEnded {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            Ticket ticket = same.ofTask(request, id, asking.trail.facts());
            if (pass(asking, ticket)) {
                return ticket.approval();
            }
        }
        throw new IllegalStateException("approval ticket " + id + " of a task keeps changing");
    }

    /** Asks people, unless one of them said no to the same call already; {@code null} if another was quicker to ask. */
    private @Nullable Ticket open(Asking asking, TicketRequest request, Decision.Ask ask) throws CallEnded {
        List<Ticket> ofCall = same.tickets(request);
        same.requireNoVeto(ofCall, request, asking.trail);
        String outdated = same.takeBackOutdated(ofCall, request, asking.trail.facts());
        asking.note = outdated == null ? asking.note : outdated;
        TicketChange.Open change = tickets.open(new TicketChange.Open(
                ids.get(),
                request,
                asking.call.id().value(),
                ask.timeout(config.timeout()),
                notices::of,
                config.mostWaiting()));
        if (change.isRefused()) {
            throw ApprovalEnds.tooMany(request, config.mostWaiting());
        }
        Ticket ticket = change.opened();
        asking.opened |= ticket != null;
        return ticket;
    }

    /** The yes of the round before, handed on to this one; {@code null} if there is none, or it went on already. */
    private @Nullable Ticket carried(Asking asking, String binding) throws CallEnded {
        ToolCall call = asking.call;
        EarlierRound earlier = call.earlier();
        if (earlier == null) {
            return null;
        }
        Optional<Ticket> ticket = tickets.stored()
                .find(call.subject().tenant(), earlier.approval())
                .filter(found -> found.request().binding().equals(binding));
        if (ticket.isPresent()) {
            requirePossible(asking, ticket.get());
        }
        if (ticket.isEmpty()
                || !tickets.carry(
                        ticket.get(), earlier.call().value(), call.id().value())) {
            return null;
        }
        asking.trail
                .facts()
                .put("approval", ticket.get().id().toString())
                .put("approved_in_call", earlier.call().toString());
        return ticket.get();
    }

    /** The ticket of this very call, if it is not done with. What another session asked is no way round this session's no. */
    private @Nullable Ticket found(TicketRequest request, String binding, AuditTrail trail) throws CallEnded {
        Ticket ticket = tickets.stored().latest(request.tenant(), binding).orElse(null);
        if (ticket == null || asksAnew(ticket, request)) {
            return null;
        }
        if (!ticket.request().session().equals(request.session())) {
            same.requireNoVeto(same.tickets(request), request, trail);
        }
        return ticket;
    }

    /** Whether a ticket is done with, so that the same call needs a new one. */
    private static boolean asksAnew(Ticket ticket, TicketRequest now) {
        return switch (ticket.state()) {
            case TicketState.Waiting ignored -> false;
            case TicketState.Approved ignored -> false;
            case TicketState.Denied ignored -> !ticket.refuses(now.session());
            case TicketState.Expired expired -> expired.told();
            case TicketState.Redeemed ignored -> true;
            case TicketState.Withdrawn ignored -> true;
        };
    }

    /** Passes on a yes; ends the call on anything final; false to look again. */
    private boolean pass(Asking asking, Ticket ticket) throws CallEnded {
        asking.trail.facts().put("approval", ticket.id().toString());
        return switch (ticket.state()) {
            case TicketState.Waiting ignored when ticket.over() -> expire(ticket);
            case TicketState.Approved ignored when ticket.over() -> expire(ticket);
            case TicketState.Expired ignored -> expire(ticket);
            case TicketState.Waiting ignored -> {
                wait.forDecision(asking, ticket);
                asking.held = true;
                yield false;
            }
            case TicketState.Approved ignored
            when !version.inForce().getAsBoolean()
                    || (asking.held && !version.asksNoMore().getAsBoolean()) ->
                throw ApprovalEnds.denied(
                        Denial.Reason.APPROVAL_WITHDRAWN,
                        "the rules changed, or say something else of this call, since it came and approval "
                                + ticket.id() + " waited: repeat it, and it is decided anew");
            case TicketState.Approved ignored when !asking.awaited.getAsBoolean() -> throw wait.ended(asking, ticket);
            case TicketState.Approved ignored -> {
                requirePossible(asking, ticket);
                yield tickets.redeem(ticket, asking.call.id().value());
            }
            case TicketState.Denied ignored -> throw same.refused(ticket);
            case TicketState.Redeemed ignored -> false;
            case TicketState.Withdrawn ignored -> false;
        };
    }

    private boolean expire(Ticket ticket) throws CallEnded {
        if (tickets.expireAndTell(ticket)) {
            throw ApprovalEnds.denied(
                    Denial.Reason.APPROVAL_EXPIRED,
                    "approval " + ticket.id() + " was not decided, or not used, in time; repeat the call to ask again");
        }
        return false;
    }

    private void requirePossible(Asking asking, Ticket ticket) throws CallEnded {
        if (ticket.edit() != null) {
            ToolCall changed = asking.call.with(ticket.arguments());
            changedCalls.require(asking.call, changed, asking.trail);
            asking.money.cover(changed);
        }
    }
}
