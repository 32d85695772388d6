package dev.portreeve.policy.access;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.Decision.RuleVerdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rules say about one call.
 *
 * @param decision what holds: rules in shadow have no part in it
 * @param shadow what would hold if they were enforced; {@code null} where none was consulted
 */
record Judgement(Decision decision, @Nullable Shadow shadow) {
    private static final int MAX_RECORDED_VERDICTS = 16;

    /**
     * What is only recorded.
     *
     * @param decision of all rules, those in shadow enforced
     * @param verdicts of those in shadow
     */
    record Shadow(Decision decision, List<RuleVerdict> verdicts) {
        Shadow {
            verdicts = List.copyOf(verdicts);
        }

        /** In the words of records. */
        Facts facts() {
            Facts facts = new Facts()
                    .put("decision", word(decision))
                    .putAll(
                            "rules",
                            verdicts.stream()
                                    .limit(MAX_RECORDED_VERDICTS)
                                    .map(RuleVerdict::facts)
                                    .toList());
            if (verdicts.size() > MAX_RECORDED_VERDICTS) {
                facts.put("rules_left_out", verdicts.size() - MAX_RECORDED_VERDICTS);
            }
            return decision instanceof Decision.Deny deny
                    ? facts.put("reason", deny.denial().reason().code())
                    : facts;
        }
    }

    /** What holds, without anything beside it. */
    static Judgement of(Decision decision) {
        return new Judgement(decision, null);
    }

    /** Adds to a record what rules in shadow say, if any was consulted. */
    void recordShadow(Facts facts) {
        if (shadow != null) {
            facts.put("shadow", shadow.facts());
        }
    }

    static String word(Decision decision) {
        return switch (decision) {
            case Decision.Permit unused -> "permit";
            case Decision.Ask unused -> "ask";
            case Decision.Deny unused -> "deny";
        };
    }
}
