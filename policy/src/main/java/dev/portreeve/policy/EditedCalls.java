package dev.portreeve.policy;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.approval.Asker;
import dev.portreeve.policy.approval.ChangedCalls;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketRequest;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.guardrail.Guardrails;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Rules, as they are when they are asked, and guardrails for calls whose arguments an approver changed. A yes lifts none of them. */
final class EditedCalls implements ChangedCalls {
    private static final Price FREE = Price.perCall(NanoUsd.ZERO, "none");
    private final Supplier<AccessPolicy> access;
    private final Guardrails guardrails;

    EditedCalls(Supplier<AccessPolicy> access, Guardrails guardrails) {
        this.access = access;
        this.guardrails = guardrails;
    }

    @Override
    public Arguments lookAt(Ticket ticket, Arguments wanted) {
        TicketRequest asked = ticket.request();
        Asker asker = asked.terms().asker();
        if (asker == null) {
            throw new IllegalArgumentException("nothing of this call may be changed");
        }
        ToolCall call = call(ticket, asker, wanted);
        AccessPolicy rules = access.get();
        Decision decision = rules.decide(call);
        if (decision instanceof Decision.Deny deny) {
            throw new IllegalArgumentException(
                    "the changed call is refused: " + deny.denial().detail());
        }
        requireSameRules(Set.of(asked.rules().split(",")), decision);
        requireSameLimits(rules.decide(call(ticket, asker, asked.arguments())), decision);
        Content masked = masked(rules, call, decision);
        return masked.equals(call.content()) ? wanted : wanted.withTexts(masked.runs());
    }

    private static ToolCall call(Ticket ticket, Asker asker, Arguments arguments) {
        TicketRequest asked = ticket.request();
        return new ToolCall(
                new CallId(ticket.requestedByCall()),
                asker.subject(asked),
                asked.tool(),
                arguments,
                new Content(arguments.texts()),
                new Estimate(0, 0, FREE),
                false,
                Deadline.in(Duration.ofMinutes(1)));
    }

    /** When the call comes again it is counted as it was asked for, before anybody knows of the change. */
    private static void requireSameLimits(Decision before, Decision after) {
        for (Rule rule : after.obliging()) {
            if (rule.obligations().limit() != null && !before.obliging().contains(rule)) {
                throw new IllegalArgumentException("the changed call would count for the limit of rule \"" + rule.id()
                        + "\", for which it was not counted: deny this one, and have it asked for as it is to run");
            }
        }
    }

    /** Whom another rule would ask has not been asked. */
    private static void requireSameRules(Set<String> before, Decision after) {
        for (Rule rule : after instanceof Decision.Ask ask ? ask.rules() : List.<Rule>of()) {
            if (!before.contains(rule.id())) {
                throw new IllegalArgumentException("the changed call would be asked about by rule \"" + rule.id()
                        + "\" too: deny this one, and have it asked for as it is to run");
            }
        }
    }

    private static Content masked(AccessPolicy rules, ToolCall call, Decision decision) {
        return rules.maskable(call, decision)
                .orElseThrow(() ->
                        new IllegalArgumentException("a rule masks what was changed, and only text can be masked"));
    }

    @Override
    public void require(ToolCall asked, ToolCall changed, AuditTrail trail) throws CallEnded {
        AccessPolicy rules = access.get();
        Decision before = rules.decide(asked);
        Decision after = rules.decide(changed);
        if (after instanceof Decision.Deny deny) {
            throw new CallEnded(new CallOutcome.Denied(deny.denial()));
        }
        try {
            requireSameRules(ids(before), after);
            requireSameLimits(before, after);
            if (!masked(rules, changed, after).equals(changed.content())) {
                throw new IllegalArgumentException("a rule masks by now what the approver wrote into the arguments");
            }
        } catch (IllegalArgumentException more) {
            throw refused(String.valueOf(more.getMessage()));
        }
        if (!guardrails.screenInput(changed, trail).equals(changed.content())) {
            throw refused("a guardrail would change what the approver wrote into the arguments, so it does not run");
        }
    }

    private static Set<String> ids(Decision decision) {
        return decision instanceof Decision.Ask ask
                ? ask.rules().stream().map(Rule::id).collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }

    private static CallEnded refused(String why) {
        return new CallEnded(
                new CallOutcome.Denied(new Denial(Denial.Stage.APPROVAL, Denial.Reason.APPROVAL_DENIED, why)));
    }
}
