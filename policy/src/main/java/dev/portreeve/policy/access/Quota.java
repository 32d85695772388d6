package dev.portreeve.policy.access;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much of what a rule matches may run. Exactly one of {@code requests}, {@code tokens} and {@code concurrency} says what is counted.
 *
 * @param requests calls that run per {@code per}
 * @param tokens input and output tokens of model calls per {@code per}
 * @param concurrency calls that may run at once
 * @param per the time in which so many may come, 1s to 1h; 1m if absent
 * @param by who has it for itself; each member if absent
 */
public record Quota(
        @Nullable Long requests,
        @Nullable Long tokens,
        @Nullable Integer concurrency,
        @Nullable Duration per,
        @Nullable By by) {
    private static final long MOST = 1_000_000_000;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Who has a quota for itself. */
    public enum By {
        MEMBER,
        /** With all keys that came of it. */
        KEY,
        /** Members of no team have one together. */
        TEAM,
        /** Callers name it; those that name none have one together. */
        SESSION,
        /** All of a tenant have it together. */
        RULE
    }

    public Quota {
        int said = (requests == null ? 0 : 1) + (tokens == null ? 0 : 1) + (concurrency == null ? 0 : 1);
        if (said != 1) {
            throw new IllegalArgumentException(
                    "a limit counts exactly one of requests, tokens and concurrency: write one rule for each");
        }
        long amount = requests != null ? requests : tokens != null ? tokens : concurrency == null ? 0 : concurrency;
        if (amount < 1 || amount > MOST) {
            throw new IllegalArgumentException("a limit is from 1 to " + MOST + "; to forbid calls write a deny");
        }
        if (concurrency != null && per != null) {
            throw new IllegalArgumentException("concurrency is how many run at once: it has no per");
        }
        if (per != null && (per.compareTo(SHORTEST) < 0 || per.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException(
                    "per is from 1s to 1h: for a day's quota use a budget of requests or tokens");
        }
        by = by == null ? By.MEMBER : by;
    }
}
