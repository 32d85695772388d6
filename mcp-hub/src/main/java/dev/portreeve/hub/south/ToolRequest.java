package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;
import java.util.Map;

/**
 * One call of a tool, as it goes to its server.
 *
 * @param tool the tool's own name there
 * @param arguments a JSON object, sent byte for byte
 * @param wantsProgress whether the server is asked to report progress
 * @param traceContext the caller's {@code traceparent} and the like, for the request's {@code _meta}
 */
public record ToolRequest(String tool, RawJson arguments, boolean wantsProgress, Map<String, RawJson> traceContext) {
    public ToolRequest {
        traceContext = Map.copyOf(traceContext);
    }
}
