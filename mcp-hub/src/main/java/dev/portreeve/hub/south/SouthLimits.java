package dev.portreeve.hub.south;

import java.time.Duration;

/**
 * Bounds on what downstream servers may take from the gateway.
 *
 * @param maxMessageBytes the longest message taken from a server
 * @param maxTools the most tools of one server, and prompts, and templates
 * @param maxResources the most resources of one server
 * @param connectTimeout for one connection to be made
 * @param startTimeout for a stdio server to start and shake hands; a first start may download it
 * @param probeTimeout how long a server may think about the modern greeting before the older one is tried
 * @param stopTimeout how long a stdio server may take to end by itself
 * @param maxSessions of callers with one server of the older era at once; over stdio each is a process
 * @param sessionIdle after which an unused session ends
 */
public record SouthLimits(
        int maxMessageBytes,
        int maxTools,
        int maxResources,
        Duration connectTimeout,
        Duration startTimeout,
        Duration probeTimeout,
        Duration stopTimeout,
        int maxSessions,
        Duration sessionIdle) {
    public static final SouthLimits DEFAULT = new SouthLimits(
            8 * 1024 * 1024,
            1000,
            10_000,
            Duration.ofSeconds(3),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            64,
            Duration.ofMinutes(15));
}
