package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.ResponseState;
import dev.portreeve.gateway.model.ProviderCall;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.util.Map;

/**
 * An answer that its provider makes in the background and tells as a stream. Who stops listening stops nothing: so whose it is gets
 * noted before its first event is told, and until its end is heard it counts as the most it can become. For one attempt, on the call's
 * thread.
 */
final class BackgroundStream implements OutputSink<AnswerChunk> {
    private static final AnswerHead EVENTS = new AnswerHead("text/event-stream", Map.of());

    private final ProviderCall call;
    private final Runnable begun;
    private final OutputSink<AnswerChunk> out;
    private boolean noted;
    private boolean reported;

    private BackgroundStream(ProviderCall call, Runnable begun, OutputSink<AnswerChunk> out) {
        this.call = call;
        this.begun = begun;
        this.out = out;
    }

    /** Whether a request asks for that, of a provider that keeps the response. */
    static boolean isOne(ModelRequest request) {
        ResponseState state = request.state();
        return state != null && state.background() && request.stream() && request.dialect() == Dialect.OPENAI_RESPONSES;
    }

    /**
     * Makes an attempt, which may be one of these.
     *
     * @param begun told when the reply knows the response's id, before anything of it goes out
     * @throws CallEnded as the provider does
     */
    static Usage answer(Leg leg, ProviderCall call, Content cleared, Runnable begun, OutputSink<AnswerChunk> out)
            throws CallEnded {
        if (!isOne(call.request())) {
            return leg.attempt().provider().answer(call, cleared, out);
        }
        out.emit(AnswerChunk.silent(EVENTS, ResponseKeeping.most(leg.estimate())));
        BackgroundStream stream = new BackgroundStream(call, begun, out);
        try {
            Usage used = leg.attempt().provider().answer(call, cleared, stream);
            stream.ended();
            return used;
        } catch (CallEnded ended) {
            if (ended.outcome() instanceof CallOutcome.Failed failed
                    && failed.fault().kind() == UpstreamFault.Kind.REFUSED) {
                stream.ended();
            }
            throw ended;
        }
    }

    @Override
    public void emit(AnswerChunk chunk) throws CallEnded {
        reported |= chunk.soFar() != null;
        if (!noted && call.reply().responseId() != null) {
            noted = true;
            begun.run();
        }
        out.emit(chunk);
    }

    /** The provider has said itself that nothing more comes, so no more than came is charged. */
    private void ended() throws CallEnded {
        if (!reported) {
            out.emit(AnswerChunk.silent(EVENTS, Usage.UNREPORTED));
        }
    }
}
