package dev.portreeve.audit.lag;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Records that something has not come to yet.
 *
 * @param records how many; at most {@link #MOST} are counted
 * @param oldest when the first of them happened; {@code null} if there is none
 */
public record Behind(long records, @Nullable Instant oldest) {
    /** Counting more would cost more than it tells. */
    public static final int MOST = 100_000;

    /** How long the first of them waits; zero if there is none. */
    public Duration age(Instant now) {
        Instant since = oldest;
        return since == null || since.isAfter(now) ? Duration.ZERO : Duration.between(since, now);
    }
}
