package dev.portreeve.policy.call;

/**
 * A question that a downstream server asks a caller outside all of the caller's requests. Here the roles are changed: the
 * content is the server's, what executes it is the caller, and the answer goes to the server. Nobody is asked to approve it,
 * nothing is charged.
 *
 * @param subject the caller, who is asked
 * @param resource what the caller last used of this server: whoever lost that is asked nothing more
 * @param operation the protocol's own method
 * @param content the texts of the question
 */
public record QuestionCall(
        CallId id,
        Subject subject,
        Resource.OfServer resource,
        String operation,
        Content content,
        Estimate estimate,
        Deadline deadline)
        implements GovernedCall {}
