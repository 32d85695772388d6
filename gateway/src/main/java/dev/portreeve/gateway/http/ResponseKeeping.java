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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What model calls have to do with responses that providers keep: from which one goes on, and whose one is. Thread-safe. */
final class ResponseKeeping {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseKeeping.class);

    private final StoredResponses responses;

    ResponseKeeping(StoredResponses responses) {
        this.responses = responses;
    }

    /** Whether a request goes on from a response, which only its own provider can read. */
    static boolean goesOn(ModelRequest request) {
        ResponseState state = request.state();
        return state != null && state.previous() != null;
    }

    /** Whether its provider keeps the answer to a request, if it is asked in this dialect. */
    static boolean keeps(ModelRequest request) {
        ResponseState state = request.state();
        return state != null && state.store() && request.operation() == Operation.CHAT;
    }

    /** The response that a request goes on from; nothing if it goes on from none, or there is no such one of this caller. */
    Optional<StoredResponse> previous(ModelRequest request, Subject subject) {
        ResponseState state = request.state();
        String previous = state == null ? null : state.previous();
        return previous == null ? Optional.empty() : responses.find(subject.tenant(), subject.member(), previous);
    }

    /** The model that was asked cannot go on from that response. */
    static BadRequest elsewhere() {
        return new BadRequest(
                400,
                "previous_response_not_found",
                "previous_response_id",
                "this model's provider keeps no such response of yours: send the whole conversation as input, or use the"
                        + " model that made it");
    }

    /** The most that an answer can become, of which nobody here sees the end. */
    static Usage most(Estimate estimate) {
        return new Usage(estimate.inputTokens(), 0, estimate.outputTokens(), Usage.Basis.ASSUMED);
    }

    /**
     * Remembers a response its provider keeps, before its end is said, and one in the background before it is begun to be told.
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
        Usage charged = reply.isUnfinished() ? most(estimate) : used;
        String id = reply.responseId();
        if (id == null || !keeps(request)) {
            return charged;
        }
        Usage counted = charged.basis() == Usage.Basis.REPORTED || charged.basis() == Usage.Basis.ASSUMED
                ? charged
                : most(estimate);
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
