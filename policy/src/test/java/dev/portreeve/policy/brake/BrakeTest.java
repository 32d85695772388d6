package dev.portreeve.policy.brake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BrakeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;

    private static Brake same(int times) {
        return new Brake(new BrakeConfig(times, Duration.ofMinutes(1), null, null, null), 0);
    }

    private static Brake spend(String dollars) {
        return new Brake(new BrakeConfig(null, null, new BigDecimal(dollars), Duration.ofMinutes(10), null), 0);
    }

    @Test
    void theSameCallSoManyTimesWithinTheTime() {
        Brake brake = same(3);
        assertNull(brake.ran("a", "files__read", 0, Counted.Elsewhere.NOTHING));
        assertNull(brake.ran("b", "files__read", 0, Counted.Elsewhere.NOTHING));
        assertNull(brake.ran("a", "files__read", 30 * SECOND, Counted.Elsewhere.NOTHING));
        assertNull(
                brake.ran("a", "files__read", 61 * SECOND, Counted.Elsewhere.NOTHING), "the first lies too far back");
        assertEquals(
                "it called files__read 3 times with the same arguments within 60s",
                brake.ran("a", "files__read", 62 * SECOND, Counted.Elsewhere.NOTHING));
        assertNull(
                brake.ran("a", "files__read", 63 * SECOND, Counted.Elsewhere.NOTHING), "counted anew after the pause");
    }

    @Test
    void otherCallsBetweenDoNotHideIt() {
        Brake brake = same(3);
        for (int i = 0; i < 2; i++) {
            assertNull(brake.ran("a", "t", i, Counted.Elsewhere.NOTHING));
            for (int other = 0; other < 50; other++) {
                assertNull(brake.ran("other " + i + other, "t", i, Counted.Elsewhere.NOTHING));
            }
        }
        assertNotNull(brake.ran("a", "t", 3, Counted.Elsewhere.NOTHING));
    }

    @Test
    void whatIsRememberedIsBounded() {
        Brake brake = same(2);
        assertNull(brake.ran("a", "t", 0, Counted.Elsewhere.NOTHING));
        for (int other = 0; other < 10_000; other++) {
            assertNull(brake.ran("other " + other, "t", 0, Counted.Elsewhere.NOTHING));
        }
        assertNull(brake.ran("a", "t", 1, Counted.Elsewhere.NOTHING), "forgotten among so many others");
    }

    @Test
    void moneyWithinTheTime() {
        Brake brake = spend("1");
        assertNull(brake.spent(NanoUsd.ofUsd("0.6"), 0, Counted.Elsewhere.NOTHING));
        assertNull(brake.spent(NanoUsd.ofUsd("0.4"), 5 * MINUTE, Counted.Elsewhere.NOTHING), "as much as is allowed");
        assertNull(
                brake.spent(NanoUsd.ofUsd("0.5"), 11 * MINUTE, Counted.Elsewhere.NOTHING),
                "the first lies too far back");
        assertNotNull(brake.spent(NanoUsd.ofUsd("0.2"), 12 * MINUTE, Counted.Elsewhere.NOTHING));
        assertNull(
                brake.spent(NanoUsd.ofUsd("0.2"), 12 * MINUTE, Counted.Elsewhere.NOTHING),
                "counted anew after the pause");
        assertNull(brake.spent(NanoUsd.ofUsd("0.9"), 1000 * MINUTE, Counted.Elsewhere.NOTHING));
        assertNotNull(
                brake.spent(new NanoUsd(Long.MAX_VALUE), 1000 * MINUTE, Counted.Elsewhere.NOTHING),
                "nothing overflows");
    }

    @Test
    void aBrakeThatCouldNeverHoldIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BrakeConfig(null, null, null, null, null));
        assertThrows(IllegalArgumentException.class, () -> same(0));
        assertThrows(IllegalArgumentException.class, () -> spend("0"));
        assertThrows(IllegalArgumentException.class, () -> spend("-1"));
        assertThrows(IllegalArgumentException.class, () -> new BrakeConfig(3, Duration.ofDays(2), null, null, null));
    }
}
