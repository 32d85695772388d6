package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversation.Status;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.gateway.turn.KeptItems;
import dev.portreeve.policy.call.CallOutcome;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer of a call that goes on when its caller has gone: kept for whoever asks. The call's own thread writes; the request's
 * thread waits in {@link #send}, so that a call that is refused is refused like any other.
 */
final class BackgroundOutput implements ClientOutput {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundOutput.class);

    private static final AnswerHead JSON = new AnswerHead("application/json", Map.of());

    /** What the caller hears at once. */
    sealed interface Start {
        /** It is being made. */
        record Begun(byte[] response) implements Start {}

        /** It is not. */
        record Refused(ErrorAnswer error, CallOutcome.Incomplete outcome) implements Start {}

        /** There is a bug. */
        record Broken(RuntimeException bug) implements Start {}

        /** It was stopped before it began. */
        record Stopped() implements Start {}
    }

    private final Conversations conversations;
    private final Consumer<String> onBegun;
    private final BlockingQueue<Start> start = new ArrayBlockingQueue<>(1);
    private @Nullable Conversation begun;
    private byte @Nullable [] answer;

    /** @param onBegun hears the id of what is kept from then on */
    BackgroundOutput(Conversations conversations, Consumer<String> onBegun) {
        this.conversations = conversations;
        this.onBegun = onBegun;
    }

    /** Waits until the call has begun, or has ended before, and says so to its caller. */
    void send(ServerResponse response, CallReport report) {
        switch (awaited()) {
            case Start.Begun started -> {
                ServerResponseHeaders headers = response.headers();
                report.write(headers, JSON);
                headers.set(HeaderNames.CONTENT_TYPE, JSON.contentType());
                response.send(started.response());
            }
            case Start.Refused refused -> ErrorResponse.send(response, report, refused.error(), refused.outcome());
            case Start.Broken broken -> throw broken.bug();
            case Start.Stopped _ -> throw new CloseConnectionException("the call was stopped before it began");
        }
    }

    /**
     * The same as a stream, which lasts until the call has ended. Who stops listening stops nothing.
     *
     * @param reading gives what is kept to the client
     */
    void stream(ClientOutput client, Consumer<Conversation> reading) {
        switch (awaited()) {
            case Start.Begun _ -> reading.accept(Objects.requireNonNull(begun));
            case Start.Refused refused -> client.fail(refused.error(), refused.outcome());
            case Start.Broken broken -> throw broken.bug();
            case Start.Stopped _ -> throw new CloseConnectionException("the call was stopped before it began");
        }
    }

    private Start awaited() {
        try {
            return start.take();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Start.Stopped();
        }
    }

    /** The call is kept as one that is being made, and its caller may hear of it. */
    void begun(Conversation conversation) {
        begun = conversation;
        onBegun.accept(conversation.id());
        say(new Start.Begun(conversation.response()));
    }

    private void say(Start what) {
        boolean ignored = start.offer(what);
    }

    @Override
    public void awaitUpstream() {
        // Whoever asks, asks again.
    }

    @Override
    public void emit(AnswerChunk chunk) {
        answer = chunk.bytes();
    }

    @Override
    public void say(AnswerChunk chunk) {
        emit(chunk);
    }

    @Override
    public void complete(CallOutcome.Completed completed, ProviderReply reply) {
        byte[] whole = answer;
        if (whole == null) {
            throw new IllegalStateException("a completed call has no answer");
        }
        Conversation at = begun;
        if (at == null) {
            throw new IllegalStateException("an answer came before its call began");
        }
        end(Status.of(KeptItems.status(whole)), KeptItems.inBackground(whole, at.id()));
    }

    @Override
    public void fail(ErrorAnswer error, CallOutcome.Incomplete outcome) {
        say(new Start.Refused(error, outcome));
        failed(error.code() + ": " + error.message());
    }

    /** The call ended without an outcome that anybody is told. */
    void stopped() {
        say(new Start.Stopped());
        failed("it was stopped before it was finished");
    }

    void broken(RuntimeException bug) {
        say(new Start.Broken(bug));
        failed("an error inside the gateway; see its log");
    }

    private void failed(String message) {
        Conversation at = begun;
        if (at != null) {
            end(Status.FAILED, KeptItems.withStatus(at.response(), Status.FAILED.code(), "server_error", message));
        }
    }

    private void end(Status status, byte[] response) {
        Conversation at = begun;
        if (at == null) {
            throw new IllegalStateException("an answer came before its call began");
        }
        try {
            if (!conversations.end(at.ended(status, response))) {
                LOG.debug("a response made in the background was cancelled, deleted, or is too long to be kept");
            }
        } catch (StoredResponses.Unavailable down) {
            LOG.warn(
                    "a response made in the background could not be kept, so it will count as failed: {}",
                    String.valueOf(down.getCause()));
        }
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
