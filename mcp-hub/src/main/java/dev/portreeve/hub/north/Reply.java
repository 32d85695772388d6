package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;

/** What a caller is told in the end. */
sealed interface Reply {
    record Result(RawJson result) implements Reply {}

    /** @param status for an answer that has not begun yet */
    record Error(int status, McpError error) implements Reply {}

    /** The caller cancelled, or left. */
    record Nothing() implements Reply {}
}
