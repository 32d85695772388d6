package dev.portreeve.hub.south;

import java.time.Duration;

/**
 * How long a process that keeps ending is left alone before it is started again: at first not at all, then half a second,
 * doubled each time, until a request succeeds. Thread-safe.
 */
final class RestartPause {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final int MAX_DOUBLINGS = 7;

    private int failures;
    private long failedAtNanos = System.nanoTime();

    /** It could not be started, or ended by itself. */
    synchronized void failed() {
        failures++;
        failedAtNanos = System.nanoTime();
    }

    synchronized void succeeded() {
        failures = 0;
    }

    /** What is left of the pause; zero or less if there is none. */
    synchronized Duration left() {
        if (failures <= 1) {
            return Duration.ZERO;
        }
        Duration pause = FIRST.multipliedBy(1L << Math.min(failures - 2, MAX_DOUBLINGS));
        return pause.minusNanos(System.nanoTime() - failedAtNanos);
    }
}
