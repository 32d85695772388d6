package dev.portreeve.audit.process;

import java.time.Duration;

/**
 * How processes watch each other.
 *
 * @param beat how often each gives a sign of life
 * @param silence how long one is silent before another takes it for gone
 * @param steady how many signs of life one must have given itself, one after the other, before it judges: where the database was away for all,
 *     all were silent
 */
public record ProcessTimes(Duration beat, Duration silence, int steady) {
    public static final ProcessTimes DEFAULT = new ProcessTimes(Duration.ofSeconds(5), Duration.ofMinutes(1), 2);

    public ProcessTimes {
        if (beat.isNegative() || beat.isZero() || silence.compareTo(beat) < 0 || steady < 1) {
            throw new IllegalArgumentException(
                    "a process is silent for longer than a beat before it is taken for gone");
        }
    }
}
