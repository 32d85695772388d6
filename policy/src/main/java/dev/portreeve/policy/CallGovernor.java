package dev.portreeve.policy;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.approval.ApprovalGate;
import dev.portreeve.policy.approval.HeldMoney;
import dev.portreeve.policy.brake.Brakes;
import dev.portreeve.policy.budget.BudgetLedger;
import dev.portreeve.policy.budget.Reservation;
import dev.portreeve.policy.call.Approval;
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
import dev.portreeve.policy.keeping.CallEvidence;
import dev.portreeve.policy.keeping.KeptContents;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.limit.Permit;
import dev.portreeve.policy.limit.RateLimits;
import dev.portreeve.policy.stop.RunningCall;
import dev.portreeve.policy.stop.Stops;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The one way a model call or a tool call runs (INV-1). The order of the steps is the security property. Thread-safe. */
public final class CallGovernor {
    private final AuditLog audit;
    private final Supplier<AccessPolicy> access;
    private final Guardrails guardrails;
    private final BudgetLedger budgets;
    private final ApprovalGate approvals;
    private final RateLimits limits;
    private final Stops stops;
    private final Brakes brakes;
    private final CallFacts facts;
    private final CallEvidence evidence;

    /**
     * @param access the rules in force, asked for once for each call
     * @param recordedArguments names of tools and prompts whose arguments stand in records
     * @param evidence what calls leave beside their records
     */
    public CallGovernor(
            AuditLog audit,
            Supplier<AccessPolicy> access,
            Guardrails guardrails,
            BudgetLedger budgets,
            ApprovalGate approvals,
            RateLimits limits,
            Stops stops,
            Brakes brakes,
            Pepper pepper,
            List<String> recordedArguments,
            CallEvidence evidence) {
        this.audit = audit;
        this.access = access;
        this.guardrails = guardrails;
        this.budgets = budgets;
        this.approvals = approvals;
        this.limits = limits;
        this.stops = stops;
        this.brakes = brakes;
        this.facts = new CallFacts(pepper, recordedArguments);
        this.evidence = evidence;
    }

    /** A recipe without rate limits, that nobody can stop. */
    public CallGovernor(
            AuditLog audit,
            Supplier<AccessPolicy> access,
            Guardrails guardrails,
            BudgetLedger budgets,
            ApprovalGate approvals,
            Pepper pepper) {
        this(
                audit,
                access,
                guardrails,
                budgets,
                approvals,
                RateLimits.NONE,
                Stops.none(),
                Brakes.none(),
                pepper,
                List.of(),
                CallEvidence.NONE);
    }

    /**
     * The life of a call. Read this first. Blocks the calling (virtual) thread until the call ended; chunks reach {@code
     * client} on this thread. What the outcome says of a call that did not complete (a refusal, a ticket, a failure) is
     * durable when it returns; a completed call, whose opening record was durable before its first byte left unless the operator
     * wants its evidence on best effort, has its settlement and closing record queued then, and they commit together with the journal's next batch; under an idempotency
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
            if (outcome instanceof CallOutcome.Pending) {
                Objects.requireNonNull(trail.opened()).await();
                trail.leave();
            } else if (outcome instanceof CallOutcome.Completed && run != null) {
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

    /**
     * The last round of a call whose first one ended {@link CallOutcome.Pending}, in this process or another. What was held is settled at what
     * the upstream says, whatever rules, stops and budgets say by now: it was let through, and it was made. Guardrails read what comes back;
     * nothing of it may be released before this returns. If somebody ended the call before, or it was never let through, the answer is read all the same,
     * and neither money nor record is written. The settlement and the closing record are durable, in one commit, when it returns. Blocks.
     *
     * @param call as it was let through, with the price it was held at
     * @param upstream gives the end that is known
     * @param client takes the answer as guardrails leave it
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be stored; the end is still to be told then
     */
    public <C extends Output<C>> CallOutcome resume(GovernedCall call, Upstream<C> upstream, OutputSink<C> client) {
        if (!call.endsLater()) {
            throw new IllegalArgumentException("call " + call.id() + " has one round only");
        }
        long begin = System.nanoTime();
        try (AuditTrail trail = audit.resume(call.subject().tenant(), call.id().value())) {
            CallOutcome outcome = end(call, upstream, client, trail);
            trail.conclude(facts.of(call, outcome, Duration.ofNanos(System.nanoTime() - begin)))
                    .await();
            return outcome;
        }
    }

    private <C extends Output<C>> CallOutcome end(
            GovernedCall call, Upstream<C> upstream, OutputSink<C> client, AuditTrail trail) {
        KeptContents kept = evidence.of(call);
        try (Reservation reservation = budgets.resume(call, trail)) {
            ScreenedOutput<C> screened = guardrails.screenOutput(call, kept.leaving(client), trail);
            try {
                Usage usage =
                        reservation.metered(upstream).execute(Clearance.of(Content.EMPTY), kept.unscreened(screened));
                screened.finish();
                return new CallOutcome.Completed(usage, reservation.cost(), null);
            } finally {
                kept.ended(trail);
            }
        } catch (CallEnded ended) {
            return ended.outcome();
        }
    }

    private <C extends Output<C>> CallOutcome enforce(
            GovernedCall call, Upstream<C> upstream, OutputSink<C> client, AuditTrail trail) {
        try (RunningCall running = stops.begin(call)) {
            brakes.begins(call);
            running.requireRunning();
            // One version of the rules for all of the call; what is published meanwhile is for the next.
            AccessPolicy rules = access.get();
            Decision decision = rules.require(call, trail);
            requireAccepted(call);
            KeptContents kept = evidence.of(call);
            kept.sent(trail);
            try (Permit permit = limits.admit(call, decision.obliging())) {
                Content input = rules.masked(call, decision, guardrails.screenInput(call, trail));
                GovernedCall priced = CallPrices.priced(call, input, trail);
                kept.screened(input, trail);
                return pay(
                        priced,
                        new Admitted(rules, decision, permit, input, kept),
                        running.guard(upstream),
                        client,
                        trail);
            } catch (CallEnded ended) {
                throw running.ending(ended);
            }
        } catch (CallEnded ended) {
            return ended.outcome();
        }
    }

    /** What the steps before the money found. */
    private record Admitted(AccessPolicy rules, Decision decision, Permit permit, Content input, KeptContents kept) {}

    private <C extends Output<C>> CallOutcome pay(
            GovernedCall call, Admitted admitted, Upstream<C> upstream, OutputSink<C> client, AuditTrail trail)
            throws CallEnded {
        Content input = admitted.input();
        AccessPolicy rules = admitted.rules();
        ApprovalGate gateOfRules = approvals.under(
                rules.version(),
                () -> access.get() == rules,
                () -> rules.decide(call).asksNoMoreThan(admitted.decision()));
        UUID ticket = gateOfRules.ticket(call, input, admitted.decision());
        try (Reservation reservation = budgets.reserve(call, ticket, trail)) {
            HeldMoney held = CallPrices.held(reservation, trail);
            Approval approval = gateOfRules.require(call, input, admitted.decision(), held, upstream::isAwaited, trail);
            rules.label(call, admitted.decision());
            edited(call, admitted, approval, held, trail);
            EvidenceGate<C> gate = EvidenceGate.of(call, trail, evidence.mayTrail(call), client);
            KeptContents kept = admitted.kept();
            ScreenedOutput<C> screened = guardrails.screenOutput(call, kept.leaving(gate), trail);
            ScreenedAside aside = guardrails.aside(call, gate::await, trail);
            Clearance cleared =
                    new Clearance(input, approval, aside, admitted.permit().allowance());
            admitted.permit().runs();
            try {
                Usage usage = reservation.metered(upstream).execute(cleared, kept.unscreened(screened));
                aside.finish();
                screened.finish();
                CallOutcome.Completed completed =
                        new CallOutcome.Completed(usage, reservation.cost(), reservation.budget());
                brakes.ended(call, completed, completed.cost());
                return completed;
            } catch (CallEnded ended) {
                leave(ended, reservation);
                brakes.ended(call, ended.outcome(), reservation.cost());
                throw ended;
            } finally {
                kept.ended(trail);
                admitted.permit().used(reservation.used());
            }
        }
    }

    private static void leave(CallEnded ended, Reservation reservation) {
        if (ended.outcome() instanceof CallOutcome.Pending) {
            reservation.leave();
        }
    }

    // What an approver changed may be what a rule labels; and the record has both versions.
    private void edited(
            GovernedCall call, Admitted admitted, @Nullable Approval approval, HeldMoney held, AuditTrail trail)
            throws CallEnded {
        if (approval != null && approval.edit() != null && call instanceof ToolCall tool) {
            ToolCall changed = tool.with(approval.arguments());
            trail.facts().put("edited", facts.of(changed, approval.edit()));
            admitted.kept().edited(changed, trail);
            AccessPolicy rules = admitted.rules();
            rules.label(changed, rules.decide(changed));
            // Also under a yes that a round before has used: there the gate did not ask.
            held.cover(changed);
        }
    }

    // Before anybody is asked and anything is held. Rules come first: who may not use a tool learns nothing of it.
    private static void requireAccepted(GovernedCall call) throws CallEnded {
        if (call instanceof ToolCall tool && tool.misfit() != null) {
            throw new CallEnded(
                    new CallOutcome.Denied(new Denial(Denial.Stage.ACCESS, Denial.Reason.RULE_ERROR, tool.misfit())));
        }
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
