package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.policy.call.Deadline;

/** A connection to a server whose protocol era is settled. Thread-safe. */
interface ServerLink {
    /**
     * Sends a request and waits for its answer.
     *
     * @throws ToolServerFault if none comes
     */
    JsonRpcMessage.Response request(Outgoing outgoing, ProgressSink progress, Deadline deadline);
}
