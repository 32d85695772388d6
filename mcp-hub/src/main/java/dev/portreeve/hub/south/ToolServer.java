package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import java.util.List;

/**
 * The slot for a downstream MCP server. Implementations connect by themselves at the first use, in whichever protocol era
 * the server speaks, and again after a failure. Thread-safe; requests run side by side. All methods block, end by the
 * deadline, and end early with a {@link ToolServerFault} when the calling thread is interrupted, telling the server that
 * nobody waits any more.
 *
 * <p>A modern server is reached over one connection for all, since every request says for itself what its caller can do. A
 * server of the older era gets a session for each {@link Party}, unless the operator declared it stateless. Of a caller
 * nothing crosses but the request itself and its capabilities: no credential, no client information. Progress tokens and
 * request ids are the connection's own, hence unique.
 */
public interface ToolServer extends AutoCloseable {
    /**
     * A whole list, each entry as the server defined it, in its order; pages are followed. Asked for by the gateway
     * itself.
     *
     * @throws ToolServerFault if the server cannot be reached, refuses, or answers what cannot be used
     */
    List<RawJson> list(Listing listing, Deadline deadline);

    /** All tools, as {@link #list(Listing, Deadline)}. */
    default List<RawJson> list(Deadline deadline) {
        return list(Listing.TOOLS, deadline);
    }

    /**
     * Sends one request once. Never repeated by itself, except when the server certainly did not begin.
     *
     * @param meanwhile told on the calling thread what happens before the answer
     * @param deadline not counting the time that questions take; see {@link Meanwhile}
     * @throws ToolServerFault if there is no answer
     */
    Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline);

    /**
     * Has the server tell when a resource or a task changes, in whichever way its era has; a server of the older era in the
     * party's own session. Lasts until {@link #unwatch}, over lost connections and restarted processes: the watcher is told
     * after each, since it may have missed something. A server of the older era tells of tasks unasked, if it likes: its
     * session is only listened to while it lasts.
     *
     * @return the server's refusal, or an empty result
     * @throws ToolServerFault if the server gave no answer
     */
    default Answered watch(Party party, Watcher watcher, Deadline deadline) {
        return new Answered.Refusal(
                new McpError(McpError.METHOD_NOT_FOUND, "the server does not tell of what changes"));
    }

    /** Ends what {@link #watch} began; the server is told in the background. Never blocks. */
    default void unwatch(Party party, Watcher watcher) {}

    /**
     * Tells a server of the older era something in the sessions that a party has with it, if there are any. Never blocks.
     *
     * @param method of a notification without members
     */
    default void tell(String partyKey, String method) {}

    /** What the server said of itself at the last contact; empty before the first. Never blocks. */
    ServerProfile profile();

    /** The protocol revision in use, or empty before the first use. */
    default String protocolVersion() {
        return profile().protocolVersion();
    }

    /** How it is at this moment, for operators. Never blocks. */
    default ServerCondition condition() {
        return ServerCondition.FINE;
    }

    /**
     * Whether it was stopped because nobody used it, or never started: what it would list is what it listed before, and
     * asking would start it. Never blocks.
     */
    default boolean isAsleep() {
        return false;
    }

    /**
     * What the gateway wanted for itself is done: what runs for nobody else may end. Never blocks.
     *
     * @param callFollows whether a caller's request comes next
     */
    default void rest(boolean callFollows) {
        // Nothing runs only for the gateway.
    }

    /** A party is gone for good: its sessions end. Never blocks. */
    void leave(String partyKey);

    /** Ends sessions that nobody used for a while; called about once a minute. Never blocks. */
    void endUnused();

    /** Ends the connections, and the processes if there are any; requests under way fail. Blocks a few seconds at most. */
    @Override
    void close();
}
