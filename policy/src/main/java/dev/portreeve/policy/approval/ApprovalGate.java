package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.Arguments;
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
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The step that waits for a person. A call that a rule asks about passes only by using up a yes for exactly this call: same principal and
 * key, same tool and definition, same arguments, same policy. Thread-safe; blocks for at most the configured hold.
 *
 * <p>What was approved is what runs. A ticket keeps the canonical form of the arguments, after guardrails rewrote them; people are shown
 * that form and nothing else; and a repeat finds the ticket only if its own arguments have the same canonical form, that is, if they
 * denote the same value. So the repeat's bytes, which go upstream, differ from what was shown at most in white space, in the order of
 * members and in the spelling of characters and numbers.
 */
public final class ApprovalGate {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /** A ticket can change under us between looking and acting; each round sees a later state, so few suffice. */
    private static final int MAX_ROUNDS = 8;

    private final Tickets tickets;
    private final ApprovalConfig config;
    private final ApprovalNotices notices;
    private final String policyVersion;
    private final Supplier<UUID> ids;

    /**
     * @param tickets shared with {@link Approvals}
     * @param policyVersion the version of the rules whose decisions arrive here
     * @param ids gives unique ids for tickets
     */
    public ApprovalGate(
            Tickets tickets, ApprovalConfig config, ApprovalNotices notices, String policyVersion, Supplier<UUID> ids) {
        this.tickets = tickets;
        this.config = config;
        this.notices = notices;
        this.policyVersion = policyVersion;
        this.ids = ids;
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
     * @param keep told of the ticket a call ends with, if its money is to be kept for that
     * @return the ticket whose yes was used; {@code null} if nobody had to be asked
     * @throws CallEnded {@code AwaitingApproval} while nobody decided; an {@code APPROVAL} denial after a no, or once after the ticket
     *     expired
     * @throws dev.portreeve.audit.EvidenceUnavailable if a ticket or its use cannot be made durable
     */
    public @Nullable UUID require(
            GovernedCall call, Content input, Decision decision, Consumer<UUID> keep, AuditTrail trail)
            throws CallEnded {
        return switch (decision) {
            case Decision.Permit unused -> null;
            case Decision.Deny deny -> throw new CallEnded(new CallOutcome.Denied(deny.denial()));
            case Decision.Ask ask ->
                switch (call) {
                    case ToolCall tool -> ask(tool, input, ask, keep, trail);
                    case LlmCall unused ->
                        throw denied(
                                Denial.Reason.APPROVAL_DENIED,
                                "approvals are for tools, so a model call cannot be approved");
                    // The call that began it had its yes.
                    case TaskCall unused -> null;
                    case QuestionCall unused -> null;
                    case ContextCall unused ->
                        throw denied(
                                Denial.Reason.APPROVAL_DENIED,
                                "approvals are for tools, so a prompt or resource cannot be approved");
                };
        };
    }

    private TicketRequest request(ToolCall call, Content input, Decision.Ask ask) {
        Arguments arguments = call.arguments();
        if (!input.equals(call.content())) {
            arguments = arguments.withTexts(
                    input.runs().subList(0, arguments.texts().size()));
        }
        return TicketRequest.of(call.subject(), call.resource(), arguments, ask, policyVersion);
    }

    private UUID ask(ToolCall call, Content input, Decision.Ask ask, Consumer<UUID> keep, AuditTrail trail)
            throws CallEnded {
        TicketRequest request = request(call, input, ask);
        String binding = request.binding();
        UUID carried = carried(call, binding, trail);
        if (carried != null) {
            return carried;
        }
        for (int round = 0; round < MAX_ROUNDS; round++) {
            Optional<Ticket> found = tickets.stored().latest(request.tenant(), binding);
            Ticket ticket = found.isPresent() && !asksAnew(found.get())
                    ? found.get()
                    : tickets.open(
                            ids.get(),
                            request,
                            call.id().value(),
                            ask.timeout(config.timeout()),
                            opened -> notices.of(opened, config.webhooks()));
            if (ticket != null && pass(call, ticket, keep, trail)) {
                return ticket.id();
            }
        }
        throw new IllegalStateException("approval tickets of call " + call.id() + " keep changing");
    }

    /** The yes of the round before, handed on to this one; {@code null} if there is none, or it went on already. */
    private @Nullable UUID carried(ToolCall call, String binding, AuditTrail trail) {
        EarlierRound earlier = call.earlier();
        if (earlier == null) {
            return null;
        }
        Optional<Ticket> ticket = tickets.stored()
                .find(call.subject().tenant(), earlier.approval())
                .filter(found -> found.request().binding().equals(binding));
        if (ticket.isEmpty()
                || !tickets.carry(
                        ticket.get(), earlier.call().value(), call.id().value())) {
            return null;
        }
        trail.facts()
                .put("approval", ticket.get().id().toString())
                .put("approved_in_call", earlier.call().toString());
        return ticket.get().id();
    }

    /** Whether a ticket is done with, so that the same call needs a new one. */
    private static boolean asksAnew(Ticket ticket) {
        return switch (ticket.state()) {
            case PENDING, APPROVED -> false;
            case DENIED -> ticket.over();
            case EXPIRED -> ticket.told();
            case REDEEMED -> true;
        };
    }

    /** Passes on a yes; ends the call on anything final; false to look again. */
    private boolean pass(ToolCall call, Ticket ticket, Consumer<UUID> keep, AuditTrail trail) throws CallEnded {
        trail.facts().put("approval", ticket.id().toString());
        if (ticket.state() == TicketState.EXPIRED || (ticket.over() && ticket.state() != TicketState.DENIED)) {
            if (tickets.expireAndTell(ticket)) {
                throw denied(
                        Denial.Reason.APPROVAL_EXPIRED,
                        "approval " + ticket.id()
                                + " was not decided, or not used, in time; repeat the call to ask again");
            }
            return false;
        }
        return switch (ticket.state()) {
            case PENDING -> {
                hold(call, ticket, keep);
                yield false;
            }
            case APPROVED -> tickets.redeem(ticket, call.id().value());
            case DENIED -> {
                String reason = ticket.reason() == null ? "" : ": " + ticket.reason();
                throw denied(
                        Denial.Reason.APPROVAL_DENIED,
                        "approval " + ticket.id() + " was denied by " + ticket.decidedBy() + reason);
            }
            case EXPIRED, REDEEMED -> false;
        };
    }

    /** Waits for a decision as long as a client can be expected to; returns only if there is one. */
    private void hold(ToolCall call, Ticket ticket, Consumer<UUID> keep) throws CallEnded {
        long end = System.nanoTime()
                + shorter(config.hold(), call.deadline().remaining()).toNanos();
        try (DecisionSignals.Watch watch = tickets.signals().watch(ticket.id())) {
            while (true) {
                Optional<Ticket> now = tickets.stored().find(ticket.tenant(), ticket.id());
                if (now.isEmpty() || !now.get().isWaiting()) {
                    return;
                }
                Duration left = Duration.ofNanos(end - System.nanoTime());
                if (!left.isPositive()) {
                    keep(ticket, keep);
                    throw new CallEnded(new CallOutcome.AwaitingApproval(ticket.id(), ticket.expiresAt()));
                }
                watch.await(shorter(left, LOOK_EVERY));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            keep(ticket, keep);
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    private void keep(Ticket ticket, Consumer<UUID> keep) {
        if (config.money() == ApprovalConfig.Money.HELD) {
            keep.accept(ticket.id());
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static CallEnded denied(Denial.Reason reason, String detail) {
        return new CallEnded(new CallOutcome.Denied(new Denial(Denial.Stage.APPROVAL, reason, detail)));
    }
}
