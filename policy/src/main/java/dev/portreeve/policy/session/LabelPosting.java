package dev.portreeve.policy.session;

import java.util.Map;
import java.util.UUID;

/**
 * Labels that a call sets; they must be durable before its answer leaves.
 *
 * @param rules by label, the rule that says so
 */
record LabelPosting(LabelScope scope, UUID call, Map<String, String> rules) {
    LabelPosting {
        rules = Map.copyOf(rules);
    }
}
