package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.ResponseState;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.response.StoredResponse;
import dev.portreeve.gateway.response.StoredResponses;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What model calls have to do with responses that providers keep: from which one goes on, and whose one is. Thread-safe. */
final class ResponseKeeping {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseKeeping.class);

    private final StoredResponses responses;

    ResponseKeeping(StoredResponses responses) {
        this.responses = responses;
    }

    /**
     * What a request reads at most beside its own body: the response it goes on from, with all before it.
     *
     * @throws BadRequest if there is no such response for this caller at this provider
     */
    long earlierTokens(ModelRequest request, Subject subject, ModelRoute route) {
        ResponseState state = request.state();
        String previous = state == null ? null : state.previous();
        if (previous == null) {
            return 0;
        }
        return responses
                .find(subject.tenant(), subject.member(), previous)
                .filter(kept -> kept.provider().equals(route.provider().id()))
                .map(StoredResponse::tokens)
                .orElseThrow(() -> new BadRequest(
                        400,
                        "previous_response_not_found",
                        "previous_response_id",
                        "this model's provider keeps no such response of yours"));
    }

    /**
     * Remembers a response its provider keeps, before its end is said.
     *
     * @return what is charged: of an answer that is still being made, the most it can become
     */
    Usage keep(
            ModelRequest request,
            Subject subject,
            ModelRoute route,
            ProviderReply reply,
            Estimate estimate,
            Usage used) {
        Usage charged = reply.isUnfinished()
                ? new Usage(estimate.inputTokens(), 0, estimate.outputTokens(), Usage.Basis.ASSUMED)
                : used;
        ResponseState state = request.state();
        String id = reply.responseId();
        if (state == null || !state.store() || id == null || request.operation() != Operation.CHAT) {
            return charged;
        }
        Usage counted = charged.basis() == Usage.Basis.REPORTED || charged.basis() == Usage.Basis.ASSUMED
                ? charged
                : new Usage(estimate.inputTokens(), 0, estimate.outputTokens(), Usage.Basis.ASSUMED);
        try {
            responses.keep(new StoredResponse(
                    subject.tenant(),
                    id,
                    subject.member(),
                    route.provider().id(),
                    route.name(),
                    counted.inputTokens() + counted.outputTokens()));
        } catch (StoredResponses.Unavailable down) {
            // The answer is made and paid for; only going on from it will not be possible.
            LOG.warn(
                    "a kept response could not be noted, so its id will be unknown: {}",
                    String.valueOf(down.getCause()));
        }
        return charged;
    }
}
