package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Denial;
import java.util.List;

/** What the policy says about a call, with every rule that was consulted. A value: it can be recorded and re-made (INV-5). */
public sealed interface Decision {
    List<RuleVerdict> verdicts();

    /** Allowed by at least one rule, forbidden by none. */
    record Permit(List<RuleVerdict> verdicts) implements Decision {}

    /**
     * Allowed once a person says yes.
     *
     * @param rule the strictest matching rule, whose approvers and timeout hold
     */
    record Ask(Rule rule, List<RuleVerdict> verdicts) implements Decision {}

    /** Not allowed. */
    record Deny(Denial denial, List<RuleVerdict> verdicts) implements Decision {}

    /**
     * One rule's part in a decision.
     *
     * @param matched {@code MATCHED}, {@code CONDITION_FALSE} or {@code CONDITION_ERROR}; rules whose selectors do not match
     *     are not listed
     */
    record RuleVerdict(String ruleId, Rule.Effect effect, Match matched) {}

    /** How a consulted rule came out. */
    enum Match {
        MATCHED,
        CONDITION_FALSE,
        CONDITION_ERROR
    }
}
