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

/** A provider that has an address for some of its dialects and another for the rest; the first that speaks one serves it. */
final class SeveralDoors implements ModelProvider {
    private final String id;
    private final List<ModelProvider> doors;

    /** @param doors from now on this one's to close */
    SeveralDoors(String id, List<ModelProvider> doors) {
        this.id = id;
        this.doors = List.copyOf(doors);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean speaks(Dialect dialect, Operation operation) {
        return doors.stream().anyMatch(door -> door.speaks(dialect, operation));
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        Dialect dialect = call.request().dialect();
        Operation operation = call.request().operation();
        for (ModelProvider door : doors) {
            if (door.speaks(dialect, operation)) {
                return door.answer(call, input, out);
            }
        }
        throw new IllegalArgumentException("provider \"" + id + "\" does not speak " + dialect.code());
    }

    @Override
    public @Nullable MediaFetch mediaFetch(Dialect spoken) {
        for (ModelProvider door : doors) {
            if (door.speaks(spoken, Operation.CHAT)) {
                return door.mediaFetch(spoken);
            }
        }
        return null;
    }

    @Override
    public @Nullable BatchPlace batches(Dialect spoken, Operation operation) {
        for (ModelProvider door : doors) {
            if (door.speaks(spoken, operation)) {
                return door.batches(spoken, operation);
            }
        }
        return null;
    }

    @Override
    public @Nullable KeptResponses kept() {
        for (ModelProvider door : doors) {
            KeptResponses kept = door.kept();
            if (kept != null) {
                return kept;
            }
        }
        return null;
    }

    @Override
    public void close() {
        doors.forEach(ModelProvider::close);
    }
}
