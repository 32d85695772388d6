package dev.portreeve.hub.catalog;

/**
 * What an operator lets a server ask its callers beyond what every server may.
 *
 * @param privatePages whether it may send callers to pages on their own machine or in a private network, also over http
 * @param secrets whether its forms may ask for passwords, keys and the like, which the protocol forbids
 */
public record QuestionPolicy(boolean privatePages, boolean secrets) {
    /** What holds if nothing is said. */
    public static final QuestionPolicy STRICT = new QuestionPolicy(false, false);
}
