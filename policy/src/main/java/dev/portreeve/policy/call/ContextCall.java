package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/**
 * A prompt or a resource fetched from a downstream server, or a value for one of its arguments completed: it brings text
 * into somebody's context and changes nothing.
 *
 * @param operation the protocol's own method
 * @param arguments what the caller sent along; empty where there is nothing
 * @param trace the id of the trace the call belongs to, if the caller said so
 */
public record ContextCall(
        CallId id,
        Subject subject,
        Resource.OfServer resource,
        String operation,
        Arguments arguments,
        Content content,
        Estimate estimate,
        Deadline deadline,
        @Nullable String trace)
        implements GovernedCall {}
