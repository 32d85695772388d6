package dev.portreeve.policy.access;

import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.access.Decision.RuleVerdict;
import dev.portreeve.policy.call.Denial;
import java.util.ArrayList;
import java.util.List;

/** Collects what rules say about one call. For one decision, on its thread. */
final class Consultation {
    private final List<RuleVerdict> decisive = new ArrayList<>();
    private final List<RuleVerdict> others = new ArrayList<>();
    private final List<Rule> denying = new ArrayList<>();
    private final List<Rule> asking = new ArrayList<>();
    private final List<Rule> certainlyAsking = new ArrayList<>();
    private final List<Rule> obliging = new ArrayList<>();
    private boolean denialWasError = true;
    private boolean allowed;

    RuleVerdict hear(Rule rule, Match match) {
        boolean matched = switch (match) {
            case MATCHED -> true;
            case CONDITION_FALSE -> false;
            case CONDITION_ERROR -> rule.effect() != Rule.Effect.ALLOW;
            case NOT_TESTED -> rule.effect() != Rule.Effect.DENY;
        };
        RuleVerdict verdict = new RuleVerdict(rule.id(), rule.effect(), match);
        (match == Match.CONDITION_FALSE ? others : decisive).add(verdict);
        if (!matched) {
            return verdict;
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
            case LABEL, MASK, LIMIT -> {
                // What hangs on arguments was judged with the call that had them.
                if (match != Match.NOT_TESTED) {
                    obliging.add(rule);
                }
            }
        }
        return verdict;
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
        if (Approvers.areTooFew(certainlyAsking)) {
            return deny(
                    Denial.Reason.FORBIDDEN,
                    "too few approvers satisfy all of the rules ",
                    "",
                    certainlyAsking,
                    verdicts);
        }
        if (!asking.isEmpty()) {
            return new Decision.Ask(asking, verdicts, obliging);
        }
        return allowed
                ? new Decision.Permit(verdicts, obliging)
                : deny(Denial.Reason.NOT_GRANTED, "no rule permits this", "", List.of(), verdicts)
                        .obligedBy(obliging);
    }

    private static Decision deny(
            Denial.Reason reason, String before, String after, List<Rule> rules, List<RuleVerdict> verdicts) {
        List<String> ids = rules.stream().map(rule -> '"' + rule.id() + '"').toList();
        String detail = before + String.join(", ", ids) + after;
        return new Decision.Deny(new Denial(Denial.Stage.ACCESS, reason, detail), verdicts);
    }
}
