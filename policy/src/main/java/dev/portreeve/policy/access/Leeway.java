package dev.portreeve.policy.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule that requires approval lets an approver do beside saying yes or no to the one call.
 *
 * @param remember how far a yes may hold for further calls; absent means not at all
 * @param edits arguments that an approver may change before saying yes, as JSON Pointers in which {@code *} stands for any run of
 *     characters ({@code /amount}, {@code /items/*}), with all that is below them; absent means none
 */
public record Leeway(@Nullable Remember remember, List<String> edits) {
    public static final Leeway NONE = new Leeway(null, List.of());

    public Leeway {
        edits = edits == null ? List.of() : List.copyOf(edits);
    }

    /** To have a yes remembered. */
    public static Leeway remembering(@Nullable Remember remember) {
        return new Leeway(remember, List.of());
    }

    /** To change arguments. */
    public static Leeway editing(String... pointers) {
        return new Leeway(null, List.of(pointers));
    }
}
