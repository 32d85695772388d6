package dev.portreeve.gateway.explain;

import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Explanation;
import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.replay.Conditions;
import dev.portreeve.policy.replay.RecordedCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a call that was made fared as it did, out of its record. */
public final class Recorded {
    private static final String OUTSIDE_DELEGATION = "outside_delegation";

    private Recorded() {}

    /** @param inForce the rules of now; if they are those of then, rules that were not consulted are named too */
    public static ExplanationView explain(RecordedCall call, AccessPolicy inForce) {
        boolean same = call.policyVersion().equals(inForce.version());
        boolean confined = OUTSIDE_DELEGATION.equals(call.reason());
        ExplanationView now = ExplanationView.of(
                call.sketch(),
                inForce.explain(call.under(Conditions.of(inForce.document().text()))),
                List.of());
        Outcome shadow = call.shadow();
        return new ExplanationView(
                now.caller(),
                now.called(),
                call.policyVersion(),
                call.decision().word(),
                same && !confined ? now.by() : decisive(call),
                shadow == null ? null : shadow.word(),
                same
                        ? now.rules()
                        : call.verdicts().stream().map(Recorded::look).toList(),
                null,
                call.call().toString(),
                note(same, confined));
    }

    private static @Nullable String note(boolean same, boolean confined) {
        if (confined) {
            return "the key was made for less than this, so no rule was asked";
        }
        return same
                ? null
                : "other rules are in force by now, so those that did not fit the call are not named, and no reasons are known";
    }

    private static List<String> decisive(RecordedCall call) {
        Rule.Effect effect = switch (call.decision()) {
            case ALLOW -> Rule.Effect.ALLOW;
            case ASK -> Rule.Effect.REQUIRE_APPROVAL;
            case DENY, NOT_EVALUABLE -> Rule.Effect.DENY;
        };
        return call.verdicts().stream()
                .filter(verdict -> verdict.effect() == effect)
                .filter(verdict -> verdict.matched() == Decision.Match.MATCHED
                        || (verdict.matched() == Decision.Match.CONDITION_ERROR && effect != Rule.Effect.ALLOW))
                .map(Decision.RuleVerdict::ruleId)
                .toList();
    }

    private static ExplanationView.RuleLook look(Decision.RuleVerdict verdict) {
        Explanation.Found found = switch (verdict.matched()) {
            case MATCHED -> Explanation.Found.MATCHED;
            case CONDITION_FALSE -> Explanation.Found.CONDITION_FALSE;
            case CONDITION_ERROR -> Explanation.Found.CONDITION_ERROR;
            case NOT_TESTED -> Explanation.Found.NOT_KNOWN;
        };
        return new ExplanationView.RuleLook(
                verdict.ruleId(),
                ExplanationView.word(verdict.effect()),
                "",
                ExplanationView.word(found),
                "as the record says");
    }
}
