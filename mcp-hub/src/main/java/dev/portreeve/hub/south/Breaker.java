package dev.portreeve.hub.south;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps requests away from a server that does not answer. Closed until a number of requests in a row failed for want of a
 * connection or an answer; then open, and every request is turned away at once. When the pause is over one request is let
 * through to try it: if it succeeds the breaker closes, if not the next pause is twice as long. Never blocks; thread-safe.
 */
final class Breaker {
    /** Where it stands. */
    enum Position {
        CLOSED,
        OPEN,
        /** The pause is over; one request is trying. */
        TRYING
    }

    /**
     * Where it stands and since when.
     *
     * @param failures in a row
     * @param since the first of them; {@code null} without any
     * @param until when the next request is let through; {@code null} unless it is open
     */
    record State(
            Position position,
            int failures,
            @Nullable Instant since,
            @Nullable Instant until) {}

    private final int threshold;
    private final Duration firstPause;
    private final Duration longestPause;
    private final InstantSource clock;
    private Position position = Position.CLOSED;
    private int failures;
    private Duration pause;
    private @Nullable Instant since;
    private @Nullable Instant until;

    /** @param threshold failures in a row that open it */
    Breaker(int threshold, Duration firstPause, Duration longestPause, InstantSource clock) {
        this.threshold = threshold;
        this.firstPause = firstPause;
        this.longestPause = longestPause;
        this.clock = clock;
        this.pause = firstPause;
    }

    /** Whether a request may go through now; if so, exactly one of the methods below must be told how it ended. */
    synchronized boolean admits() {
        Instant end = until;
        boolean over = end != null && !clock.instant().isBefore(end);
        switch (position) {
            case CLOSED -> {
                return true;
            }
            case OPEN -> {
                if (over) {
                    position = Position.TRYING;
                }
                return over;
            }
            case TRYING -> {
                return false;
            }
        }
        return false;
    }

    synchronized void succeeded() {
        position = Position.CLOSED;
        failures = 0;
        pause = firstPause;
        since = null;
        until = null;
    }

    synchronized void failed() {
        Instant now = clock.instant();
        failures++;
        if (since == null) {
            since = now;
        }
        if (position == Position.TRYING) {
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(longestPause) < 0 ? twice : longestPause;
            open(now);
        } else if (position == Position.CLOSED && failures >= threshold) {
            open(now);
        }
    }

    private void open(Instant now) {
        position = Position.OPEN;
        until = now.plus(pause);
    }

    /** Nothing was learnt: the caller gave up. */
    synchronized void abandoned() {
        if (position == Position.TRYING) {
            position = Position.OPEN;
        }
    }

    synchronized State state() {
        return new State(position, failures, since, position == Position.OPEN ? until : null);
    }
}
