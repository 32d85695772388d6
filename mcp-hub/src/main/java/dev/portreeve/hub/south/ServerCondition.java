package dev.portreeve.hub.south;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a server is at this moment, for operators.
 *
 * @param breaker {@code closed}: requests go through; {@code open}: they are turned away until {@code retryAt};
 *     {@code trying}: one request finds out whether it is back
 * @param failures requests in a row that got no connection or no answer
 * @param failingSince the first of them; {@code null} without any
 * @param retryAt when the next request is let through; {@code null} unless requests are turned away
 * @param processes how many processes of a stdio server run
 * @param errorLines what they last wrote to their error streams; as the server wrote it, so it may hold anything
 */
public record ServerCondition(
        String breaker,
        int failures,
        @Nullable Instant failingSince,
        @Nullable Instant retryAt,
        int processes,
        List<String> errorLines) {
    /** Nothing to report. */
    public static final ServerCondition FINE = new ServerCondition("closed", 0, null, null, 0, List.of());

    public ServerCondition {
        errorLines = List.copyOf(errorLines);
    }

    static ServerCondition ofProcesses(int processes, List<String> errorLines) {
        return new ServerCondition(FINE.breaker, 0, null, null, processes, errorLines);
    }
}
