package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import dev.portreeve.policy.call.Usage;
import io.helidon.http.Method;
import java.net.URI;
import java.util.Map;

/** Kept responses over HTTP, in their very bytes. */
final class HttpKeptResponses implements KeptResponses {
    private static final String JSON = "application/json";
    private static final Dialect DIALECT = Dialect.OPENAI_RESPONSES;
    private static final byte[] NOTHING = new byte[0];

    private final UpstreamHttp http;
    private final int maxAnswerBytes;

    HttpKeptResponses(UpstreamHttp http, int maxAnswerBytes) {
        this.http = http;
        this.maxAnswerBytes = maxAnswerBytes;
    }

    @Override
    public void run(KeptCall call, OutputSink<AnswerChunk> out) throws CallEnded {
        long sent = System.nanoTime();
        ProviderReply reply = call.reply();
        Method method = method(call.action());
        try (UpstreamAnswer answer =
                http.send(method, address(call), NOTHING, accept(call), call.passedHeaders(), call.deadline())) {
            reply.waitedNanos(System.nanoTime() - sent);
            reply.requestId(UpstreamHeaders.requestId(answer));
            HttpProvider.requireSuccess(DIALECT, reply, answer, maxAnswerBytes);
            AnswerHead head = HttpProvider.head(answer, accept(call));
            if (call.streamed()) {
                stream(call, answer, head, out);
                return;
            }
            byte[] body = answer.readAll(maxAnswerBytes);
            DIALECT.meter().readAnswer(body);
            out.emit(new AnswerChunk(head, DIALECT.answerTo(Operation.CHAT), body));
        } catch (UnreadableAnswer garbage) {
            throw UpstreamFailures.ended(Kind.GARBAGE, 200, garbage.detail(), true);
        }
    }

    private static String accept(KeptCall call) {
        return call.streamed() ? DIALECT.streamType() : JSON;
    }

    /** One that is still being made goes on to come as it is made. What it cost was charged when it was asked for. */
    private void stream(KeptCall call, UpstreamAnswer answer, AnswerHead head, OutputSink<AnswerChunk> out)
            throws CallEnded {
        MeteredStream stream = new MeteredStream(answer, maxAnswerBytes, head, DIALECT, true);
        try {
            Usage ignored = stream.pump(out);
            call.reply().ending(stream.ending());
        } finally {
            byte[] error = stream.error();
            if (error != null) {
                call.reply().error(new ProviderReply.ErrorBody(DIALECT, JSON, Map.of(), error));
            }
        }
    }

    private static Method method(Action action) {
        return switch (action) {
            case GET, INPUT_ITEMS -> Method.GET;
            case DELETE -> Method.DELETE;
            case CANCEL -> Method.POST;
        };
    }

    private URI address(KeptCall call) {
        String below = switch (call.action()) {
            case GET, DELETE -> "";
            case INPUT_ITEMS -> "/input_items";
            case CANCEL -> "/cancel";
        };
        String query = call.query().isEmpty() ? "" : "?" + call.query();
        return http.resolve("/responses/" + call.id() + below + query);
    }
}
