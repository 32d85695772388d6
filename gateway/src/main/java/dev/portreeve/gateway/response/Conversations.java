package dev.portreeve.gateway.response;

import dev.portreeve.gateway.response.StoredResponses.Unavailable;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Responses that the gateway keeps, each for the member that made it. Thread-safe; each method blocks for one statement of the
 * database at most, and throws {@link Unavailable} where that fails.
 */
public interface Conversations {
    /**
     * Keeps a response; durable when it returns.
     *
     * @return false if it is longer than what is kept
     */
    boolean keep(Conversation conversation);

    /**
     * Keeps one that this replica begins to make; durable when it returns. It counts as failed when nobody says for a while
     * that it is still being made.
     *
     * @return false if it is longer than what is kept
     */
    boolean begin(Conversation conversation, UUID maker);

    /**
     * Ends one that was begun.
     *
     * @return false if it was ended or forgotten before, or is longer than what is kept
     */
    boolean end(Conversation conversation);

    /** The response, if it belongs to this member. */
    Optional<Conversation> find(String tenant, String member, String id);

    /**
     * Cancels one that is being made, wherever that is.
     *
     * @return false if it is not being made
     */
    boolean cancel(String tenant, String member, String id);

    void forget(String tenant, String member, String id);

    /**
     * Says that this replica still makes what it began.
     *
     * @return which of it somebody has cancelled or forgotten, of those named
     */
    Set<String> stillMaking(UUID maker, Set<String> ids);
}
