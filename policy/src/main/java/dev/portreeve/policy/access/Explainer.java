package dev.portreeve.policy.access;

import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.access.Explanation.Found;
import dev.portreeve.policy.access.Explanation.Look;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at every rule and says what came of it. For one question, on its thread. */
final class Explainer {
    /** Stands for a rule where the key was made for less than what it calls. */
    static final String DELEGATION = "(what the key was made for)";

    private final CallSketch call;
    private final SketchVariables variables;
    private final Tally enforced = new Tally();
    private final Tally all = new Tally();
    private final List<Look> looks = new ArrayList<>();
    private boolean shadowed;

    Explainer(CallSketch call) {
        this.call = call;
        this.variables = new SketchVariables(call);
    }

    Explanation explain(String version, List<CompiledRule> rules) {
        rules.forEach(this::look);
        if (!AccessPolicy.isWithin(call.subject().delegation(), call.resource())) {
            return new Explanation(version, Outcome.DENY, List.of(DELEGATION), null, looks);
        }
        Outcome outcome = enforced.outcome();
        return new Explanation(version, outcome, enforced.decisive(outcome), shadowed ? all.outcome() : null, looks);
    }

    private void look(CompiledRule rule) {
        if (!rule.speaksOf(call.subject(), call.resource())) {
            said(rule, Found.OTHER_RESOURCE, Misfit.ofResource(call.resource()));
        } else if (call.place() != null && !rule.isAboutPlace(call.place())) {
            said(rule, Found.OTHER_RESOURCE, "it does not name the place \"" + call.place() + "\"");
        } else if (!rule.mayBeAbout(call)) {
            said(rule, Found.OTHER_CALLER, Misfit.ofCaller(rule.rule().who(), call.subject()));
        } else {
            heard(rule);
        }
    }

    private void heard(CompiledRule rule) {
        Match match = variables.test(rule);
        all.hear(rule.rule(), match, variables.judgedBefore());
        if (rule.rule().isShadow()) {
            shadowed = true;
        } else {
            enforced.hear(rule.rule(), match, variables.judgedBefore());
        }
        String when = rule.rule().when();
        switch (match) {
            case MATCHED -> said(rule, Found.MATCHED, when == null ? "it has no condition" : "true: " + when);
            case CONDITION_FALSE -> said(rule, Found.CONDITION_FALSE, "false: " + when);
            case CONDITION_ERROR -> said(rule, Found.CONDITION_ERROR, complaint(rule) + ": " + when);
            case NOT_TESTED ->
                said(
                        rule,
                        Found.NOT_KNOWN,
                        "needs " + String.join(", ", variables.missing()) + (when == null ? "" : ": " + when));
        }
    }

    private String complaint(CompiledRule rule) {
        Condition condition = rule.condition();
        boolean ofThen = call.earlier().containsKey(String.valueOf(rule.rule().when()));
        String complaint = condition == null || ofThen ? null : condition.complaint(variables);
        return complaint == null ? "could not be evaluated" : complaint;
    }

    private void said(CompiledRule rule, Found found, String why) {
        looks.add(new Look(rule.rule().id(), rule.rule().effect(), rule.rule().mode(), found, why));
    }

    /** Why a rule does not fit, in plain words. */
    private static final class Misfit {
        private Misfit() {}

        static String ofResource(Resource resource) {
            return "it does not name " + KnownVariables.kind(resource) + " \"" + resource.name() + "\"";
        }

        static String ofCaller(Rule.Who who, Subject subject) {
            boolean user = subject.kind() == Subject.Kind.USER;
            List<String> reasons = new ArrayList<>();
            other(reasons, "tenant", who.tenant(), subject.tenant());
            other(reasons, "team", who.team(), subject.team());
            other(reasons, "user", who.user(), user ? subject.member() : null);
            other(reasons, "agent", who.agent(), user ? null : subject.member());
            if (reasons.isEmpty()) {
                other(reasons, "key", who.key(), subject.keyId());
            }
            return reasons.isEmpty() ? "another of its selectors does not fit" : String.join(", ", reasons);
        }

        private static void other(List<String> reasons, String what, @Nullable String asked, @Nullable String given) {
            if (asked != null && !asked.equals(given)) {
                reasons.add("it is for " + what + " \"" + asked + "\""
                        + (given == null || given.isEmpty() ? "" : ", not \"" + given + "\""));
            }
        }
    }
}
