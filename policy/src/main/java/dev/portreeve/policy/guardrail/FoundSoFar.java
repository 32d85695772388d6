package dev.portreeve.policy.guardrail;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes findings into the call's trail: guardrail, kind, place, action and how many; never a value. One entry for each guardrail and kind,
 * counted up as more are found, so that a record stays small.
 */
final class FoundSoFar {
    private final AuditTrail trail;
    private final Position position;
    private final Map<String, Entry> entries = new HashMap<>();

    private static final class Entry {
        private final Facts facts;
        private long count;

        private Entry(Facts facts) {
            this.facts = facts;
        }
    }

    FoundSoFar(AuditTrail trail, Position position) {
        this.trail = trail;
        this.position = position;
    }

    void add(GuardrailConfig guardrail, String kind) {
        count(guardrail, kind, code(guardrail.action()));
    }

    /** A guardrail that failed, and was let pass because its failure mode is open. */
    void addFailure(GuardrailConfig guardrail) {
        count(guardrail, "failure", "pass");
    }

    private void count(GuardrailConfig guardrail, String kind, String action) {
        Entry entry = entries.computeIfAbsent(guardrail.id() + '\n' + kind, unused -> {
            Facts facts = new Facts()
                    .put("id", guardrail.id())
                    .put("kind", kind)
                    .put("on", code(position))
                    .put("action", action);
            trail.facts().add("guardrails", facts);
            return new Entry(facts);
        });
        entry.count++;
        entry.facts.put("count", entry.count);
    }

    static String code(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
