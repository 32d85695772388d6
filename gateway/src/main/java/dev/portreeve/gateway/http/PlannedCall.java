package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.ModelCacheConfig;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.RequestReading;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model call that is about to be governed: what came in, what rules call the model, where it goes, and what becomes of the
 * response.
 *
 * @param cache how the model's answers are given again; {@code null} if they are not
 */
record PlannedCall(
        Subject subject,
        String model,
        RoutedUpstream upstream,
        Deadline deadline,
        ConversationDesk.Plan plan,
        @Nullable ModelCacheConfig cache) {
    /** The call as rules, budgets and records see it: at the place where it goes first. */
    LlmCall call(CallId id) {
        Leg first = upstream.first();
        ModelRequest request = first.attempt().request();
        return new LlmCall(
                        id,
                        subject,
                        new Resource.Model(model),
                        request.operation().code(),
                        request.content(),
                        first.estimate(),
                        deadline,
                        target(first, upstream.closed(), upstream.reply()::lost),
                        first.attempt().hosted())
                .asking(new RequestReading(plan.request()));
    }

    /** Where a leg leads, with the places that rules have closed before it. */
    static LlmCall.Target target(Leg leg, List<LlmCall.Target.Closed> closed, Supplier<List<String>> lost) {
        ModelRoute route = leg.route();
        return new LlmCall.Target(
                route.provider().id(),
                route.upstreamModel(),
                leg.cap(),
                route.priced().listed(),
                leg.attempt().translation(),
                leg.place().key(),
                closed,
                lost);
    }

    /** Where a call is now, for the headers of its answer. */
    static CallReport.Routed routed(RoutedUpstream upstream, boolean lossAsked) {
        Leg leg = upstream.leg();
        return new CallReport.Routed(
                leg.route(),
                upstream.reply(),
                leg.imposed(),
                leg.shrunkFrom(),
                upstream.attempt(),
                leg.attempt().translation(),
                lossAsked,
                upstream.budget());
    }
}
