package dev.portreeve.hub.north;

import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** How often a principal may do something in a minute. Never blocks; thread-safe. */
final class RateLimit {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final int perMinute;
    private final InstantSource clock;
    private final Map<Subject, Integer> counts = new HashMap<>();
    private Instant began;

    RateLimit(int perMinute, InstantSource clock) {
        this.perMinute = perMinute;
        this.clock = clock;
        this.began = clock.instant();
    }

    /** Counts one; false if it is one too many. */
    synchronized boolean admit(Subject subject) {
        Instant now = clock.instant();
        if (!now.isBefore(began.plus(MINUTE))) {
            // All minutes begin together, so that what is remembered is bounded by who came in one.
            counts.clear();
            began = now;
        }
        return counts.merge(subject, 1, Integer::sum) <= perMinute;
    }
}
