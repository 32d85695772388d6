package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import dev.portreeve.gateway.dialect.UsageMeter;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import dev.portreeve.policy.call.Usage;
import io.helidon.http.HeaderNames;
import java.net.URI;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Any server that speaks OpenAI's chat completions and embeddings. Bodies pass in their very bytes both ways; what must
 * change is cut in, what is used is read from the side.
 */
public final class OpenAiProvider implements ModelProvider {
    private static final String JSON = "application/json";
    private static final String EVENTS = "text/event-stream";

    /** Says that the provider said nothing: whoever meters the call then counts what passed. */
    static final Usage NOT_REPORTED = new Usage(0, 0, 0, Usage.Basis.ESTIMATED);

    private final String id;
    private final UpstreamHttp http;
    private final CapMember capMember;
    private final int maxAnswerBytes;
    private final Map<Operation, URI> addresses = new EnumMap<>(Operation.class);

    /**
     * @param capMember the member this server bounds answers by
     * @param maxAnswerBytes the largest unary answer, and the largest event of a stream
     */
    public OpenAiProvider(String id, UpstreamHttp http, CapMember capMember, int maxAnswerBytes) {
        this.id = id;
        this.http = http;
        this.capMember = capMember;
        this.maxAnswerBytes = maxAnswerBytes;
        for (Operation operation : Operation.values()) {
            addresses.put(operation, http.resolve(operation.path()));
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        ModelRequest request = call.request();
        byte[] body = request.forwarded(call.upstreamModel(), capMember, call.capTokens(), input);
        String accept = request.stream() ? EVENTS : JSON;
        long sent = System.nanoTime();
        URI address = Objects.requireNonNull(addresses.get(request.operation()));
        try (UpstreamAnswer answer = http.post(address, body, accept, call.passedHeaders(), call.deadline())) {
            call.reply().waitedNanos(System.nanoTime() - sent);
            call.reply().requestId(answer.header(UpstreamHeaders.REQUEST_ID));
            requireSuccess(call, answer);
            return request.stream() ? stream(call, answer, out) : unary(call, answer, out);
        } catch (UnreadableAnswer garbage) {
            throw UpstreamFailures.ended(Kind.GARBAGE, 200, garbage.detail(), true);
        }
    }

    private void requireSuccess(ProviderCall call, UpstreamAnswer answer) throws CallEnded {
        int status = answer.status();
        if (status >= 400) {
            throw UpstreamErrors.read(answer, call.reply(), maxAnswerBytes);
        }
        if (status != 200) {
            throw UpstreamFailures.ended(
                    Kind.GARBAGE, status, "the provider answered with status " + status + ", which is no answer", true);
        }
        String encoding = answer.header(HeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw UpstreamFailures.ended(
                    Kind.GARBAGE, status, "the provider compressed its answer without being asked", true);
        }
    }

    private Usage unary(ProviderCall call, UpstreamAnswer answer, OutputSink<AnswerChunk> out) throws CallEnded {
        AnswerHead head = head(answer, JSON);
        byte[] body = answer.readAll(maxAnswerBytes);
        UsageMeter meter = new UsageMeter();
        meter.readAnswer(body);
        AnswerChunk.Shape shape = call.request().operation() == Operation.CHAT
                ? AnswerChunk.Shape.CHAT_ANSWER
                : AnswerChunk.Shape.NO_TEXT;
        out.emit(new AnswerChunk(head, shape, body));
        Usage reported = meter.reported();
        return reported == null ? NOT_REPORTED : reported;
    }

    private Usage stream(ProviderCall call, UpstreamAnswer answer, OutputSink<AnswerChunk> out) throws CallEnded {
        AnswerHead head = head(answer, EVENTS);
        OpenAiStream stream = new OpenAiStream(
                answer, maxAnswerBytes, head, call.request().usage().asked());
        Usage usage = stream.pump(out);
        call.reply().ending(stream.ending());
        return usage;
    }

    private static AnswerHead head(UpstreamAnswer answer, String expected) throws CallEnded {
        String type = answer.header(HeaderNames.CONTENT_TYPE);
        if (type == null || !isOfType(type, expected)) {
            throw UpstreamFailures.ended(
                    Kind.GARBAGE, answer.status(), "the provider's answer is not of type " + expected, true);
        }
        return new AnswerHead(type, UpstreamHeaders.passed(answer));
    }

    private static boolean isOfType(String type, String expected) {
        return type.regionMatches(true, 0, expected, 0, expected.length())
                && (type.length() == expected.length()
                        || !Character.isLetterOrDigit(
                                type.toLowerCase(Locale.ROOT).charAt(expected.length())));
    }

    @Override
    public void close() {
        http.close();
    }
}
