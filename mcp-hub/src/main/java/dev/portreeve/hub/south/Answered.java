package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;

/** What one side answered to a request of the other: a server to a caller, or a caller to a server's question. */
public sealed interface Answered {
    /** A result, as it was sent; a tool's may say {@code isError}, one of the modern era that it wants input. */
    record Result(RawJson result) implements Answered {}

    /** A protocol error: unknown name, bad arguments, a refusal, or a failure of the other side. */
    record Refusal(McpError error) implements Answered {}
}
