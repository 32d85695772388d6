package dev.portreeve.gateway;

import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Version 7 UUIDs (RFC 9562) that ascend within this process: 48 bits of milliseconds, a 12-bit counter that starts anew in
 * each, 62 random bits. Thread-safe.
 */
final class TimeOrderedIds implements Supplier<UUID> {
    private static final int COUNTER_LIMIT = 1 << 12;
    private final InstantSource clock;
    private final RandomGenerator random;
    private long lastMillis;
    private int counter;

    TimeOrderedIds(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public synchronized UUID get() {
        long millis = clock.millis();
        if (millis > lastMillis) {
            lastMillis = millis;
            counter = random.nextInt(COUNTER_LIMIT / 2);
        } else if (++counter == COUNTER_LIMIT) {
            lastMillis++;
            counter = 0;
        }
        long high = (lastMillis << 16) | 0x7000L | counter;
        long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
