package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import java.time.Duration;
import java.util.Optional;

/** How a call waits for a person's decision, and ends if none comes while it does. Thread-safe; blocks. */
final class DecisionWait {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Tickets tickets;
    private final ApprovalConfig config;

    DecisionWait(Tickets tickets, ApprovalConfig config) {
        this.tickets = tickets;
        this.config = config;
    }

    /**
     * Waits for a decision as long as a client can be expected to; returns only if there is one. It is the latest of equal calls that
     * waits: who says the same again has given up on what it said before, whether it told us or not, and a yes must not go to that.
     */
    void forDecision(Asking asking, Ticket ticket) throws CallEnded {
        Duration held = asking.call.task() == null
                ? config.hold(asking.call.correlation().programs())
                : Duration.ZERO;
        long end = System.nanoTime()
                + shorter(held, asking.call.deadline().remaining()).toNanos();
        try (DecisionSignals.Watch watch = tickets.signals().watch(ticket.id())) {
            while (true) {
                Optional<Ticket> now = tickets.stored().find(ticket.tenant(), ticket.id());
                if (now.isEmpty() || !now.get().isWaiting()) {
                    requireStillAsked(now.orElse(ticket));
                    return;
                }
                Duration left = Duration.ofNanos(end - System.nanoTime());
                if (!left.isPositive() || !asking.awaited.getAsBoolean() || !watch.isLatest()) {
                    throw ended(asking, ticket);
                }
                watch.await(shorter(left, LOOK_EVERY));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            keep(ticket, asking.money);
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    /** The call ends with its ticket. */
    CallEnded ended(Asking asking, Ticket ticket) {
        keep(ticket, asking.money);
        return new CallEnded(
                new CallOutcome.AwaitingApproval(ticket.id(), ticket.expiresAt(), asking.note, asking.opened));
    }

    /** What was taken back while its call was held does not ask anew by itself. */
    private static void requireStillAsked(Ticket ticket) throws CallEnded {
        if (ticket.state() instanceof TicketState.Withdrawn withdrawn) {
            throw ApprovalEnds.denied(
                    Denial.Reason.APPROVAL_WITHDRAWN,
                    "approval " + ticket.id() + " was withdrawn by " + ApprovalEnds.said(withdrawn.word()));
        }
    }

    private void keep(Ticket ticket, HeldMoney money) {
        if (config.money() == ApprovalConfig.Money.HELD) {
            money.keep(ticket.id());
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
