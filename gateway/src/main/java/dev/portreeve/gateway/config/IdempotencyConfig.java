package dev.portreeve.gateway.config;

import java.time.Duration;

/**
 * Calls under an {@code Idempotency-Key}: made once, answered again from what is kept, sealed, in the database.
 *
 * @param keep how long the answer to a key stands; a call under the same key after that is a new one
 * @param maxAnswerBytes the largest answer that is kept; a larger one is passed on and cannot be asked for again
 */
public record IdempotencyConfig(
        @Default("24h") Duration keep, @Default("4194304") int maxAnswerBytes) {
    private static final Duration MOST = Duration.ofDays(30);
    private static final int MOST_BYTES = 32 * 1024 * 1024;

    public IdempotencyConfig {
        if (keep.isNegative() || keep.isZero() || keep.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("keep must be above zero and at most 30d");
        }
        if (maxAnswerBytes < 1 || maxAnswerBytes > MOST_BYTES) {
            throw new IllegalArgumentException("max-answer-bytes must be between 1 and " + MOST_BYTES);
        }
    }
}
