package dev.portreeve.policy.access;

import org.jspecify.annotations.Nullable;

/**
 * What a rule that requires approval lets an approver do beside saying yes or no to the one call.
 *
 * @param remember how far a yes may hold for further calls; absent means not at all
 */
public record Leeway(@Nullable Remember remember) {
    public static final Leeway NONE = new Leeway(null);
}
