package dev.portreeve.gateway.turn;

import org.jspecify.annotations.Nullable;

/**
 * A call of a tool of this gateway that has ended, with a result or with a word why there is none.
 *
 * @param output what the tool said; {@code null} with an error
 * @param error why it was not made, or what went wrong; {@code null} with an output
 */
public record ToolCalled(
        OwnCall call, @Nullable String output, @Nullable String error) {}
