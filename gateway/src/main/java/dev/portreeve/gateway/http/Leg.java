package dev.portreeve.gateway.http;

import dev.portreeve.gateway.model.Deployment;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.policy.call.Estimate;

/**
 * One place on a call's way, and the call as it would be made there.
 *
 * @param cap the bound to put on the answer where the caller gave none; 0 puts none
 * @param estimate what the call can cost there at most
 */
record Leg(Deployment place, Attempt attempt, long cap, Estimate estimate) {
    ModelRoute route() {
        return place.route();
    }
}
