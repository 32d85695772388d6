package dev.portreeve.policy.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule that requires approval lets an approver do beside saying yes or no to the one call.
 *
 * @param remember how far a yes may hold for further calls; absent means not at all
 * @param edits arguments that an approver may change before saying yes, as JSON Pointers in which {@code *} stands for any run of
 *     characters ({@code /amount}, {@code /items/*}), with all that is below them; absent means none
 * @param autoApprove a CEL condition over {@code args} and {@code now}: a call for which it holds is approved by this rule without asking, and
 *     recorded so; absent means that each is asked about
 */
public record Leeway(
        @Nullable Remember remember,
        List<String> edits,
        @Nullable String autoApprove) {
    public static final Leeway NONE = new Leeway(null, List.of(), null);

    public Leeway {
        edits = edits == null ? List.of() : List.copyOf(edits);
    }

    /** To have a yes remembered, and to change arguments. */
    public Leeway(@Nullable Remember remember, List<String> edits) {
        this(remember, edits, null);
    }

    /** To need no yes where a condition holds. */
    public static Leeway autoApproving(String condition) {
        return new Leeway(null, List.of(), condition);
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
