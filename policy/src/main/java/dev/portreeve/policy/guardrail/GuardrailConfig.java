package dev.portreeve.policy.guardrail;

import java.util.Set;

/**
 * One guardrail, as it stands in the configuration.
 *
 * @param detect which detector
 * @param entities for {@code pii}: which kinds; empty means all it knows
 * @param on which texts it reads; empty means all
 * @param action what happens when it finds something
 * @param failureMode what happens when it fails itself; closed unless said otherwise (INV-4)
 */
public record GuardrailConfig(
        String id, Detector detect, Set<Entity> entities, Set<Position> on, Action action, FailureMode failureMode) {
    /** The detectors there are. */
    public enum Detector {
        SECRETS,
        PII
    }

    /** The kinds of personal data the {@code pii} detector knows. */
    public enum Entity {
        EMAIL,
        CREDIT_CARD,
        IBAN
    }

    /** The texts of a call a guardrail can read. */
    public enum Position {
        INPUT,
        OUTPUT,
        TOOL_ARGUMENTS,
        TOOL_RESULTS
    }

    /** What a finding leads to. */
    public enum Action {
        BLOCK,
        MASK
    }

    /** What a guardrail's own failure leads to. */
    public enum FailureMode {
        CLOSED,
        OPEN
    }

    public GuardrailConfig {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a guardrail needs an id");
        }
        entities = entities == null || entities.isEmpty() ? Set.of(Entity.values()) : Set.copyOf(entities);
        on = on == null || on.isEmpty() ? Set.of(Position.values()) : Set.copyOf(on);
        action = action == null ? Action.BLOCK : action;
        failureMode = failureMode == null ? FailureMode.CLOSED : failureMode;
    }
}
