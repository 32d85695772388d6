package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.turn.EmbeddingsTranslation;
import dev.portreeve.gateway.turn.Unsupported;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Usage;
import java.util.Map;

/**
 * A provider of embeddings for callers of a dialect that it does not speak. What guardrails changed is changed in the caller's body,
 * which is then translated. For one call.
 */
public final class TranslatingEmbeddings implements ModelProvider {
    private static final AnswerHead JSON = new AnswerHead("application/json", Map.of());

    private final ModelProvider provider;
    private final Unsupported unsupported;

    public TranslatingEmbeddings(ModelProvider provider, Unsupported unsupported) {
        this.provider = provider;
        this.unsupported = unsupported;
    }

    @Override
    public String id() {
        return provider.id();
    }

    @Override
    public boolean speaks(Dialect dialect, Operation operation) {
        return operation.embeds();
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        ModelRequest request = call.request();
        Dialect caller = request.dialect();
        EmbeddingsTranslation translated = EmbeddingsTranslation.of(
                caller, request.operation(), request.screened(input), call.upstreamModel(), unsupported);
        RequestPath path = new RequestPath(EmbeddingsTranslation.operation(caller), call.upstreamModel(), false);
        ModelRequest inner = EmbeddingsTranslation.provider(caller).read(path, translated.request(), false);
        ProviderCall innerCall =
                new ProviderCall(inner, call.upstreamModel(), 0, call.deadline(), Map.of(), call.reply());
        return provider.answer(
                innerCall,
                inner.content(),
                chunk -> out.emit(
                        new AnswerChunk(JSON, AnswerChunk.Shape.NO_TEXT, translated.answer(caller, chunk.bytes()))));
    }

    @Override
    public void close() {
        // The provider behind it serves other calls.
    }
}
