package dev.portreeve.policy;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.approval.ApprovalGate;
import dev.portreeve.policy.budget.BudgetLedger;
import dev.portreeve.policy.budget.Reservation;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.Guardrails;
import dev.portreeve.policy.guardrail.ScreenedAside;
import dev.portreeve.policy.guardrail.ScreenedOutput;
import dev.portreeve.policy.key.Pepper;
import java.time.Duration;
import java.util.UUID;

/** The one way a model call or a tool call runs (INV-1). The order of the steps is the security property. Thread-safe. */
public final class CallGovernor {
    private final AuditLog audit;
    private final AccessPolicy access;
    private final Guardrails guardrails;
    private final BudgetLedger budgets;
    private final ApprovalGate approvals;
    private final CallFacts facts;

    public CallGovernor(
            AuditLog audit,
            AccessPolicy access,
            Guardrails guardrails,
            BudgetLedger budgets,
            ApprovalGate approvals,
            Pepper pepper) {
        this.audit = audit;
        this.access = access;
        this.guardrails = guardrails;
        this.budgets = budgets;
        this.approvals = approvals;
        this.facts = new CallFacts(pepper);
    }

    /**
     * The life of a call. Read this first. Blocks the calling (virtual) thread until the call ended; chunks reach {@code
     * client} on this thread. What the outcome says of a call that did not complete (a refusal, a ticket, a failure) is
     * durable when it returns; a completed call, whose opening record was durable before its first byte left, has its
     * settlement and closing record queued then, and they commit together with the journal's next batch; under an idempotency
     * key these are awaited, and {@link IdempotentRun#mayEnd} says whether the end of the answer may leave.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if evidence cannot be stored; nothing more may then be released
     */
    public <C extends Output<C>> CallOutcome govern(GovernedCall call, Upstream<C> upstream, OutputSink<C> client) {
        long begin = System.nanoTime();
        try (AuditTrail trail = audit.open(call.subject().tenant(), call.id().value(), facts.of(call))) {
            CallOutcome outcome = enforce(call, upstream, client, trail);
            Facts closing = facts.of(call, outcome, Duration.ofNanos(System.nanoTime() - begin));
            IdempotentRun run = call.run();
            if (outcome instanceof CallOutcome.Completed && run != null) {
                run.complete();
                trail.conclude(closing).await();
            } else if (outcome instanceof CallOutcome.Completed) {
                trail.concludeUnhurried(closing);
            } else {
                trail.conclude(closing).await();
            }
            return outcome;
        }
    }

    private <C extends Output<C>> CallOutcome enforce(
            GovernedCall call, Upstream<C> upstream, OutputSink<C> client, AuditTrail trail) {
        try {
            Decision decision = access.require(call, trail);
            requireAccepted(call);
            Content input = guardrails.screenInput(call, trail);
            try (Reservation reservation = budgets.reserve(call, trail)) {
                UUID approval = approvals.require(call, input, decision, trail);
                EvidenceGate<C> gate = EvidenceGate.of(call, trail, client);
                ScreenedOutput<C> screened = guardrails.screenOutput(call, gate, trail);
                ScreenedAside aside = guardrails.aside(call, gate::await, trail);
                Usage usage = reservation.metered(upstream).execute(new Clearance(input, approval, aside), screened);
                aside.finish();
                screened.finish();
                return new CallOutcome.Completed(usage, reservation.cost(), reservation.budget());
            }
        } catch (CallEnded ended) {
            return ended.outcome();
        }
    }

    // Before anybody is asked and anything is held. Rules come first: who may not use a tool learns nothing of it.
    private static void requireAccepted(GovernedCall call) throws CallEnded {
        String changed = switch (call) {
            case ToolCall tool -> tool.withheld() ? "this tool" : null;
            case ContextCall context -> context.withheld() ? "the definition of this" : null;
            case LlmCall unused -> null;
            case TaskCall unused -> null;
            case QuestionCall unused -> null;
        };
        if (changed != null) {
            throw new CallEnded(new CallOutcome.Denied(new Denial(
                    Denial.Stage.APPROVAL,
                    Denial.Reason.DEFINITION_CHANGED,
                    "the server changed " + changed
                            + ", and nobody has accepted that yet: ask whoever runs the gateway")));
        }
    }
}
