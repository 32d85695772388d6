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

    /**
     * Hears what the server says by itself for as long as it does, the connection is there and the deadline has not passed.
     * Where that comes on a stream of its own, opens it.
     *
     * @param begun called when such a stream was opened
     * @return false if the server has no such stream
     * @throws ToolServerFault when the stream breaks
     */
    boolean listen(Runnable begun, Deadline deadline);

    /** Whether that comes on a stream of its own, so that something may be missed while there is none. */
    boolean hasOwnStream();

    /** Sends a notification without members. Never blocks; what goes wrong is only logged. */
    void tell(String method);

    /** Ends it; requests under way fail. Blocks a few seconds at most. */
    void close();
}
