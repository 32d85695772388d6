package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.OutputSink;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** An answer of many lines, sent as they come. For the call's thread. */
final class LinesOutput implements OutputSink<AnswerChunk> {
    private final ServerResponse response;
    private final CallReport report;
    private final WriteWatch writes;
    private final AnswerHead head;
    private @Nullable OutputStream out;

    /** @param head also of an answer that has no lines */
    LinesOutput(ServerResponse response, CallReport report, WriteWatch writes, AnswerHead head) {
        this.response = response;
        this.report = report;
        this.writes = writes;
        this.head = head;
    }

    @Override
    public void emit(AnswerChunk chunk) throws CallEnded {
        try {
            OutputStream stream = open();
            writes.during(() -> stream.write(chunk.bytes()));
        } catch (IOException | UncheckedIOException | CloseConnectionException left) {
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    private OutputStream open() {
        OutputStream opened = out;
        if (opened == null) {
            ServerResponseHeaders headers = response.headers();
            headers.set(HeaderNames.CONTENT_TYPE, head.contentType());
            headers.set(Names.NO_STORE);
            report.write(headers, head);
            opened = response.outputStream();
            out = opened;
        }
        return opened;
    }

    /** Ends the answer of a call that completed. */
    void complete() {
        try {
            open().close();
        } catch (IOException | UncheckedIOException left) {
            throw new CloseConnectionException("the client left", left);
        }
    }

    /** Ends it with an error: as the whole answer if nothing was sent; else it breaks off. */
    void fail(ErrorAnswer error, CallOutcome.Incomplete outcome) {
        if (out == null) {
            ErrorResponse.send(response, report, error, outcome);
            return;
        }
        // Without the last chunk of the transfer coding, no client can take it for a whole one.
        throw new CloseConnectionException("the answer ends unfinished");
    }
}
