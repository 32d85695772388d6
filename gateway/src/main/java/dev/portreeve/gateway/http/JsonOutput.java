package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.call.CallOutcome;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * A unary answer: kept until the call is settled, then sent with what it cost. A client that leaves meanwhile is noticed only
 * then, for only a write can notice it.
 */
final class JsonOutput implements ClientOutput {
    private final ServerResponse response;
    private final CallReport report;
    private final WriteWatch writes;
    private @Nullable AnswerChunk answer;

    JsonOutput(ServerResponse response, CallReport report, WriteWatch writes) {
        this.response = response;
        this.report = report;
        this.writes = writes;
    }

    @Override
    public void awaitUpstream() {
        // There is nothing to be written meanwhile.
    }

    @Override
    public void emit(AnswerChunk chunk) {
        if (answer != null) {
            throw new IllegalStateException("a unary answer came in two pieces");
        }
        answer = chunk;
    }

    @Override
    public void say(AnswerChunk chunk) {
        emit(chunk);
    }

    @Override
    public void complete(CallOutcome.Completed completed, ProviderReply reply) {
        AnswerChunk whole = answer;
        if (whole == null) {
            throw new IllegalStateException("a completed call has no answer");
        }
        ServerResponseHeaders headers = response.headers();
        headers.set(HeaderValues.create(HeaderNames.CONTENT_TYPE, whole.head().contentType()));
        report.write(headers, whole.head(), completed);
        writes.during(() -> response.send(whole.bytes()));
    }

    @Override
    public void fail(ErrorAnswer error, CallOutcome.Incomplete outcome) {
        ErrorResponse.send(response, report, error, outcome);
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
