package dev.portreeve.hub;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.hub.catalog.ServerMemory;
import dev.portreeve.hub.credential.TokenStore;
import dev.portreeve.hub.definition.Definitions;
import java.time.InstantSource;

/**
 * What outlives the hub.
 *
 * @param definitions what was accepted of what the servers say of their tools
 * @param memory what the servers showed last
 * @param tokens that the gateway got as an OAuth client
 */
public record HubStores(Definitions definitions, ServerMemory memory, TokenStore tokens) {
    /** For a hub without servers, which needs no database. */
    public static HubStores none(AuditLog audit, InstantSource clock) {
        return new HubStores(Definitions.none(audit, clock), ServerMemory.none(), TokenStore.NONE);
    }
}
