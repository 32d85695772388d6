package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.ResponsesConfig;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.ResponseState;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.gateway.turn.KeptItems;
import dev.portreeve.gateway.turn.McpItems;
import dev.portreeve.gateway.turn.ResponseFrame;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway does where OpenAI's service keeps responses and a model's provider does not: decides whether an answer is kept,
 * and turns a request that goes on from one into one that says the whole conversation, which rules, guardrails and budgets then see
 * like any other. Thread-safe.
 */
final class ConversationDesk {
    private static final String PREVIOUS = "previous_response_id";

    private final Conversations conversations;
    private final ResponsesConfig config;
    private final int maxBodyBytes;
    private final boolean screened;

    /** @param screened whether guardrails will read the texts */
    ConversationDesk(Conversations conversations, ResponsesConfig config, int maxBodyBytes, boolean screened) {
        this.conversations = conversations;
        this.config = config;
        this.maxBodyBytes = maxBodyBytes;
        this.screened = screened;
    }

    /**
     * What becomes of a request.
     *
     * @param request as it goes on
     * @param frame what its response says of itself
     * @param streamed whether what is made in the background is told as a stream
     */
    record Plan(ModelRequest request, ResponseFrame frame, boolean streamed) {
        Plan(ModelRequest request, ResponseFrame frame) {
            this(request, frame, false);
        }

        /** Whether the gateway makes it while nobody waits. */
        boolean isBackground() {
            return frame.background();
        }

        /** By which it is kept, or an empty text. */
        String id() {
            return frame.id() == null ? "" : frame.id();
        }
    }

    /**
     * Decides, and looks up what the request goes on from.
     *
     * @param providerKeeps whether the model's provider keeps responses itself
     * @throws BadRequest if it goes on from what there is not, or wants what cannot be had
     * @throws StoredResponses.Unavailable if nobody can say
     */
    Plan plan(ModelRequest request, Subject subject, boolean providerKeeps, CallId call) {
        ResponseState state = request.state();
        if (state == null || request.dialect() != Dialect.OPENAI_RESPONSES || request.operation() != Operation.CHAT) {
            return new Plan(request, ResponseFrame.NONE);
        }
        String previous = state.previous();
        Earlier before = before(state, subject, providerKeeps);
        byte[] earlier = before.items();
        boolean kept = !providerKeeps && state.store() && config.keep();
        if (state.background() && !kept && !providerKeeps) {
            throw unsupported(
                    "background",
                    "nothing is kept of this response, so wait for the answer or stream it; what is made in the"
                            + " background must be kept, which \"store\": false forbids");
        }
        if (earlier == null && !kept) {
            return new Plan(request, ResponseFrame.NONE);
        }
        byte[] said = earlier == null ? null : McpItems.plain(earlier);
        byte[] body = KeptItems.goingOn(KeptItems.request(request.body(), said, !providerKeeps), before.base());
        boolean unkeepable = kept && state.background() && body.length > config.maxBytes();
        if (unkeepable || body.length > maxBodyBytes) {
            throw new BadRequest(
                    400,
                    "conversation_too_long",
                    PREVIOUS,
                    "the conversation has more than " + (unkeepable ? config.maxBytes() : maxBodyBytes)
                            + " bytes with all before it");
        }
        ModelRequest whole = request.dialect().read(request.path(), body, screened);
        ResponseFrame frame = new ResponseFrame(
                kept ? "resp_" + call.toString().replace("-", "") : null,
                kept && state.background(),
                previous,
                KeptItems.metadata(request.body()));
        return new Plan(whole, frame, frame.background() && request.stream());
    }

    /**
     * What a request goes on from.
     *
     * @param items that the gateway keeps of it; {@code null} for none
     * @param base the response that its provider keeps, from which those go on; {@code null} if they are all there is
     */
    record Earlier(byte @Nullable [] items, @Nullable String base) {}

    /**
     * Looks up what a request goes on from.
     *
     * @param providerKeeps whether the model's provider keeps responses itself: what the gateway does not keep is looked for there
     * @throws BadRequest if nobody keeps it, or the model's provider cannot know it
     */
    Earlier before(ResponseState state, Subject subject, boolean providerKeeps) {
        String previous = state.previous();
        if (previous == null) {
            return new Earlier(null, null);
        }
        Optional<Conversation> found = conversations.find(subject.tenant(), subject.member(), previous);
        if (found.isEmpty() && providerKeeps) {
            return new Earlier(null, previous);
        }
        if (found.isEmpty()) {
            throw unknown("no such response of yours is kept: send the whole conversation as input");
        }
        if (!found.get().status().isAnswer()) {
            throw new BadRequest(
                    400,
                    "previous_response_unfinished",
                    PREVIOUS,
                    "that response is " + found.get().status().code() + ", so nothing can go on from it");
        }
        String base = KeptItems.base(found.get().response());
        if (base != null && !providerKeeps) {
            throw unknown("that response goes on from one that only the provider which made it keeps: use that model,"
                    + " or send the whole conversation as input");
        }
        return new Earlier(
                KeptItems.conversation(found.get().input(), found.get().response()), base);
    }

    private static BadRequest unknown(String why) {
        return new BadRequest(400, "previous_response_not_found", PREVIOUS, why);
    }

    /** Whether the gateway keeps what becomes of a request. */
    boolean keeps(ResponseState state) {
        return state.store() && config.keep();
    }

    private static BadRequest unsupported(String param, String why) {
        return new BadRequest(400, "unsupported_parameter", param, why);
    }
}
