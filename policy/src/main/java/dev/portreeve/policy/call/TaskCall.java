package dev.portreeve.policy.call;

/**
 * A later request about a task that a tool call began: what became of it, an answer to what it asks, its end. The call that
 * began it was decided with its arguments, approved and paid; so rules are asked whether the tool may still be used at all,
 * nobody is asked again, and nothing is charged but the bytes of a result, where the tool has a price for these.
 *
 * @param resource the tool, with the definition it was called with
 * @param operation the protocol's own method
 * @param begunBy the call that began the task
 * @param content what the caller sends along
 * @param readOnly whether it only asks what became of the task
 * @param correlation what the caller's own records know it by
 */
public record TaskCall(
        CallId id,
        Subject subject,
        Resource.Tool resource,
        String operation,
        CallId begunBy,
        Content content,
        Estimate estimate,
        boolean readOnly,
        Deadline deadline,
        Correlation correlation)
        implements GovernedCall {}
