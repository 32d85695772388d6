package dev.portreeve.policy.replay;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the conditions out of a policy's document, as {@link dev.portreeve.policy.access.PolicyDocument} writes it. */
public final class Conditions {
    private static final String RULES = "rules";
    private static final String SESSION = "session";

    private Conditions() {}

    /** The rules that label sessions: where these are others, sessions would have had other labels. */
    static Set<LeafTree> labelling(String document) {
        return LeafTree.of(document.getBytes(StandardCharsets.UTF_8)).children(RULES).stream()
                .filter(rule -> "label".equals(rule.text("effect")) && !"shadow".equals(rule.text("mode")))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Those that ask for no labels of sessions. */
    static Map<String, String> withoutLabels(Map<String, String> conditions) {
        return conditions.entrySet().stream()
                .filter(rule -> !rule.getValue().contains(SESSION))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** The condition of each rule that has one, by the rule's id. */
    public static Map<String, String> of(String document) {
        Map<String, String> conditions = new HashMap<>();
        for (LeafTree rule :
                LeafTree.of(document.getBytes(StandardCharsets.UTF_8)).children(RULES)) {
            String id = rule.text("id");
            String when = rule.text("when");
            if (id != null && when != null) {
                conditions.put(id, when);
            }
        }
        return conditions;
    }
}
