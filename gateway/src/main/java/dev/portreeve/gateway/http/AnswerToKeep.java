package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversation.Status;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.gateway.turn.KeptItems;
import dev.portreeve.gateway.turn.ResponseFrame;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer of one call on its way to be kept: as guardrails left it, with what was read as they left that. Kept when the call is
 * settled and before its end is said. For the call's thread.
 */
final class AnswerToKeep implements OutputSink<AnswerChunk> {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerToKeep.class);

    private final ResponseFrame frame;
    private final Subject subject;
    private final String model;
    private final Conversations conversations;
    private final OutputSink<AnswerChunk> client;
    private byte @Nullable [] input;
    private byte @Nullable [] answer;

    /** @param model the name it was called by */
    AnswerToKeep(
            ResponseFrame frame,
            Subject subject,
            String model,
            Conversations conversations,
            OutputSink<AnswerChunk> client) {
        this.frame = frame;
        this.subject = subject;
        this.model = model;
        this.conversations = conversations;
        this.client = client;
    }

    /** The request is asked of the provider now, with its texts as they are in {@code cleared}. */
    void reads(ModelRequest request, Content cleared) {
        if (frame.id() != null) {
            input = KeptItems.input(request.screened(cleared), frame.id());
        }
    }

    /**
     * Keeps it as one that is being made.
     *
     * @throws CallEnded if it cannot be kept, so that nobody could ask for it
     */
    Conversation begun(UUID maker, long created) throws CallEnded {
        Conversation begun = of(Status.IN_PROGRESS, KeptItems.begun(frame, model, created));
        try {
            if (conversations.begin(begun, maker)) {
                return begun;
            }
        } catch (StoredResponses.Unavailable down) {
            LOG.warn("a response could not be begun in the background: {}", String.valueOf(down.getCause()));
        }
        throw new CallEnded(new CallOutcome.Failed(new UpstreamFault(
                UpstreamFault.Kind.UNREACHABLE, 0, "the answer cannot be kept now, so it was not asked for", false)));
    }

    @Override
    public void emit(AnswerChunk chunk) throws CallEnded {
        if (chunk.isEnding() || chunk.head().contentType().startsWith("application/json")) {
            answer = chunk.bytes();
        }
        client.emit(chunk);
    }

    /** The call has ended. */
    void ended(CallOutcome outcome, boolean streamed) {
        byte[] whole = answer;
        if (frame.id() == null || whole == null || !(outcome instanceof CallOutcome.Completed)) {
            return;
        }
        byte[] response = KeptItems.response(whole, streamed);
        try {
            if (!conversations.keep(
                    of(Status.of(KeptItems.status(response)), response).called(KeptItems.id(response)))) {
                LOG.warn(
                        "a response is longer than responses.max-bytes, so it is not kept, and its id will be unknown");
            }
        } catch (StoredResponses.Unavailable down) {
            // The answer is made and paid for; only going on from it will not be possible.
            LOG.warn("a response could not be kept, so its id will be unknown: {}", String.valueOf(down.getCause()));
        }
    }

    /** What is kept of it. */
    Conversation of(Status status, byte[] response) {
        return new Conversation(
                subject.tenant(),
                subject.member(),
                Objects.requireNonNull(frame.id()),
                model,
                status,
                Objects.requireNonNull(input),
                response);
    }
}
