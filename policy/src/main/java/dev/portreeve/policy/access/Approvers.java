package dev.portreeve.policy.access;

import java.util.ArrayList;
import java.util.List;

/** Joins the approvers of several rules. */
final class Approvers {
    private Approvers() {}

    /** Those named by every rule that names any; empty if no rule does, or if nobody is named by all. */
    static List<String> inEvery(List<Rule> rules) {
        List<String> joined = null;
        for (Rule rule : rules) {
            if (!rule.approvers().isEmpty()) {
                if (joined == null) {
                    joined = new ArrayList<>(rule.approvers());
                } else {
                    joined.retainAll(rule.approvers());
                }
            }
        }
        return joined == null ? List.of() : List.copyOf(joined);
    }

    /** How many people the strictest rule wants. */
    static int quorum(List<Rule> rules) {
        return rules.stream()
                .mapToInt(rule -> rule.quorum() == null ? 1 : rule.quorum())
                .max()
                .orElse(1);
    }

    /**
     * Whether the rules name approvers but too few who satisfy all of them, so that the call could never be approved. Who is in a team
     * only the gate of approvals knows, and it looks again.
     */
    static boolean areTooFew(List<Rule> rules) {
        return inEvery(rules).size() < quorum(rules)
                && rules.stream().anyMatch(rule -> !rule.approvers().isEmpty())
                && rules.stream().allMatch(Approvers::areAllNamed);
    }

    /** Whether the approvers are persons, and stay the same. */
    static boolean areAllNamed(Rule rule) {
        return rule.escalate().isEmpty()
                && rule.approvers().stream()
                        .noneMatch(name -> name.startsWith(Rule.TEAM) || name.startsWith(Rule.ROLE));
    }
}
