package dev.portreeve.hub.north;

import java.time.Duration;

/**
 * Bounds on what callers may take.
 *
 * @param sessionsPerPrincipal beyond these, a principal's longest unused session ends
 * @param sessions of all principals together; beyond these, new ones are refused
 * @param sessionIdle after which a session ends
 * @param callsPerSession under way at once
 * @param streamAfter how long an answer is awaited before it becomes an event stream
 * @param reportEvery how often a caller that asked for progress hears something while a person decides
 */
public record NorthLimits(
        int sessionsPerPrincipal,
        int sessions,
        Duration sessionIdle,
        int callsPerSession,
        Duration streamAfter,
        Duration reportEvery,
        StreamLimits streams) {
    public static final NorthLimits DEFAULT = new NorthLimits(
            64,
            20_000,
            Duration.ofMinutes(30),
            64,
            Duration.ofMillis(1500),
            Duration.ofSeconds(10),
            StreamLimits.DEFAULT);
}
