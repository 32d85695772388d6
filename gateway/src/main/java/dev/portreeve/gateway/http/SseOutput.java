package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a stream. Chunks and comment lines go through one lock and are flushed at once; the stream begins with
 * the first of either. The call's thread writes chunks, {@link KeepAlive} comments; either may find that the client left.
 */
final class SseOutput implements ClientOutput, KeepAlive.Beating {
    private static final AnswerHead NOT_YET = new AnswerHead("text/event-stream", Map.of());

    private final ServerResponse response;
    private final CallReport report;
    private final StreamForm form;
    private final Clients clients;
    private final Cancellation cancellation;
    private final boolean endures;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable OutputStream out;
    private @Nullable AnswerChunk ending;
    private boolean gone;
    private volatile long lastWriteNanos = System.nanoTime();

    /** @param endures whether the answer is made to its end although its client has left */
    SseOutput(
            ServerResponse response,
            CallReport report,
            StreamForm form,
            Clients clients,
            Cancellation cancellation,
            boolean endures) {
        this.response = response;
        this.report = report;
        this.form = form;
        this.clients = clients;
        this.cancellation = cancellation;
        this.endures = endures;
    }

    /** Comments begin only now: before, a refusal must still be able to say so with its status. */
    @Override
    public void awaitUpstream() {
        lastWriteNanos = System.nanoTime();
        clients.keepAlive().watch(this);
    }

    /** An ending is kept until the call is settled. */
    @Override
    public void emit(AnswerChunk chunk) throws CallEnded {
        if (chunk.isEnding()) {
            ending = chunk;
            return;
        }
        if (!writeEvents(chunk.head(), chunk.bytes()) && !endures) {
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    @Override
    public void say(AnswerChunk chunk) {
        if (chunk.isEnding()) {
            ending = chunk;
        } else if (!writeEvents(chunk.head(), chunk.bytes())) {
            throw new CloseConnectionException("the client left");
        }
    }

    @Override
    public long lastWriteNanos() {
        return lastWriteNanos;
    }

    @Override
    public void beat() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (!gone && !write(NOT_YET, form.silence()) && !endures) {
                cancellation.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean writeEvents(AnswerHead head, byte[] events) {
        lock.lock();
        try {
            return write(head, form.frame(events));
        } finally {
            lock.unlock();
        }
    }

    /** @return false if the client has left */
    private boolean write(AnswerHead head, byte[] bytes) {
        lock.lock();
        try {
            if (gone) {
                return false;
            }
            lastWriteNanos = System.nanoTime();
            OutputStream stream = out == null ? open(head) : out;
            clients.writes().during(() -> {
                stream.write(bytes);
                stream.flush();
            });
            return true;
        } catch (IOException | UncheckedIOException | CloseConnectionException left) {
            gone = true;
            return false;
        } finally {
            lock.unlock();
        }
    }

    private OutputStream open(AnswerHead head) {
        ServerResponseHeaders headers = response.headers();
        headers.set(HeaderNames.CONTENT_TYPE, form.contentType(head));
        headers.set(Names.NO_CACHE);
        headers.set(Names.NO_BUFFERING);
        report.write(headers, head);
        OutputStream opened = response.outputStream();
        out = opened;
        return opened;
    }

    @Override
    public void complete(CallOutcome.Completed completed, ProviderReply reply) {
        clients.keepAlive().forget(this);
        AnswerChunk last = ending;
        boolean told = last == null ? writeEvents(NOT_YET, reply.ending()) : writeEvents(last.head(), last.bytes());
        if (told) {
            end();
        }
    }

    @Override
    public void fail(ErrorAnswer error, CallOutcome.Incomplete outcome) {
        clients.keepAlive().forget(this);
        lock.lock();
        try {
            if (out == null && !gone) {
                ErrorResponse.send(response, report, error, outcome);
                return;
            }
        } finally {
            lock.unlock();
        }
        boolean told =
                writeEvents(NOT_YET, error.event(report.dialect(), report.id().toString()));
        if (told && outcome instanceof CallOutcome.Denied) {
            end();
            return;
        }
        // Without the last chunk of the transfer coding, no client can take a broken answer for a whole one.
        throw new CloseConnectionException("the answer ends unfinished");
    }

    private void end() {
        lock.lock();
        try {
            if (out != null && write(NOT_YET, form.end())) {
                out.close();
            }
        } catch (IOException | UncheckedIOException | CloseConnectionException left) {
            gone = true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        clients.keepAlive().forget(this);
    }
}
