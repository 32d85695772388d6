package dev.portreeve.hub.north;

import java.time.Duration;

/**
 * Bounds on what servers may ask callers.
 *
 * @param answerWithin how long an answer is awaited; then the request is given up
 * @param parkedPerPrincipal requests of one principal that wait for an answer between rounds
 * @param parked of all principals together
 * @param rounds how often one request may come back with more questions
 */
record RoundLimits(Duration answerWithin, int parkedPerPrincipal, int parked, int rounds) {
    static final RoundLimits DEFAULT = new RoundLimits(Duration.ofMinutes(10), 16, 1000, 20);
}
