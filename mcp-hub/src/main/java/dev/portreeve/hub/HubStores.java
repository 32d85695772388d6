package dev.portreeve.hub;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.hub.catalog.ServerMemory;
import dev.portreeve.hub.credential.TokenStore;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.task.TaskStore;
import dev.portreeve.policy.approval.Approvals;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What outlives the hub.
 *
 * @param definitions what was accepted of what the servers say of their tools
 * @param memory what the servers showed last
 * @param tokens that the gateway got as an OAuth client
 * @param approvals the tickets that the hub's own tools show to people's agents, and that calls wait for as tasks; {@code null} for
 *     none of either
 * @param tasks calls that wait so, and what became of them
 */
public record HubStores(
        Definitions definitions,
        ServerMemory memory,
        TokenStore tokens,
        @Nullable Approvals approvals,
        TaskStore tasks) {
    /** Of a hub without tools of its own. */
    public HubStores(Definitions definitions, ServerMemory memory, TokenStore tokens) {
        this(definitions, memory, tokens, null, TaskStore.NONE);
    }

    /** For a hub without servers, which needs no database. */
    public static HubStores none(AuditLog audit, InstantSource clock) {
        return new HubStores(Definitions.none(audit, clock), ServerMemory.none(), TokenStore.NONE);
    }
}
