package dev.portreeve.hub.north;

import java.time.Duration;

/**
 * Bounds on tasks.
 *
 * @param perPrincipal tasks of one principal that are not over; beyond these, no call becomes one
 * @param all of all principals together
 * @param ttl the longest a task can be asked about
 * @param shortestPoll what callers are told to wait between two looks, at the least
 * @param requestsPerMinute of one principal about its tasks
 */
record TaskLimits(int perPrincipal, int all, Duration ttl, Duration shortestPoll, int requestsPerMinute) {
    static final TaskLimits DEFAULT = new TaskLimits(64, 10_000, Duration.ofHours(24), Duration.ofMillis(500), 600);
}
