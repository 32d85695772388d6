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

/** A provider with several keys. Which one a call goes by is its route's affair; what is kept is found by the first. */
final class KeyedProvider implements ModelProvider {
    private final String id;
    private final List<ProviderKey> keys;

    /** @param keys at least one; from now on this one's to close */
    KeyedProvider(String id, List<ProviderKey> keys) {
        this.id = id;
        this.keys = List.copyOf(keys);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<ProviderKey> keys() {
        return keys;
    }

    private ModelProvider first() {
        return keys.getFirst().provider();
    }

    @Override
    public boolean speaks(Dialect dialect, Operation operation) {
        return first().speaks(dialect, operation);
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        return first().answer(call, input, out);
    }

    @Override
    public @Nullable MediaFetch mediaFetch(Dialect spoken) {
        return first().mediaFetch(spoken);
    }

    @Override
    public @Nullable BatchPlace batches(Dialect spoken, Operation operation) {
        return first().batches(spoken, operation);
    }

    @Override
    public @Nullable KeptResponses kept() {
        return first().kept();
    }

    @Override
    public void close() {
        keys.forEach(key -> key.provider().close());
    }
}
