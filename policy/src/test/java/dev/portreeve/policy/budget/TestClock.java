package dev.portreeve.policy.budget;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves only when told. */
public final class TestClock implements InstantSource {
    private volatile Instant now;

    public TestClock(String start) {
        this.now = Instant.parse(start);
    }

    @Override
    public Instant instant() {
        return now;
    }

    public void advance(Duration time) {
        now = now.plus(time);
    }
}
