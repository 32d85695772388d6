package dev.portreeve.policy.replay;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads the conditions out of a policy's document, as {@link dev.portreeve.policy.access.PolicyDocument} writes it. */
public final class Conditions {
    private Conditions() {}

    /** The condition of each rule that has one, by the rule's id. */
    public static Map<String, String> of(String document) {
        Map<String, String> conditions = new HashMap<>();
        for (LeafTree rule :
                LeafTree.of(document.getBytes(StandardCharsets.UTF_8)).children("rules")) {
            String id = rule.text("id");
            String when = rule.text("when");
            if (id != null && when != null) {
                conditions.put(id, when);
            }
        }
        return conditions;
    }
}
