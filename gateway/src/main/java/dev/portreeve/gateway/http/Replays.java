package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.RequestReading;
import dev.portreeve.gateway.idempotency.KeptAnswer;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Repeatable;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Usage;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * Gives kept answers again. Each time is a governed call of its own, which costs nothing: rules and the guardrails of requests
 * hold as they are now, and what guardrails let pass of the answer when it was made has passed. Thread-safe.
 */
final class Replays {
    private static final Estimate FREE = new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "none"));

    private final CallGovernor governor;
    private final Clients clients;

    Replays(CallGovernor governor, Clients clients) {
        this.governor = governor;
        this.clients = clients;
    }

    /** Answers a call that was answered before. */
    void give(
            AskedCall asked,
            IdempotentCalls.Turn.Replay turn,
            Deadline deadline,
            ServerRequest http,
            ServerResponse response,
            CallReport report) {
        report.keyed(turn.original());
        StreamForm form = StreamForm.of(asked.request().dialect(), http);
        try (ClientOutput output = clients.output(asked.request(), form, response, report, new Cancellation(), false)) {
            give(
                    new LlmCall(
                                    report.id(),
                                    asked.subject(),
                                    new Resource.Model(asked.model().name()),
                                    asked.request().operation().code(),
                                    asked.request().content(),
                                    FREE,
                                    deadline)
                            .under(new Repeatable.Replay(turn.original()))
                            .asking(new RequestReading(asked.request()))
                            .of(PassedHeaders.correlation(http.headers())),
                    asked.request(),
                    turn.answer(),
                    output);
        }
    }

    private void give(LlmCall call, ModelRequest request, KeptAnswer kept, ClientOutput output) {
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
