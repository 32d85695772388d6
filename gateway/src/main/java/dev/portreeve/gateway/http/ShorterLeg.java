package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.model.Deployment;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Shortening;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answers of a call at one place shorter: what is sent there is the same request with a lower bound, translated anew where
 * it is translated. For one call, on its thread.
 */
final class ShorterLeg implements Shortening {
    /** OpenAI's reference of {@code max_output_tokens}: what is below is refused. */
    private static final long LEAST_OF_RESPONSES = 16;

    private final Routing routing;
    private final Deployment place;
    private final ModelRequest request;
    private final Routing.Asked asked;
    private final long cap;

    /** @param cap to how many tokens each answer is bounded now; 0 if nothing bounds it */
    ShorterLeg(Routing routing, Deployment place, ModelRequest request, Routing.Asked asked, long cap) {
        this.routing = routing;
        this.place = place;
        this.request = request;
        this.asked = asked;
        this.cap = cap;
    }

    @Override
    public long cap() {
        return cap;
    }

    @Override
    public long least() {
        return Math.max(thought() + 1, saysAnyLength() ? 1 : LEAST_OF_RESPONSES);
    }

    @Override
    public String why() {
        return thought() == 0
                ? ""
                : "its answer cannot be made shorter than the " + thought()
                        + " tokens that thinking.budget_tokens wants: ask for less thinking";
    }

    /** Where thinking counts as a part of the answer, and must leave room for the rest; a translation makes it fit by itself. */
    private long thought() {
        long thought = request.cap().thought();
        boolean untranslated = place.route().provider().speaks(request.dialect(), request.operation());
        return untranslated && thought < cap ? thought : 0;
    }

    /** Any provider that speaks it may be the one that is spoken to. */
    private boolean saysAnyLength() {
        return !place.route().provider().speaks(Dialect.OPENAI_RESPONSES, request.operation());
    }

    @Override
    public @Nullable Estimate to(long most) {
        Leg leg = leg(most);
        return leg == null ? null : leg.estimate();
    }

    /** The call as it is made there; {@code null} if it cannot be. */
    @Nullable
    Leg leg(long most) {
        try {
            return routing.shorter(place, request, asked, most);
        } catch (BadRequest impossible) {
            return null;
        }
    }
}
