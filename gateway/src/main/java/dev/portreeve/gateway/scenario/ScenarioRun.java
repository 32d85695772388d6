package dev.portreeve.gateway.scenario;

import dev.portreeve.gateway.explain.CallQuestion;
import dev.portreeve.gateway.explain.Questions;
import dev.portreeve.gateway.scenario.ScenarioFile.Case;
import dev.portreeve.gateway.scenario.ScenarioFile.Then;
import dev.portreeve.gateway.scenario.ScenarioFile.When;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.CallSketch;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Explanation;
import dev.portreeve.policy.access.Explanation.Found;
import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.access.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tries one set of rules with the cases of some files. For one thread. */
public final class ScenarioRun {
    private final String source;
    private final AccessPolicy policy;
    private final Map<String, Rule> rules;
    private final @Nullable Questions questions;
    private final List<ScenarioReport.Result> results = new ArrayList<>();
    private final Set<String> reached = new HashSet<>();
    private final Set<String> matched = new HashSet<>();

    /**
     * @param source where the rules stand, for the report
     * @param questions knows who and what there is; {@code null} where cases may name anybody and anything
     */
    public ScenarioRun(String source, List<Rule> rules, @Nullable Questions questions) {
        this.source = source;
        this.policy = AccessPolicy.of(rules);
        this.rules = rules.stream().collect(Collectors.toMap(Rule::id, rule -> rule));
        this.questions = questions;
    }

    /** Tries all cases of a file. */
    public void run(String file, List<Case> cases) {
        for (Case one : cases) {
            List<String> failures;
            try {
                failures = failures(one);
            } catch (IllegalArgumentException wrong) {
                failures = List.of(String.valueOf(wrong.getMessage()));
            }
            results.add(new ScenarioReport.Result(file, one.name(), failures));
        }
    }

    public List<ScenarioReport.Result> results() {
        return List.copyOf(results);
    }

    public ScenarioReport.Coverage coverage() {
        List<String> ids = policy.ruleIds();
        return new ScenarioReport.Coverage(
                source,
                ids.size(),
                ids.stream().filter(id -> !reached.contains(id)).toList(),
                ids.stream()
                        .filter(id -> reached.contains(id) && !matched.contains(id))
                        .toList());
    }

    private CallSketch sketch(When when) {
        String member = when.user() == null ? "agent:" + when.agent() : "user:" + when.user();
        CallQuestion question = new CallQuestion(
                when.tenant(),
                member,
                when.tool(),
                when.model(),
                when.prompt(),
                when.resource(),
                when.hostedTool(),
                when.arguments(),
                when.maxOutputTokens(),
                when.costUsd(),
                when.at(),
                when.labels(),
                when.address(),
                when.view(),
                when.request(),
                when.budget(),
                when.target());
        Questions.Caller caller = new Questions.Caller(
                when.tenant(),
                when.team(),
                when.user(),
                when.agent(),
                when.key(),
                when.delegatedBy(),
                when.session(),
                when.roles());
        return questions == null ? Questions.freely(question, caller) : questions.sketch(question, caller);
    }

    private List<String> failures(Case one) {
        CallSketch call = sketch(one.when());
        Then then = one.then();
        Explanation said = questions == null ? policy.explain(call) : questions.explain(call, policy);
        Map<String, String> fitting = fitting(said);
        List<String> failures = new ArrayList<>();
        expect(failures, "outcome", word(then.outcome()), said.outcome().word());
        if (!failures.isEmpty()) {
            failures.add("it rests on " + (said.by().isEmpty() ? "no rule" : String.join(", ", said.by()))
                    + "; verdicts: " + fitting);
        }
        expect(failures, "by", set(then.by()), set(said.by()));
        expect(failures, "rules", then.rules() == null ? null : new TreeMap<>(then.rules()), fitting);
        expect(failures, "reason", then.reason(), reason(said));
        Outcome shadow = said.withShadow();
        String withShadow = then.withShadow();
        expect(
                failures,
                "with-shadow",
                withShadow == null ? null : word(withShadow),
                (shadow == null ? said.outcome() : shadow).word());
        expect(failures, "listed", then.listed(), policy.mayUse(call.subject(), call.resource()));
        asked(failures, then, said);
        return failures;
    }

    private void asked(List<String> failures, Then then, Explanation said) {
        List<Rule> asking = said.outcome() == Outcome.ASK
                ? said.by().stream()
                        .map(rules::get)
                        .filter(rule -> rule != null)
                        .toList()
                : List.of();
        Decision.Ask ask = new Decision.Ask(asking, List.of());
        expect(failures, "approvers", set(then.approvers()), set(ask.approvers()));
        Duration unsaid = Duration.ZERO;
        Duration timeout =
                asking.stream().allMatch(rule -> rule.timeout() == null) ? unsaid : ask.timeout(Duration.ofDays(365));
        expect(failures, "timeout", then.timeout(), timeout);
    }

    private Map<String, String> fitting(Explanation said) {
        Map<String, String> fitting = new TreeMap<>();
        for (Explanation.Look look : said.rules()) {
            if (look.found() != Found.OTHER_CALLER && look.found() != Found.OTHER_RESOURCE) {
                fitting.put(
                        look.id(), look.found().name().toLowerCase(Locale.ROOT).replace('_', '-'));
                reached.add(look.id());
                if (look.found() == Found.MATCHED) {
                    matched.add(look.id());
                }
            }
        }
        return fitting;
    }

    private static @Nullable String reason(Explanation said) {
        if (said.outcome() != Outcome.DENY) {
            return null;
        }
        if (said.by().isEmpty()) {
            return "not_granted";
        }
        boolean errors = said.rules().stream()
                .filter(look -> said.by().contains(look.id()))
                .allMatch(look -> look.found() == Found.CONDITION_ERROR);
        return errors ? "rule_error" : "forbidden";
    }

    /** Records say {@code permit} and {@code ask}. */
    private static String word(String outcome) {
        Outcome ofRecord = Outcome.ofRecord(outcome);
        for (Outcome one : Outcome.values()) {
            if (one.word().equals(outcome)) {
                return outcome;
            }
        }
        if (ofRecord == Outcome.NOT_EVALUABLE) {
            throw new IllegalArgumentException(
                    "an outcome is allow, require-approval or deny, which \"" + outcome + "\" is not");
        }
        return ofRecord.word();
    }

    private static @Nullable Set<String> set(@Nullable List<String> names) {
        return names == null
                ? null
                : new LinkedHashSet<>(names.stream().sorted().toList());
    }

    private static void expect(List<String> failures, String what, @Nullable Object wanted, @Nullable Object found) {
        if (wanted != null && !wanted.equals(found)) {
            failures.add(what + " is " + found + ", expected " + wanted);
        }
    }
}
