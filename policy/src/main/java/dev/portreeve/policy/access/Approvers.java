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

    /** Whether the rules name approvers but no one who satisfies all of them, so that nobody could ever say yes. */
    static boolean areDisjoint(List<Rule> rules) {
        return inEvery(rules).isEmpty()
                && rules.stream().anyMatch(rule -> !rule.approvers().isEmpty());
    }
}
