package dev.portreeve.policy.access;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.access.Decision.RuleVerdict;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.HostedUse;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.ToolCall;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private final SessionLabels labels;
    private final MemberRoles roles;
    private final BudgetGauge budgets;
    private final SpokenArguments arguments;
    private final List<CompiledRule> rules;
    private final boolean shadows;
    private final boolean places;

    private AccessPolicy(
            PolicyDocument document,
            List<CompiledRule> rules,
            InstantSource clock,
            SessionLabels labels,
            MemberRoles roles,
            BudgetGauge budgets) {
        this.document = document;
        this.index = new RuleIndex(rules);
        this.arguments = new SpokenArguments(
                rules.stream().filter(rule -> !rule.rule().isShadow()).toList());
        this.rules = List.copyOf(rules);
        this.shadows = rules.stream().anyMatch(rule -> rule.rule().isShadow());
        this.places = rules.stream().anyMatch(CompiledRule::namesPlaces);
        this.clock = clock;
        this.labels = labels;
        this.roles = roles;
        this.budgets = budgets;
    }

    /**
     * Compiles the rules.
     *
     * @throws InvalidPolicy naming rule, member and column of everything that is wrong: syntax, unknown variables, types, ids that stand
     *     twice, approvals for models and for tools of providers
     */
    public static AccessPolicy of(List<Rule> rules) {
        return of(rules, InstantSource.system(), SessionLabels.NONE, MemberRoles.NONE, BudgetGauge.NONE);
    }

    /**
     * As the shorter form, for rules that hold at some times only, those that set and read labels, and those that ask about roles and budgets.
     *
     * @param clock says what time it is
     * @param labels remembers what sessions have done
     * @param roles knows who has which
     * @param budgets knows what is left of them
     */
    public static AccessPolicy of(
            List<Rule> rules, InstantSource clock, SessionLabels labels, MemberRoles roles, BudgetGauge budgets) {
        List<CompiledRule> compiled = new PolicyCompiler().compile(rules);
        return new AccessPolicy(PolicyDocument.of(rules), compiled, clock, labels, roles, budgets);
    }

    /** SHA-256 of {@link #document()}'s text, in hex; stands in every record a decision is in. */
    public String version() {
        return document.version();
    }

    /** What the version is the hash of. */
    public PolicyDocument document() {
        return document;
    }

    /** What the rules say about a call that is made now. Nothing is recorded. May look at the session's labels. */
    public Decision decide(GovernedCall call) {
        return decide(call, clock.instant(), () -> labels.of(call.subject()));
    }

    /**
     * What the rules say about a call. Pure: the same call at the same time in a session with the same labels gives the same decision, and
     * nothing is recorded.
     *
     * @param session the labels of the session, asked for at most once, and only if a condition speaks of them
     */
    public Decision decide(GovernedCall call, Instant at, Supplier<Set<String>> session) {
        return judge(call, at, seen(call.subject(), session)).decision();
    }

    private SeenOfCaller seen(Subject subject, Supplier<Set<String>> session) {
        return new SeenOfCaller(new Seen<>(session), new Seen<>(() -> roles.of(subject)));
    }

    private Judgement judge(GovernedCall call, Instant at, SeenOfCaller caller) {
        if (call instanceof TaskCall || call instanceof QuestionCall) {
            // The arguments, which conditions are about, were judged when the task was begun, or the server used.
            // Whoever
            // loses the tool altogether loses its tasks and questions.
            return foresee(call.subject(), call.resource(), at, caller);
        }
        CallVariables variables = new CallVariables(call, at, caller, budgets);
        return consult(call.subject(), call.resource(), place(call), at, condition -> condition.test(variables));
    }

    /** What the rules say about a tool that a provider would run by itself. */
    private Judgement judge(Subject subject, HostedUse use, Instant at, SeenOfCaller caller) {
        HostedVariables variables = new HostedVariables(subject, use, at, caller);
        return consult(subject, use.resource(), null, at, condition -> condition.test(variables));
    }

    /**
     * What becomes of a tool that a provider would run by itself: a rule that grants or forbids it counts, and where no rule
     * speaks of it, what its model's route says. Nothing is recorded; {@link #require} does.
     */
    public HostedUse.Fate fate(Subject subject, HostedUse use) {
        SeenOfCaller caller = seen(subject, () -> labels.of(subject));
        return HostedTools.fate(judge(subject, use, clock.instant(), caller).decision(), use);
    }

    /** What the rules say about whatever call of the resource: only what holds for each of them denies. */
    private Judgement foresee(Subject subject, Resource resource, Instant at, SeenOfCaller caller) {
        KnownVariables known = new KnownVariables(subject, resource, at, caller);
        // Some place may be open.
        return consult(subject, resource, null, at, known::foresee);
    }

    /**
     * Whether a rule that names this very tool speaks of an argument that it cannot have, or does with one what its type does not
     * allow; such a tool must not be called, for the rule would say something else than whoever wrote it meant. Rules in shadow are not
     * held to it. Takes some milliseconds where types are to be looked at.
     *
     * @param has the tool's arguments, by its definition
     * @return what is wrong, for people; empty if all fits
     */
    public Optional<String> misfit(Resource.Tool tool, ArgumentType.Members has) {
        return arguments.misfit(tool, has);
    }

    /**
     * What is wrong with rules that name tools by patterns or by their servers: one that fits no tool it is about says nothing of any. A rule that is
     * about none of the tools is not among them.
     *
     * @param tools all that are known, with their arguments
     * @return for people, one line for each rule
     */
    public List<String> astray(Map<Resource.Tool, ArgumentType.Members> tools) {
        return arguments.astray(tools);
    }

    /** All that is wrong with rules that are about some of these tools, as {@link #misfit} and {@link #astray} say. */
    public List<String> misfits(Map<Resource.Tool, ArgumentType.Members> tools) {
        return arguments.misfits(tools);
    }

    /** Whether a condition names arguments, so that definitions of tools are worth looking at. */
    public boolean speaksOfArguments() {
        return arguments.isAny();
    }

    private static @Nullable String place(GovernedCall call) {
        LlmCall.Target target = call instanceof LlmCall llm ? llm.target() : null;
        return target == null ? null : target.place();
    }

    /** Whether a rule names places, so that {@link #closing} is worth asking. */
    public boolean speaksOfPlaces() {
        return places;
    }

    /**
     * The rules that forbid to send a call where its target is, and perhaps not elsewhere. Rules in shadow are not among them. Nothing is
     * recorded. May look at the session's labels.
     *
     * @return their ids; empty if nothing is said against that place, whatever other rules say of the call
     */
    public List<String> closing(LlmCall call) {
        String place = place(call);
        if (!places || place == null) {
            return List.of();
        }
        Instant at = clock.instant();
        CallVariables variables =
                new CallVariables(call, at, seen(call.subject(), () -> labels.of(call.subject())), budgets);
        return index.about(call.subject(), call.resource()).stream()
                .filter(rule -> rule.namesPlaces() && rule.isAboutPlace(place))
                .filter(rule -> !rule.rule().isShadow() && rule.isAbout(call.subject(), at))
                .filter(rule -> rule.condition() == null || rule.condition().test(variables) != Match.CONDITION_FALSE)
                .map(rule -> rule.rule().id())
                .toList();
    }

    private Judgement consult(
            Subject subject, Resource resource, @Nullable String place, Instant at, Function<Condition, Match> tested) {
        if (!isWithin(subject.delegation(), resource)) {
            return Judgement.of(new Decision.Deny(
                    new Denial(
                            Denial.Stage.ACCESS,
                            Denial.Reason.OUTSIDE_DELEGATION,
                            "the key was made for less than \"" + resource.name()
                                    + "\": ask whoever made it for another"),
                    List.of()));
        }
        Consultation enforced = new Consultation();
        // With a policy that has no rule in shadow, nothing is heard twice.
        Consultation all = shadows ? new Consultation() : enforced;
        List<RuleVerdict> inShadow = new ArrayList<>();
        for (CompiledRule rule : index.about(subject, resource)) {
            if (rule.isAboutPlace(place) && rule.isAbout(subject, at)) {
                Condition condition = rule.condition();
                Match match = condition == null ? Match.MATCHED : tested.apply(condition);
                RuleVerdict verdict = all.hear(rule.rule(), match);
                if (rule.rule().isShadow()) {
                    inShadow.add(verdict);
                } else if (all != enforced) {
                    enforced.hear(rule.rule(), match);
                }
            }
        }
        return new Judgement(
                enforced.decision(), inShadow.isEmpty() ? null : new Judgement.Shadow(all.decision(), inShadow));
    }

    static boolean isWithin(Delegation delegation, Resource resource) {
        for (Confines confines : delegation.confines()) {
            List<String> patterns = confines.of(resource);
            if (patterns != null
                    && patterns.stream().noneMatch(pattern -> new Glob(pattern).matches(resource.name()))) {
                return false;
            }
        }
        return true;
    }

    /** Why a call that is not made now would fare as it would: every rule and what came of looking at it. Pure. */
    public Explanation explain(CallSketch call) {
        return new Explainer(call).explain(version(), rules);
    }

    /** What the rules say about a call that was made some time ago, by the rules that speak of it. Pure. */
    public Reconsidered reconsider(CallSketch call) {
        Tally tally = new Tally();
        SketchVariables variables = new SketchVariables(call);
        Set<String> missing = new TreeSet<>();
        for (CompiledRule rule : index.about(call.subject(), call.resource())) {
            if (!rule.rule().isShadow() && rule.rule().effect().decides() && rule.mayBeAbout(call)) {
                Match match = variables.test(rule);
                tally.hear(rule.rule(), match, variables.judgedBefore());
                if (match == Match.NOT_TESTED) {
                    missing.addAll(variables.missing());
                }
            }
        }
        Outcome outcome = tally.outcome();
        return new Reconsidered(
                outcome, tally.decisive(outcome), outcome == Outcome.NOT_EVALUABLE ? List.copyOf(missing) : List.of());
    }

    /**
     * Patterns of places that fit none there is, for people: a rule that names only such forbids nothing.
     *
     * @param there as {@code provider/model}
     * @return one line for each pattern
     */
    public List<String> placeless(Collection<String> there) {
        return rules.stream()
                .flatMap(rule -> rule.rule().about().targets().stream()
                        .filter(pattern -> there.stream().noneMatch(new Glob(pattern)::matches))
                        .map(pattern -> "rule \"" + rule.rule().id() + "\" names the target \"" + pattern
                                + "\", which no target of a model fits"))
                .toList();
    }

    /** The ids of all rules, in the order of the configuration. */
    public List<String> ruleIds() {
        return rules.stream().map(rule -> rule.rule().id()).toList();
    }

    /**
     * Decides, records the decision with its reasons in the trail, and ends the call if it is denied.
     *
     * @throws CallEnded with an {@code ACCESS} denial
     */
    public Decision require(GovernedCall call, AuditTrail trail) throws CallEnded {
        Instant at = clock.instant();
        SeenOfCaller caller = seen(call.subject(), () -> labels.of(call.subject()));
        Judgement judgement = judge(call, at, caller);
        Decision decision = judgement.decision();
        record(decision, trail.facts());
        judgement.recordShadow(trail.facts());
        if (!(decision instanceof Decision.Deny)
                && call instanceof LlmCall llm
                && !llm.hosted().isEmpty()) {
            decision = decision.obligedBy(requireHosted(llm, at, caller, trail.facts()));
        }
        record(decision.obliging(), trail.facts());
        caller.record(trail.facts());
        if (decision instanceof Decision.Deny deny) {
            throw new CallEnded(new CallOutcome.Denied(deny.denial()));
        }
        return decision;
    }

    /** @return what rules make of the call because of tools that are passed on */
    private List<Rule> requireHosted(LlmCall call, Instant at, SeenOfCaller caller, Facts facts) throws CallEnded {
        HostedTools tools = new HostedTools();
        for (HostedUse use : call.hosted()) {
            tools.add(use, judge(call.subject(), use, at, caller));
        }
        facts.putAll("hosted_tools", tools.facts());
        Denial denial = tools.denial();
        if (denial != null) {
            throw new CallEnded(new CallOutcome.Denied(denial));
        }
        return tools.obliging();
    }

    /**
     * Masks what matching rules want masked.
     *
     * @param content the call's, as guardrails left it
     * @throws CallEnded with an {@code ACCESS} denial if something is to be masked that is no text
     */
    public Content masked(GovernedCall call, Decision decision, Content content) throws CallEnded {
        List<Rule> masking = decision.obliging().stream()
                .filter(rule -> rule.effect() == Rule.Effect.MASK)
                .toList();
        if (masking.isEmpty()) {
            return content;
        }
        ArgumentMasks masks = new ArgumentMasks(masking);
        return switch (call) {
            case ToolCall tool -> masks.masked(tool.arguments(), content);
            case ContextCall context -> masks.masked(context.arguments(), content);
            // What was said to begin these is masked already.
            case TaskCall ignored -> content;
            case QuestionCall ignored -> content;
            case LlmCall ignored -> content;
        };
    }

    /** As {@link #masked}, of a call that is not made yet; empty if something is to be masked that is no text. */
    public Optional<Content> maskable(ToolCall call, Decision decision) {
        List<Rule> masking = decision.obliging().stream()
                .filter(rule -> rule.effect() == Rule.Effect.MASK)
                .toList();
        return masking.isEmpty()
                ? Optional.of(call.content())
                : new ArgumentMasks(masking).maskable(call.arguments(), call.content());
    }

    /**
     * Labels the call's session as matching rules want; returns when that is durable. To be called before the call runs: no answer of it can then be
     * seen by a session that is not labelled.
     *
     * @throws RuntimeException if it cannot be made durable
     */
    public void label(GovernedCall call, Decision decision) {
        Map<String, String> wanted = labels(decision.obliging());
        if (!wanted.isEmpty()) {
            labels.set(call.subject(), call.id().value(), wanted);
        }
    }

    /** Each with the first rule that says so. */
    private static Map<String, String> labels(List<Rule> obliging) {
        Map<String, String> wanted = new TreeMap<>();
        for (Rule rule : obliging) {
            String label = rule.obligations().label();
            if (label != null) {
                wanted.putIfAbsent(label, rule.id());
            }
        }
        return wanted;
    }

    /**
     * Whether there could be a call of this resource that is not denied, whatever its arguments. Lists show exactly these: it is the
     * decision about a call of which only the caller and the resource are known yet. A condition that speaks of these is evaluated;
     * where the outcome hangs on the arguments, an {@code allow} may match and a {@code deny} may not.
     */
    public boolean mayUse(Subject subject, Resource resource) {
        return !(foresee(subject, resource, clock.instant(), ofLists(subject)).decision() instanceof Decision.Deny);
    }

    /** Lists do not look at labels, which may come at any time. */
    private SeenOfCaller ofLists(Subject subject) {
        return new SeenOfCaller(null, new Seen<>(() -> roles.of(subject)));
    }

    /**
     * Whether a person may have to say yes to a call of this resource: some rule that asks may match, whatever its arguments. For lists,
     * which tell a client so before it calls.
     */
    public boolean mayAsk(Subject subject, Resource resource) {
        Instant now = clock.instant();
        KnownVariables known = new KnownVariables(subject, resource, now, ofLists(subject));
        for (CompiledRule rule : index.about(subject, resource)) {
            boolean asks = rule.rule().effect() == Rule.Effect.REQUIRE_APPROVAL
                    && !rule.rule().isShadow()
                    && rule.isAbout(subject, now);
            if (asks && (rule.condition() == null || known.foresee(rule.condition()) != Match.CONDITION_FALSE)) {
                return true;
            }
        }
        return false;
    }

    private void record(Decision decision, Facts facts) {
        facts.put("policy_version", version());
        facts.put("decision", Judgement.word(decision));
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

    private static void record(List<Rule> obliging, Facts facts) {
        Map<String, String> set = labels(obliging);
        if (!set.isEmpty()) {
            facts.putStrings("labels_set", List.copyOf(set.keySet()));
        }
    }
}
