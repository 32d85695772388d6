package dev.portreeve.hub.south;

import dev.portreeve.policy.call.Deadline;

/** How one party hears of a server's resources, by the era of the server. Used by one thread at a time. */
interface Attention extends AutoCloseable {
    /**
     * Begins to hear of one more resource.
     *
     * @return an empty result, or the server's refusal
     * @throws ToolServerFault if the server gave no answer
     */
    Answered add(String uri, Deadline deadline);

    /** Hears of it no more. What goes wrong is left alone: updates that nobody wants are dropped. */
    void remove(String uri);

    /** Hears of nothing any more. Never blocks. */
    @Override
    void close();
}
