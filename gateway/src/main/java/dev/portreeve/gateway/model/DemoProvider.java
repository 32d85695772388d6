package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * A provider inside the process that needs no network and asks no model, and says so in every answer. It repeats what it was
 * told, calls a tool when asked to ({@code use tool NAME with {…}}), bills by words, and makes embeddings by hashing: enough
 * to see every step of a governed call. The same request gives the same answer.
 */
public final class DemoProvider implements ModelProvider {
    private static final AnswerHead JSON = new AnswerHead("application/json", Map.of());
    private static final AnswerHead EVENTS = new AnswerHead("text/event-stream", Map.of());

    private final String id;
    private final InstantSource clock;

    public DemoProvider(String id, InstantSource clock) {
        this.id = id;
        this.clock = clock;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean speaks(Dialect dialect, Operation operation) {
        return dialect == Dialect.OPENAI_CHAT && (operation == Operation.CHAT || operation == Operation.EMBEDDINGS);
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        ModelRequest request = call.request();
        byte[] body = request.forwarded(call.upstreamModel(), CapMember.MAX_COMPLETION_TOKENS, call.capTokens(), input);
        if (request.operation() == Operation.EMBEDDINGS) {
            DemoEmbeddings embeddings = DemoEmbeddings.of(call.upstreamModel(), body);
            out.emit(new AnswerChunk(JSON, AnswerChunk.Shape.NO_TEXT, embeddings.answer()));
            return embeddings.usage();
        }
        long cap = request.cap().isGiven() ? request.cap().tokens() : call.capTokens();
        DemoReply reply = DemoReply.to(body, cap);
        DemoWriter writer =
                new DemoWriter(call.upstreamModel(), clock.instant().getEpochSecond(), reply, request.choices());
        if (request.stream()) {
            List<byte[]> events = writer.events(request.usageAsked());
            for (byte[] event : events) {
                out.emit(new AnswerChunk(EVENTS, AnswerChunk.Shape.CHAT_EVENTS, event));
            }
            call.reply().ending("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        } else {
            out.emit(new AnswerChunk(JSON, AnswerChunk.Shape.CHAT_ANSWER, writer.answer()));
        }
        return writer.usage();
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
