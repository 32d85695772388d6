package dev.portreeve.hub.north;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/**
 * Pages that show the people around a caller how the approval of one of its calls stands. The caller gets their addresses, and with it
 * whatever model drives it, so nothing can be decided there. Implemented by the edge that serves them; thread-safe, does not block.
 */
@FunctionalInterface
public interface WaitingPages {
    /** No such pages: callers are told by results only. */
    WaitingPages NONE = (tenant, ticket) -> Optional.empty();

    /** The page of a ticket of a tenant; empty if there is none. */
    Optional<URI> of(String tenant, UUID ticket);
}
