package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import java.util.List;

/**
 * The slot for a downstream MCP server. Implementations connect by themselves at the first use, in whichever protocol era
 * the server speaks, and again after a failure. Thread-safe; calls run side by side. All methods block, end by the
 * deadline, and end early with a {@link ToolServerFault} when the calling thread is interrupted, telling the server that
 * nobody waits any more.
 *
 * <p>One connection serves all callers, so nothing of a caller but the call itself may cross it: no credential, no client
 * information, no capability. Progress tokens and request ids are the connection's own, hence unique.
 */
public interface ToolServer extends AutoCloseable {
    /**
     * All tools, each as the server defined it, in its order; pages are followed.
     *
     * @throws ToolServerFault if the server cannot be reached, refuses, or answers what cannot be used
     */
    List<RawJson> list(Deadline deadline);

    /**
     * Calls one tool once. Never repeated by itself, except when the server certainly did not begin.
     *
     * @param progress told on the calling thread what the server reports meanwhile
     * @throws ToolServerFault if there is no answer
     */
    ToolAnswer call(ToolRequest request, ProgressSink progress, Deadline deadline);

    /** The protocol revision in use, or empty before the first use. */
    String protocolVersion();

    /** Ends the connection, and the process if there is one; calls under way fail. Blocks a few seconds at most. */
    @Override
    void close();
}
