package dev.portreeve.policy.call;

/**
 * A prompt or a resource fetched from a downstream server, or a value for one of its arguments completed: it brings text
 * into somebody's context and changes nothing.
 *
 * @param operation the protocol's own method
 * @param arguments what the caller sent along; empty where there is nothing
 * @param correlation what the caller's own records know it by
 * @param definitionHash SHA-256 (hex) of the definition it is for; empty where there is none that somebody looked at
 * @param withheld whether the server changed that definition and nobody has accepted the change: then it does not run,
 *     whatever rules say
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
        Correlation correlation,
        String definitionHash,
        boolean withheld)
        implements GovernedCall {

    /** A call for something without a definition of its own. */
    public ContextCall(
            CallId id,
            Subject subject,
            Resource.OfServer resource,
            String operation,
            Arguments arguments,
            Content content,
            Estimate estimate,
            Deadline deadline,
            Correlation correlation) {
        this(id, subject, resource, operation, arguments, content, estimate, deadline, correlation, "", false);
    }
}
