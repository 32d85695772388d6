package dev.portreeve.audit;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes version 7 UUIDs (RFC 9562) that ascend within this process: 48 bits of milliseconds, a 12-bit counter that starts
 * anew each millisecond, 62 random bits. For one thread.
 */
final class RecordIds {
    private static final int COUNTER_LIMIT = 1 << 12;
    private final RandomGenerator random;
    private long lastMillis;
    private int counter;

    RecordIds(RandomGenerator random) {
        this.random = random;
    }

    UUID next(Instant at) {
        long millis = at.toEpochMilli();
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
