package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.media.MediaFetch;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place where models run, behind one blocking method. One instance serves all calls to a provider; thread-safe.
 * {@link #close} is called once, after the last call.
 */
public interface ModelProvider extends AutoCloseable {
    /** The id in the configuration: the first part of {@code provider/model}. */
    String id();

    /** Whether it has this operation in this dialect. */
    boolean speaks(Dialect dialect, Operation operation);

    /**
     * Runs one call on the calling thread, within its deadline, and emits the answer: one chunk for a unary answer, as many
     * as there are reads for a stream. The event that ends a stream is not emitted but left in {@link ProviderCall#reply},
     * since the edge may say the end only when evidence and money are settled. Where that event repeats the answer or
     * is part of it, it is emitted as an {@link AnswerChunk#ending}.
     *
     * @param call in a dialect that it {@link #speaks}
     * @param input the screened texts; those that differ from the request's replace them
     * @return what the provider reports as used; an empty estimate where it reports nothing
     * @throws CallEnded with {@code Failed} when the provider cannot be reached, refuses or breaks, or whatever {@code out}
     *     threw
     */
    Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded;

    /** The responses it keeps, or {@code null} if it keeps none. */
    default @Nullable KeptResponses kept() {
        return null;
    }

    /** Where it takes batches of this operation in this dialect, or {@code null} if it takes none. */
    default @Nullable BatchPlace batches(Dialect spoken, Operation operation) {
        return null;
    }

    /** Its keys, where it has several: each a provider of its own, with the same id. */
    default List<ProviderKey> keys() {
        return List.of();
    }

    /**
     * What fetches pictures and documents for it, or {@code null} if in this dialect it takes their addresses.
     *
     * @param spoken one of its dialects
     */
    default @Nullable MediaFetch mediaFetch(Dialect spoken) {
        return null;
    }

    @Override
    void close();
}
