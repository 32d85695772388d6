package dev.portreeve.hub.credential;

import dev.portreeve.policy.call.Secret;
import java.time.Duration;
import java.time.Instant;

/**
 * An access token.
 *
 * @param issuer who gave it, so that a server which moves to another one does not get it
 * @param scopes that were asked for
 */
public record Token(Secret value, String issuer, String scopes, Instant issuedAt, Instant expiresAt) {
    private static final Duration LEAST_MARGIN = Duration.ofSeconds(10);
    private static final int MARGIN_SHARE = 10;

    /** Whether a server will still take it when it gets there. */
    boolean isUsable(Instant now) {
        return now.plus(LEAST_MARGIN).isBefore(expiresAt);
    }

    /** Whether it is time to get the next one, in the last tenth of its life. */
    boolean isOld(Instant now) {
        Duration margin =
                Duration.between(issuedAt, expiresAt).dividedBy(MARGIN_SHARE).plus(LEAST_MARGIN);
        return !now.plus(margin).isBefore(expiresAt);
    }
}
