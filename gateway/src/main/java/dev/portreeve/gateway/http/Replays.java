package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.RequestReading;
import dev.portreeve.gateway.idempotency.KeptAnswer;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Repeatable;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;

/**
 * Gives kept answers again. Each time is a governed call of its own, which costs nothing: rules and the guardrails of requests
 * hold as they are now, and what guardrails let pass of the answer when it was made has passed. Thread-safe.
 */
final class Replays {
    private static final Estimate FREE = new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "none"));

    private final CallGovernor governor;

    Replays(CallGovernor governor) {
        this.governor = governor;
    }

    /** @param model by the name it was called by */
    void give(
            CallId id,
            Subject subject,
            String model,
            ModelRequest request,
            IdempotentCalls.Turn.Replay turn,
            Deadline deadline,
            Correlation said,
            ClientOutput output) {
        KeptAnswer kept = turn.answer();
        LlmCall call = new LlmCall(
                        id,
                        subject,
                        new Resource.Model(model),
                        request.operation().code(),
                        request.content(),
                        FREE,
                        deadline)
                .under(new Repeatable.Replay(turn.original()))
                .asking(new RequestReading(request))
                .of(said);
        ProviderReply reply = new ProviderReply();
        AnswerHead head = new AnswerHead(kept.contentType(), kept.headers());
        CallOutcome outcome = governor.<AnswerChunk>govern(
                call,
                (cleared, out) -> {
                    if (kept.body().length > 0) {
                        out.emit(new AnswerChunk(head, AnswerChunk.Shape.NO_TEXT, kept.body()));
                    }
                    reply.ending(kept.ending());
                    return Usage.NO_TOKENS;
                },
                output);
        Endings.render(request.dialect(), outcome, output, reply);
    }
}
