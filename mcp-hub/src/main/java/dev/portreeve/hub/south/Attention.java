package dev.portreeve.hub.south;

import dev.portreeve.policy.call.Deadline;

/** How one party hears of single things of a server, by the era of the server. Used by one thread at a time. */
interface Attention extends AutoCloseable {
    /**
     * Begins to hear of one more.
     *
     * @return an empty result, or the server's refusal
     * @throws ToolServerFault if the server gave no answer
     */
    Answered add(String id, Deadline deadline);

    /** Hears of it no more. What goes wrong is left alone: changes that nobody wants are dropped. */
    void remove(String id);

    /** Hears of nothing any more. Never blocks. */
    @Override
    void close();
}
