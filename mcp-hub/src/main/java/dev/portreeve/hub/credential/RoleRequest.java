package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.policy.call.Deadline;

/** Makes the request for the keys of a role of AWS's, signed by whoever may take that role. Called before the old keys end, by one call. */
@FunctionalInterface
public interface RoleRequest {
    /**
     * The request as it is sent. May block, until the deadline at most.
     *
     * @throws CredentialUnavailable if there is nothing to sign it with
     */
    OutboundRequest signed(Deadline deadline) throws CredentialUnavailable;
}
