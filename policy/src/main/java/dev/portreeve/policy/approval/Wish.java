package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.NarrowCondition.Bound;
import dev.portreeve.policy.access.Remember;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An approver wants a yes remembered for further calls.
 *
 * @param lasting for how long; {@code null} for as long as the rules allow
 * @param scope for what; {@code null} for the narrowest that the rules allow
 * @param when the condition for further calls; {@code null} for one that is made of {@code bounds}
 * @param bounds by argument; for others, what was shown
 * @param uses for how many calls; {@code null} for as many as the rules allow
 */
public record Wish(
        @Nullable Duration lasting,
        Remember.@Nullable Scope scope,
        @Nullable String when,
        Map<String, Bound> bounds,
        @Nullable Integer uses) {
    public Wish {
        bounds = Map.copyOf(bounds);
    }
}
