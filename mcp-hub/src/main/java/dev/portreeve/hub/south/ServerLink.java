package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.policy.call.Deadline;

/** A connection to a server whose protocol era is settled. Thread-safe. */
interface ServerLink {
    /**
     * Sends a request and waits for its answer.
     *
     * @param party for whom; on a connection of the older era the one it was opened for
     * @throws ToolServerFault if none comes
     */
    JsonRpcMessage.Response request(ServerRequest request, Party party, Meanwhile meanwhile, Deadline deadline);

    /** What the server said when it was greeted. */
    ServerProfile profile();

    boolean isModern();

    /** Whether it can carry nothing any more. */
    boolean hasEnded();

    /** Keeps the level of log messages that a session of the older era was set to; true if it was another before. */
    boolean changesLogLevel(String level);

    /** Ends it; requests under way fail. Blocks a few seconds at most. */
    void close();
}
