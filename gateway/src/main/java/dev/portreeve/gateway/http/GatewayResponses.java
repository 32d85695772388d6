package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.KeptResponses;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversation.Status;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.turn.KeptItems;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.OutputSink;
import java.util.Map;

/** One response that the gateway keeps, as its owner sees it. For one request. */
final class GatewayResponses implements KeptResponses {
    private static final AnswerHead JSON = new AnswerHead("application/json", Map.of());

    private final Conversation kept;
    private final Conversations conversations;
    private final BackgroundResponses background;

    GatewayResponses(Conversation kept, Conversations conversations, BackgroundResponses background) {
        this.kept = kept;
        this.conversations = conversations;
        this.background = background;
    }

    @Override
    public void run(KeptCall call, OutputSink<AnswerChunk> out) throws CallEnded {
        byte[] answer = switch (call.action()) {
            case GET -> seen(kept.status());
            case INPUT_ITEMS -> KeptItems.page(kept.input(), call.query());
            case DELETE -> delete();
            case CANCEL -> cancel();
        };
        out.emit(new AnswerChunk(JSON, Dialect.OPENAI_RESPONSES.answerTo(Operation.CHAT), answer));
    }

    /** The response as one who asks for it now sees it. */
    byte[] seen(Status status) {
        String said = KeptItems.status(kept.response());
        if (said.equals(status.code())) {
            return kept.response();
        }
        return status == Status.FAILED
                ? KeptItems.withStatus(
                        kept.response(),
                        status.code(),
                        "server_error",
                        "whoever made it stopped before it was finished")
                : KeptItems.withStatus(kept.response(), status.code(), null, null);
    }

    private byte[] delete() {
        conversations.forget(kept.tenant(), kept.member(), kept.id());
        background.cancel(kept.id());
        return KeptItems.deleted(kept.id());
    }

    private byte[] cancel() {
        boolean cancelled =
                kept.status() == Status.IN_PROGRESS && conversations.cancel(kept.tenant(), kept.member(), kept.id());
        background.cancel(kept.id());
        if (cancelled) {
            return seen(Status.CANCELLED);
        }
        // It ended in the meantime, or before.
        return conversations
                .find(kept.tenant(), kept.member(), kept.id())
                .map(now -> new GatewayResponses(now, conversations, background).seen(now.status()))
                .orElseGet(() -> seen(kept.status()));
    }
}
