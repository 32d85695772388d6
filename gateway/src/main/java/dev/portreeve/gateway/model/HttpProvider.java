package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.AnswerMeter;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.PathTemplate;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import dev.portreeve.gateway.media.MediaFetch;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import dev.portreeve.policy.call.Usage;
import io.helidon.http.HeaderNames;
import java.net.URI;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Any server that speaks one or more of the dialects over HTTP. Bodies pass in their very bytes both ways; what must
 * change is cut in, what is used is read from the side.
 */
final class HttpProvider implements ModelProvider {
    private static final String JSON = "application/json";
    private static final String ANTHROPIC_VERSION = "anthropic-version";

    private final String id;
    private final UpstreamHttp http;
    private final CapMember capMember;
    private final int maxAnswerBytes;
    private final @Nullable MediaFetch inline;
    private final RequestForm form;
    private final boolean batches;
    private final Map<Dialect, Map<Operation, Address>> addresses = new EnumMap<>(Dialect.class);

    /** Where an operation is: made once where it is the same for all models. */
    private record Address(PathTemplate path, @Nullable URI fixed) {}

    /**
     * @param dialects what it speaks
     * @param capMember the member this server bounds chat completions by
     * @param maxAnswerBytes the largest unary answer, and the largest event of a stream
     * @param form in which requests reach it
     * @param inline fetches pictures and documents, where it takes no addresses
     * @param batches whether it takes batches as OpenAI does
     */
    HttpProvider(
            String id,
            UpstreamHttp http,
            Set<Dialect> dialects,
            CapMember capMember,
            int maxAnswerBytes,
            RequestForm form,
            @Nullable MediaFetch inline,
            boolean batches) {
        this.id = id;
        this.http = http;
        this.capMember = capMember;
        this.maxAnswerBytes = maxAnswerBytes;
        this.inline = inline;
        this.form = form;
        this.batches = batches;
        for (Dialect dialect : dialects) {
            Map<Operation, Address> paths = new EnumMap<>(Operation.class);
            for (Operation operation : Operation.values()) {
                PathTemplate path = form.path(dialect, operation);
                if (path != null) {
                    paths.put(operation, new Address(path, path.isFixed() ? http.resolve(path.whole()) : null));
                }
            }
            addresses.put(dialect, paths);
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean speaks(Dialect dialect, Operation operation) {
        Map<Operation, Address> paths = addresses.get(dialect);
        return paths != null && paths.containsKey(operation);
    }

    @Override
    public Usage answer(ProviderCall call, Content input, OutputSink<AnswerChunk> out) throws CallEnded {
        ModelRequest request = call.request();
        CapMember member = switch (request.dialect()) {
            // The older operation never learnt the newer member; where the bound goes in Gemini's bodies, their reader
            // has found.
            case OPENAI_CHAT, GEMINI -> request.operation() == Operation.COMPLETIONS ? CapMember.MAX_TOKENS : capMember;
            case ANTHROPIC_MESSAGES, BEDROCK_CONVERSE, COHERE_CHAT -> CapMember.MAX_TOKENS;
            case OPENAI_RESPONSES -> CapMember.MAX_OUTPUT_TOKENS;
        };
        byte[] body = form.body(call, request.forwarded(call.upstreamModel(), member, call.capTokens(), input));
        String accept = request.stream() ? request.dialect().streamType() : JSON;
        long sent = System.nanoTime();
        try (UpstreamAnswer answer = http.post(address(call), body, accept, headers(call), call.deadline())) {
            call.reply().waitedNanos(System.nanoTime() - sent);
            call.reply().requestId(UpstreamHeaders.requestId(answer));
            requireSuccess(request.dialect(), call.reply(), answer, maxAnswerBytes);
            return request.stream() ? stream(call, answer, out) : unary(call, answer, out);
        } catch (UnreadableAnswer garbage) {
            throw UpstreamFailures.ended(Kind.GARBAGE, 200, garbage.detail(), true);
        }
    }

    private URI address(ProviderCall call) {
        ModelRequest request = call.request();
        Map<Operation, Address> paths = Objects.requireNonNull(addresses.get(request.dialect()));
        Address address = Objects.requireNonNull(paths.get(request.operation()));
        return address.fixed() == null
                ? http.resolve(address.path().fill(call.upstreamModel(), request.stream()))
                : address.fixed();
    }

    static void requireSuccess(Dialect dialect, ProviderReply reply, UpstreamAnswer answer, int maxAnswerBytes)
            throws CallEnded {
        int status = answer.status();
        if (status >= 400) {
            throw UpstreamErrors.read(dialect, answer, reply, maxAnswerBytes);
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
        ModelRequest request = call.request();
        AnswerMeter meter = request.dialect().meter();
        meter.readAnswer(body);
        out.emit(new AnswerChunk(head, request.dialect().answerTo(request.operation()), body));
        if (request.operation() == Operation.COUNT_TOKENS) {
            return Usage.NO_TOKENS;
        }
        call.reply().response(meter.responseId(), meter.isUnfinished());
        Usage reported = meter.reported();
        return reported == null ? Usage.UNREPORTED : reported;
    }

    @Override
    public @Nullable KeptResponses kept() {
        return addresses.containsKey(Dialect.OPENAI_RESPONSES) ? new HttpKeptResponses(http, maxAnswerBytes) : null;
    }

    /** Of servers whose addresses are those of the dialect: others have their own way with batches, if they have one. */
    @Override
    public @Nullable BatchPlace batches(Dialect spoken, Operation operation) {
        if (!speaks(spoken, operation) || !(form instanceof RequestForm.Plain)) {
            return null;
        }
        return switch (spoken) {
            case ANTHROPIC_MESSAGES ->
                operation == Operation.CHAT ? new HttpMessageBatches(http, maxAnswerBytes) : null;
            case OPENAI_CHAT, OPENAI_RESPONSES -> openAiBatches(spoken, operation);
            case GEMINI, BEDROCK_CONVERSE, COHERE_CHAT -> null;
        };
    }

    private @Nullable BatchPlace openAiBatches(Dialect spoken, Operation operation) {
        PathTemplate path = batches && operation != Operation.COUNT_TOKENS ? spoken.path(operation) : null;
        CapMember member = spoken == Dialect.OPENAI_RESPONSES ? CapMember.MAX_OUTPUT_TOKENS : capMember;
        return path == null ? null : new OpenAiBatches(http, spoken, "/v1" + path.whole(), member, maxAnswerBytes);
    }

    @Override
    public @Nullable MediaFetch mediaFetch(Dialect spoken) {
        return inline;
    }

    /** Anthropic's servers want to be told which version of the format is meant. */
    private Map<String, String> headers(ProviderCall call) {
        Map<String, String> passed = call.passedHeaders();
        if (call.request().dialect() != Dialect.ANTHROPIC_MESSAGES
                || passed.containsKey(ANTHROPIC_VERSION) == form.hasVersionHeader()) {
            return passed;
        }
        Map<String, String> other = new HashMap<>(passed);
        if (form.hasVersionHeader()) {
            other.put(ANTHROPIC_VERSION, "2023-06-01");
        } else {
            other.remove(ANTHROPIC_VERSION);
        }
        return other;
    }

    private Usage stream(ProviderCall call, UpstreamAnswer answer, OutputSink<AnswerChunk> out) throws CallEnded {
        ModelRequest request = call.request();
        AnswerHead head = head(answer, request.dialect().streamType());
        MeteredStream stream = new MeteredStream(answer, maxAnswerBytes, head, request.dialect(), request.usageAsked());
        try {
            Usage usage = stream.pump(chunk -> {
                call.reply().response(stream.meter().responseId(), false);
                out.emit(chunk);
            });
            call.reply().ending(stream.ending());
            call.reply().response(stream.meter().responseId(), false);
            return usage;
        } finally {
            byte[] error = stream.error();
            if (error != null) {
                ErrorSigns signs = ErrorSigns.in(error, null);
                call.reply().failure(signs.classify(), signs.wait(null, null, null));
                call.reply().error(new ProviderReply.ErrorBody(request.dialect(), JSON, Map.of(), error));
            }
        }
    }

    static AnswerHead head(UpstreamAnswer answer, String expected) throws CallEnded {
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
