package dev.portreeve.policy.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What rate limits still allow, at the tightest level of each sort, for the caller to see. Of limits that several replicas share
 * it is what this one knows.
 *
 * @param requests {@code null} if no limit counts them
 * @param tokens {@code null} if no limit counts them, or the call has none
 * @param retryAfter for a refused call: when it may be worth trying again; {@code null} if it was admitted
 */
public record Allowance(
        @Nullable Rate requests,
        @Nullable Rate tokens,
        @Nullable Duration retryAfter) {
    /**
     * One limit.
     *
     * @param limit how many in the limit's time
     * @param remaining how many of them could come now
     * @param resetsIn when all of them could come again, if nothing came meanwhile
     */
    public record Rate(long limit, long remaining, Duration resetsIn) {
        /** Whether less of it is left, for its size, than of another. */
        public boolean isTighterThan(Rate other) {
            return (double) remaining / limit < (double) other.remaining / other.limit;
        }
    }
}
