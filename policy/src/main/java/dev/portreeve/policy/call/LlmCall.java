package dev.portreeve.policy.call;

/**
 * A call to a model.
 *
 * @param operation the dialect's operation, for the record ({@code chat}, {@code embeddings})
 */
public record LlmCall(
        CallId id,
        Subject subject,
        Resource.Model resource,
        String operation,
        Content content,
        Estimate estimate,
        Deadline deadline)
        implements GovernedCall {}
