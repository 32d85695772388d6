package dev.portreeve.gateway.config;

import dev.portreeve.hub.seal.Purpose;
import java.time.Duration;

/**
 * Responses that the gateway keeps for providers that keep none, sealed in the database, for callers who do not say {@code store:
 * false}: so that a later request may go on from one, whatever model it goes to, and that one may be made in the background.
 *
 * @param keep whether any are kept; without it a request must say its whole conversation, and wait for its answer
 * @param retention how long one is kept
 * @param maxBytes of the items that one read, and of what it said; a longer one is answered, and not kept
 * @param maxBackground that one replica makes at once in the background
 * @param maxBackgroundPerMember of these, for one member
 * @param backgroundTimeout the longest that one may take in the background
 */
public record ResponsesConfig(
        @Default("true") boolean keep,
        @Default("30d") Duration retention,
        @Default("4194304") int maxBytes,
        @Default("64") int maxBackground,
        @Default("8") int maxBackgroundPerMember,
        @Default("30m") Duration backgroundTimeout) {
    public ResponsesConfig {
        if (retention.toMillis() < 1 || backgroundTimeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "responses.retention and responses.background-timeout must be above zero");
        }
        int most = Purpose.KEPT_RESPONSE.maxContentBytes();
        if (maxBytes < 1 || maxBytes > most) {
            throw new IllegalArgumentException("responses.max-bytes must be between 1 and " + most);
        }
        if (maxBackground < 1 || maxBackgroundPerMember < 1) {
            throw new IllegalArgumentException(
                    "responses.max-background and responses.max-background-per-member must be above zero");
        }
    }
}
