package dev.portreeve.gateway.http;

import dev.portreeve.gateway.model.Deployment;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.policy.call.Estimate;

/**
 * One place on a call's way, and the call as it would be made there.
 *
 * @param cap the bound to put on the answer where the caller gave none; 0 puts none
 * @param estimate what the call can cost there at most
 * @param shorter makes the same with shorter answers
 * @param shrunkFrom to what each answer was bounded before it was made shorter; 0 if it was not
 */
record Leg(Deployment place, Attempt attempt, long cap, Estimate estimate, ShorterLeg shorter, long shrunkFrom) {
    ModelRoute route() {
        return place.route();
    }

    /** The bound on each answer that the caller has not asked for; 0 if there is none. */
    long imposed() {
        return shrunkFrom == 0 ? cap : shorter.cap();
    }
}
