package dev.portreeve.policy.brake;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a user or agent is taken to have run away, and is paused until somebody resumes it. Of several above a member the nearest
 * holds. Each gateway counts what it sees itself, and adds what the others said a moment ago.
 *
 * @param sameCall how many times the same tool may run with the same arguments in {@code within}
 * @param within the time of {@code same-call}, 1s to 1h; 1m if absent
 * @param spendUsd what may be spent in {@code over}, in dollars
 * @param over the time of {@code spend-usd}, 1m to 1d; 5m if absent
 * @param depth how many keys there may be above a key that calls: sub-agents of sub-agents
 */
public record BrakeConfig(
        @Nullable Integer sameCall,
        @Nullable Duration within,
        @Nullable BigDecimal spendUsd,
        @Nullable Duration over,
        @Nullable Integer depth) {
    private static final Duration WITHIN = Duration.ofMinutes(1);
    private static final Duration OVER = Duration.ofMinutes(5);
    private static final int MOST_CALLS = 100;

    public BrakeConfig {
        if (sameCall == null && spendUsd == null && depth == null) {
            throw new IllegalArgumentException("a brake needs same-call, spend-usd or depth");
        }
        if (sameCall != null && (sameCall < 1 || sameCall > MOST_CALLS)) {
            throw new IllegalArgumentException("same-call is from 1 to " + MOST_CALLS);
        }
        within = checked("within", within == null ? WITHIN : within, Duration.ofSeconds(1), Duration.ofHours(1));
        over = checked("over", over == null ? OVER : over, Duration.ofMinutes(1), Duration.ofDays(1));
        if (spendUsd != null) {
            checkSpend(spendUsd);
        }
        if (depth != null && depth < 0) {
            throw new IllegalArgumentException("depth is at least 0");
        }
    }

    private static Duration checked(String key, Duration time, Duration least, Duration most) {
        if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    key + " is from " + least.toSeconds() + "s to " + most.toMinutes() + "m");
        }
        return time;
    }

    private static void checkSpend(BigDecimal dollars) {
        try {
            if (dollars.signum() <= 0 || NanoUsd.ofUsd(dollars).isZero()) {
                throw new IllegalArgumentException("spend-usd is above 0");
            }
        } catch (ArithmeticException unfit) {
            throw new IllegalArgumentException(
                    "spend-usd " + dollars + " is finer than a nano-dollar or beyond nine billion dollars", unfit);
        }
    }
}
