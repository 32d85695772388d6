package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.turn.Note;
import dev.portreeve.gateway.turn.StreamTranslation;
import dev.portreeve.gateway.turn.Translation;
import dev.portreeve.gateway.turn.Translation.Circumstances;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Usage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A provider for callers of a dialect that it does not speak. What guardrails changed is changed in the caller's body, which
 * is then translated; what comes back reaches guardrails and caller in the caller's dialect. For one call.
 */
public final class TranslatingProvider implements ModelProvider {
    private static final AnswerHead JSON = new AnswerHead("application/json", Map.of());
    private static final AnswerHead EVENTS = new AnswerHead("text/event-stream", Map.of());

    private final ModelProvider provider;
    private final Translation translation;
    private final Circumstances known;

    /** @param translation of the request that {@link #answer} will get, if nothing is changed in it, with these circumstances */
    public TranslatingProvider(ModelProvider provider, Translation translation, Circumstances known) {
        this.provider = provider;
        this.translation = translation;
        this.known = known;
    }

    @Override
    public String id() {
        return provider.id();
    }

    @Override
    public boolean speaks(Dialect dialect, Operation operation) {
        return operation == Operation.CHAT;
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        ModelRequest request = call.request();
        byte[] body = request.screened(input);
        Translation translated = translation.isOf(body)
                ? translation
                : Translation.of(request.dialect(), body, translation.provider(), known);
        RequestPath path = new RequestPath(Operation.CHAT, call.upstreamModel(), request.stream());
        ModelRequest inner = translated.provider().read(path, translated.request(), false);
        ProviderCall innerCall = new ProviderCall(
                inner, call.upstreamModel(), known.cap(), call.deadline(), general(call), call.reply());
        try {
            return inner.stream()
                    ? stream(translated, innerCall, request.dialect(), out)
                    : unary(translated, innerCall, request.dialect(), out);
        } finally {
            call.reply()
                    .lost(translated.lostInAnswer().stream().map(Note::toString).toList());
        }
    }

    private Usage unary(Translation translated, ProviderCall call, Dialect caller, OutputSink<AnswerChunk> out)
            throws CallEnded {
        return provider.answer(
                call,
                call.request().content(),
                chunk -> out.emit(
                        new AnswerChunk(JSON, caller.answerTo(Operation.CHAT), translated.answer(chunk.bytes()))));
    }

    private Usage stream(Translation translated, ProviderCall call, Dialect caller, OutputSink<AnswerChunk> out)
            throws CallEnded {
        StreamTranslation stream = translated.stream();
        Usage usage = provider.answer(
                call,
                call.request().content(),
                chunk -> emit(
                        chunk.isSilent() ? chunk.bytes() : stream.events(chunk.bytes()), chunk.soFar(), caller, out));
        emit(stream.rest(), null, caller, out);
        if (caller.endRepeatsAnswer()) {
            out.emit(AnswerChunk.ending(EVENTS, caller.events(), stream.last()));
        } else {
            call.reply().ending(stream.last());
        }
        return usage;
    }

    private static void emit(byte[] events, @Nullable Usage soFar, Dialect caller, OutputSink<AnswerChunk> out)
            throws CallEnded {
        if (events.length > 0) {
            out.emit(new AnswerChunk(EVENTS, caller.events(), events, soFar));
        } else if (soFar != null) {
            out.emit(AnswerChunk.silent(EVENTS, soFar));
        }
    }

    /** Headers of a dialect mean nothing in another. */
    private static Map<String, String> general(ProviderCall call) {
        Map<String, String> general = new HashMap<>(call.passedHeaders());
        general.keySet().removeIf(name -> name.startsWith("anthropic-") || name.startsWith("openai-"));
        return general;
    }

    @Override
    public void close() {
        // The provider behind it serves other calls.
    }
}
