package dev.portreeve.policy.access;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.access.Decision.RuleVerdict;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.HostedUse;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TaskCall;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Who may do what. The order of rules does not matter: any matching {@code deny} wins; else every matching {@code require-approval} must
 * be satisfied; else one matching {@code allow} suffices; else the call is denied. A condition that fails counts against the caller: its
 * {@code allow} does not match, its {@code deny} or {@code require-approval} does (INV-4).
 *
 * <p>Immutable and thread-safe; a new configuration makes a new one.
 */
public final class AccessPolicy {
    private static final int MAX_RECORDED_VERDICTS = 64;

    private final PolicyDocument document;
    private final RuleIndex index;
    private final InstantSource clock;

    private AccessPolicy(PolicyDocument document, RuleIndex index, InstantSource clock) {
        this.document = document;
        this.index = index;
        this.clock = clock;
    }

    /**
     * Compiles the rules.
     *
     * @throws InvalidPolicy naming rule, member and column of everything that is wrong: syntax, unknown variables, types, ids that stand
     *     twice, approvals for models and for tools of providers
     */
    public static AccessPolicy of(List<Rule> rules) {
        return of(rules, InstantSource.system());
    }

    /** As the shorter form, with the clock that says what time it is for rules that hold at some times only. */
    public static AccessPolicy of(List<Rule> rules, InstantSource clock) {
        List<CompiledRule> compiled = new PolicyCompiler().compile(rules);
        return new AccessPolicy(PolicyDocument.of(rules), new RuleIndex(compiled), clock);
    }

    /** SHA-256 of {@link #document()}'s text, in hex; stands in every record a decision is in. */
    public String version() {
        return document.version();
    }

    /** What the version is the hash of. */
    public PolicyDocument document() {
        return document;
    }

    /** What the rules say about a call that is made now. Nothing is recorded. */
    public Decision decide(GovernedCall call) {
        return decide(call, clock.instant());
    }

    /** What the rules say about a call. Pure: the same call at the same time gives the same decision, and nothing is recorded. */
    public Decision decide(GovernedCall call, Instant at) {
        if (call instanceof TaskCall || call instanceof QuestionCall) {
            // The arguments, which conditions are about, were judged when the task was begun, or the server used.
            // Whoever
            // loses the tool altogether loses its tasks and questions.
            return foresee(call.subject(), call.resource(), at);
        }
        CallVariables variables = new CallVariables(call);
        return consult(call.subject(), call.resource(), at, condition -> condition.test(variables));
    }

    /** What the rules say about a tool that a provider would run by itself. Pure. */
    private Decision decide(Subject subject, HostedUse use) {
        HostedVariables variables = new HostedVariables(subject, use);
        return consult(subject, use.resource(), clock.instant(), condition -> condition.test(variables));
    }

    /**
     * What becomes of a tool that a provider would run by itself: a rule that grants or forbids it counts, and where no rule
     * speaks of it, what its model's route says. Pure; {@link #require} records it.
     */
    public HostedUse.Fate fate(Subject subject, HostedUse use) {
        return HostedTools.fate(decide(subject, use), use);
    }

    /** What the rules say about whatever call of the resource: only what holds for each of them denies. */
    private Decision foresee(Subject subject, Resource resource, Instant at) {
        KnownVariables known = new KnownVariables(subject, resource);
        return consult(subject, resource, at, known::foresee);
    }

    private Decision consult(Subject subject, Resource resource, Instant at, Function<Condition, Match> tested) {
        if (!isWithin(subject.delegation(), resource)) {
            return new Decision.Deny(
                    new Denial(
                            Denial.Stage.ACCESS,
                            Denial.Reason.OUTSIDE_DELEGATION,
                            "the key was made for less than \"" + resource.name()
                                    + "\": ask whoever made it for another"),
                    List.of());
        }
        Consultation consultation = new Consultation();
        for (CompiledRule rule : index.about(subject, resource)) {
            if (rule.isAbout(subject, at)) {
                Condition condition = rule.condition();
                consultation.hear(rule.rule(), condition == null ? Match.MATCHED : tested.apply(condition));
            }
        }
        return consultation.decision();
    }

    private static boolean isWithin(Delegation delegation, Resource resource) {
        for (Confines confines : delegation.confines()) {
            List<String> patterns = confines.of(resource);
            if (patterns != null
                    && patterns.stream().noneMatch(pattern -> new Glob(pattern).matches(resource.name()))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Decides, records the decision with its reasons in the trail, and ends the call if it is denied.
     *
     * @throws CallEnded with an {@code ACCESS} denial
     */
    public Decision require(GovernedCall call, AuditTrail trail) throws CallEnded {
        Decision decision = decide(call);
        record(decision, trail.facts());
        if (decision instanceof Decision.Deny deny) {
            throw new CallEnded(new CallOutcome.Denied(deny.denial()));
        }
        if (call instanceof LlmCall llm && !llm.hosted().isEmpty()) {
            requireHosted(llm, trail.facts());
        }
        return decision;
    }

    private void requireHosted(LlmCall call, Facts facts) throws CallEnded {
        HostedTools tools = new HostedTools();
        for (HostedUse use : call.hosted()) {
            tools.add(use, decide(call.subject(), use));
        }
        facts.putAll("hosted_tools", tools.facts());
        Denial denial = tools.denial();
        if (denial != null) {
            throw new CallEnded(new CallOutcome.Denied(denial));
        }
    }

    /**
     * Whether there could be a call of this resource that is not denied, whatever its arguments. Lists show exactly these: it is the
     * decision about a call of which only the caller and the resource are known yet. A condition that speaks of these is evaluated;
     * where the outcome hangs on the arguments, an {@code allow} may match and a {@code deny} may not.
     */
    public boolean mayUse(Subject subject, Resource resource) {
        return !(foresee(subject, resource, clock.instant()) instanceof Decision.Deny);
    }

    private void record(Decision decision, Facts facts) {
        facts.put("policy_version", version());
        facts.put(
                "decision",
                switch (decision) {
                    case Decision.Permit unused -> "permit";
                    case Decision.Ask unused -> "ask";
                    case Decision.Deny unused -> "deny";
                });
        List<RuleVerdict> verdicts = decision.verdicts();
        facts.putAll(
                "rules",
                verdicts.stream()
                        .limit(MAX_RECORDED_VERDICTS)
                        .map(RuleVerdict::facts)
                        .toList());
        if (verdicts.size() > MAX_RECORDED_VERDICTS) {
            facts.put("rules_left_out", verdicts.size() - MAX_RECORDED_VERDICTS);
        }
    }

    /** Collects what the rules say about one call. */
    private static final class Consultation {
        private final List<RuleVerdict> decisive = new ArrayList<>();
        private final List<RuleVerdict> others = new ArrayList<>();
        private final List<Rule> denying = new ArrayList<>();
        private final List<Rule> asking = new ArrayList<>();
        private final List<Rule> certainlyAsking = new ArrayList<>();
        private boolean denialWasError = true;
        private boolean allowed;

        void hear(Rule rule, Match match) {
            boolean matched = switch (match) {
                case MATCHED -> true;
                case CONDITION_FALSE -> false;
                case CONDITION_ERROR -> rule.effect() != Rule.Effect.ALLOW;
                case NOT_TESTED -> rule.effect() != Rule.Effect.DENY;
            };
            RuleVerdict verdict = new RuleVerdict(rule.id(), rule.effect(), match);
            (match == Match.CONDITION_FALSE ? others : decisive).add(verdict);
            if (!matched) {
                return;
            }
            switch (rule.effect()) {
                case ALLOW -> allowed = true;
                case REQUIRE_APPROVAL -> {
                    asking.add(rule);
                    if (match != Match.NOT_TESTED) {
                        certainlyAsking.add(rule);
                    }
                }
                case DENY -> {
                    denying.add(rule);
                    denialWasError &= match == Match.CONDITION_ERROR;
                }
            }
        }

        Decision decision() {
            List<RuleVerdict> verdicts = new ArrayList<>(decisive);
            // Rules that made no difference come last, so that a record with too many rules keeps those that did.
            verdicts.addAll(others);
            if (!denying.isEmpty()) {
                return deny(
                        denialWasError ? Denial.Reason.RULE_ERROR : Denial.Reason.FORBIDDEN,
                        denialWasError ? "the condition of rule " : "forbidden by rule ",
                        denialWasError ? " could not be evaluated, which counts as a match" : "",
                        denying,
                        verdicts);
            }
            if (Approvers.areDisjoint(certainlyAsking)) {
                return deny(
                        Denial.Reason.FORBIDDEN,
                        "no approver satisfies all of the rules ",
                        "",
                        certainlyAsking,
                        verdicts);
            }
            if (!asking.isEmpty()) {
                return new Decision.Ask(asking, verdicts);
            }
            return allowed
                    ? new Decision.Permit(verdicts)
                    : deny(Denial.Reason.NOT_GRANTED, "no rule permits this", "", List.of(), verdicts);
        }

        private static Decision deny(
                Denial.Reason reason, String before, String after, List<Rule> rules, List<RuleVerdict> verdicts) {
            List<String> ids = rules.stream().map(rule -> '"' + rule.id() + '"').toList();
            String detail = before + String.join(", ", ids) + after;
            return new Decision.Deny(new Denial(Denial.Stage.ACCESS, reason, detail), verdicts);
        }
    }
}
