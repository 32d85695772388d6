package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;

/** What a server answered to a call. */
public sealed interface ToolAnswer {
    /** A tool result, as it was sent; it may say {@code isError}. */
    record Result(RawJson result) implements ToolAnswer {}

    /** A protocol error: unknown tool, bad arguments, or a failure of the server. */
    record Refusal(McpError error) implements ToolAnswer {}
}
