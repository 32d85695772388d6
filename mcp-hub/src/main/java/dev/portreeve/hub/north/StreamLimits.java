package dev.portreeve.hub.north;

import java.time.Duration;

/**
 * Bounds on what is said to callers outside an answer.
 *
 * @param logEvents kept for one stream: as many a slow reader may lag behind
 * @param logBytes kept for one stream
 * @param allLogBytes kept for all streams of all sessions
 * @param endedLogs of streams that are over, kept for one session in case their end was not received
 * @param streamAge after which a listening stream ends, so that the caller proves anew who it is
 * @param retry after which a caller whose stream broke should come back
 * @param standing streams of one principal that stand open to listen
 * @param allStanding streams of all principals that stand open to listen; well below the requests the edge takes at once
 * @param subscribedResources of one session or one listening stream
 * @param subscribedByPrincipal resources in all sessions and streams of one principal
 * @param subscribedByAll resources in all sessions and streams of all
 * @param subscribesPerMinute of one principal
 */
public record StreamLimits(
        int logEvents,
        int logBytes,
        long allLogBytes,
        int endedLogs,
        Duration streamAge,
        Duration retry,
        int standing,
        int allStanding,
        int subscribedResources,
        int subscribedByPrincipal,
        int subscribedByAll,
        int subscribesPerMinute) {
    public static final StreamLimits DEFAULT = new StreamLimits(
            256,
            256 * 1024,
            64L * 1024 * 1024,
            4,
            Duration.ofMinutes(10),
            Duration.ofSeconds(1),
            32,
            512,
            256,
            1024,
            20_000,
            300);

    /** The longest single thing that is told on a stream that may be repeated: longer ones would push out all others. */
    int toldAtOnce() {
        return logBytes / 2;
    }
}
