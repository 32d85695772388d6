package dev.portreeve.policy.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a call fares as it does.
 *
 * @param policyVersion of the rules that were asked
 * @param outcome what rules that are enforced say
 * @param by the rules it rests on; empty where it is that nothing permits the call
 * @param withShadow the outcome with rules in shadow enforced too; {@code null} where none of them fits the call
 * @param rules every rule that was looked at, in the order of the configuration
 */
public record Explanation(
        String policyVersion,
        Outcome outcome,
        List<String> by,
        @Nullable Outcome withShadow,
        List<Look> rules) {
    public Explanation {
        by = List.copyOf(by);
        rules = List.copyOf(rules);
    }

    /**
     * One rule and what came of looking at it.
     *
     * @param why in plain words; of a condition that failed it may quote arguments, so it is for whoever asked, never for a log
     */
    public record Look(String id, Rule.Effect effect, Rule.Mode mode, Found found, String why) {}

    /** What came of looking at a rule. */
    public enum Found {
        MATCHED,
        CONDITION_FALSE,
        /** The condition could not be evaluated, which counts against the caller. */
        CONDITION_ERROR,
        /** The condition hangs on something that is not known of the call. */
        NOT_KNOWN,
        /** The rule does not name what is called. */
        OTHER_RESOURCE,
        /** The rule is not about who calls. */
        OTHER_CALLER
    }
}
