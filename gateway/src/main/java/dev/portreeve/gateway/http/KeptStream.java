package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.model.KeptResponses;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.response.Conversation;
import dev.portreeve.gateway.response.Conversations;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.gateway.turn.KeptEvents;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A response that the gateway keeps, as a stream: what is known of it at once, and the rest when it is finished, whichever replica
 * makes it. For one request; blocks its thread until then, or until the deadline.
 */
final class KeptStream {
    private static final AnswerHead EVENTS = new AnswerHead("text/event-stream", Map.of());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** In records the keeper of what the gateway keeps. */
    static final String HERE = "portreeve";

    private final CallGovernor governor;
    private final Conversations conversations;
    private final BackgroundResponses background;

    KeptStream(CallGovernor governor, Conversations conversations, BackgroundResponses background) {
        this.governor = governor;
        this.conversations = conversations;
        this.background = background;
    }

    /** A reading of a response as rules and records see it: a call of its own, which costs nothing. */
    static LlmCall reading(CallId id, Subject subject, Conversation kept, Deadline deadline) {
        return new LlmCall(
                id,
                subject,
                new Resource.Model(kept.model()),
                KeptResponses.Action.GET.code(),
                Content.EMPTY,
                new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "none")),
                deadline,
                new LlmCall.Target(HERE, kept.model(), 0, true, List.of(), List::of));
    }

    /**
     * Gives it to who asks.
     *
     * @param reading as {@link #reading}
     * @param after the number of the last event that its caller knows; -1 for none
     * @param cancellation of the output
     */
    void give(LlmCall reading, Conversation kept, long after, Cancellation cancellation, ClientOutput output) {
        CallOutcome outcome = governor.<AnswerChunk>govern(
                reading,
                cancellation.guard((cleared, out) -> {
                    output.awaitUpstream();
                    run(kept, after, reading.deadline(), cancellation::isCancelled, out);
                    return Usage.NO_TOKENS;
                }),
                output);
        Endings.render(Dialect.OPENAI_RESPONSES, outcome, output, new ProviderReply());
    }

    /**
     * Emits the events, the last of them as the ending.
     *
     * @param after the number of the last event that its caller knows; -1 for none
     * @param left whether nobody listens any more
     * @throws CallEnded if it is not finished by the deadline, or was deleted, or nobody listens any more
     */
    private void run(
            Conversation kept, long after, Deadline deadline, BooleanSupplier left, OutputSink<AnswerChunk> out)
            throws CallEnded {
        KeptEvents events = new KeptEvents(after);
        emit(events.begun(kept.response()), out);
        byte[] whole = whole(finished(kept, deadline, left));
        emit(events.items(whole), out);
        out.emit(AnswerChunk.ending(EVENTS, Dialect.OPENAI_RESPONSES.events(), events.last(whole)));
    }

    private byte[] whole(Conversation ended) {
        return new GatewayResponses(ended, conversations, background).seen(ended.status());
    }

    private static void emit(byte[] events, OutputSink<AnswerChunk> out) throws CallEnded {
        if (events.length > 0) {
            out.emit(new AnswerChunk(EVENTS, Dialect.OPENAI_RESPONSES.events(), events));
        }
    }

    private Conversation finished(Conversation kept, Deadline deadline, BooleanSupplier left) throws CallEnded {
        Conversation now = kept;
        Duration pause = FIRST_PAUSE;
        while (now.status() == Conversation.Status.IN_PROGRESS) {
            if (deadline.isPast()) {
                throw failed(
                        UpstreamFault.Kind.TIMEOUT, "it is still being made: ask for the events after the last one");
            }
            rest(pause, left);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            try {
                now = conversations
                        .find(kept.tenant(), kept.member(), kept.id())
                        .orElseThrow(() -> failed(UpstreamFault.Kind.CUT, "the response was deleted"));
            } catch (StoredResponses.Unavailable down) {
                throw failed(UpstreamFault.Kind.UNREACHABLE, "it cannot be looked up now how far it is; try again");
            }
        }
        return now;
    }

    private static CallEnded failed(UpstreamFault.Kind kind, String detail) {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(kind, 0, detail, false)));
    }

    // It may be made in another process, which is seen in the database only.
    private static void rest(Duration pause, BooleanSupplier left) throws CallEnded {
        try {
            if (!left.getAsBoolean()) {
                Thread.sleep(pause);
                return;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        throw new CallEnded(new CallOutcome.Abandoned());
    }
}
