package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/**
 * A call of a downstream tool.
 *
 * @param arguments what the caller sent, as bytes and as canonical form; rules and approvals read them
 * @param readOnly true only if the operator trusts the server's word that the tool changes nothing; decides whether the
 *     opening record must be durable before the tool runs (INV-2)
 * @param trace the id of the trace the call belongs to, if the caller said so
 */
public record ToolCall(
        CallId id,
        Subject subject,
        Resource.Tool resource,
        Arguments arguments,
        Content content,
        Estimate estimate,
        boolean readOnly,
        Deadline deadline,
        @Nullable String trace)
        implements GovernedCall {

    /** A call that belongs to no trace. */
    public ToolCall(
            CallId id,
            Subject subject,
            Resource.Tool resource,
            Arguments arguments,
            Content content,
            Estimate estimate,
            boolean readOnly,
            Deadline deadline) {
        this(id, subject, resource, arguments, content, estimate, readOnly, deadline, null);
    }
}
