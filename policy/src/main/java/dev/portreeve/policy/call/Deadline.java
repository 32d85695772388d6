package dev.portreeve.policy.call;

import java.time.Duration;

/** The moment, by this process's monotonic clock, after which nobody waits for a call any more. */
public record Deadline(long nanoTime) {
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** What is left; zero once it has passed. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    public boolean isPast() {
        return System.nanoTime() - nanoTime >= 0;
    }
}
