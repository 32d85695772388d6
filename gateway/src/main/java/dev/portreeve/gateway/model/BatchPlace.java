package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where a provider takes batches of one operation in one dialect. What may be sent there, whose it is and what it costs, the caller of this
 * has made sure. Each method blocks for one exchange at most, until its deadline, and says as a value what came of it. Thread-safe.
 */
public interface BatchPlace {
    /**
     * One call of a batch.
     *
     * @param customId unique in the batch
     * @param body the request in the provider's dialect, with the provider's name of the model
     */
    record Item(String customId, byte[] body) {}

    /** What became of sending. */
    sealed interface Sent {
        /** @param id as the provider names it: letters, digits, {@code _} and {@code -} only */
        record Taken(String id) implements Sent {}

        /** It was certainly not made. What the provider said of it is in {@code reply}. */
        record Refused(UpstreamFault fault, ProviderReply reply) implements Sent {}

        /** It may have been made all the same. */
        record Unknown(UpstreamFault fault) implements Sent {}
    }

    /** How a batch stands. */
    enum Sight {
        WORKING,
        /** Every item has its end, and the results can be read. */
        ENDED,
        /** Nobody could say. */
        UNSEEN,
        /** The provider knows no such batch, or has forgotten its results. */
        GONE
    }

    /** How an item ended. Only what succeeded costs anything. */
    enum End {
        SUCCEEDED,
        ERRORED,
        CANCELED,
        EXPIRED
    }

    /**
     * The end of one item.
     *
     * @param status the provider's HTTP status of it, or 0 where it has none
     * @param body the answer or the error in the provider's dialect; empty where there is neither
     */
    record ItemEnd(String customId, End end, int status, byte[] body) {}

    /**
     * An item as it is sent, with what guardrails left of its texts. Never blocks.
     *
     * @param request of the place's dialect and operation
     * @param upstreamModel the provider's own name of the model
     * @param capTokens the bound to put on the answer where the caller gave none; 0 puts none
     */
    byte[] body(ModelRequest request, String upstreamModel, long capTokens, Content input);

    /** @param passedHeaders the caller's headers that may be passed on, names in lower case; never its credentials */
    Sent send(List<Item> items, Map<String, String> passedHeaders, Deadline deadline);

    Sight look(String id, Deadline deadline);

    /**
     * Reads the results as they come, one in memory at a time.
     *
     * @param each on the calling thread; what it throws ends the reading
     * @return whether all were read; false if it broke off on the way, or a part was not readable
     */
    boolean results(String id, Consumer<ItemEnd> each, Deadline deadline);

    /** @return whether the provider has heard it; it may end a while later */
    boolean cancel(String id, Deadline deadline);

    /** @return whether the provider has forgotten it */
    boolean forget(String id, Deadline deadline);
}
