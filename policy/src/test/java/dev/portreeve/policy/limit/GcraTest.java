package dev.portreeve.policy.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcraTest {
    private static final long SECOND = 1_000_000_000L;

    /** The same by the book: a level that rises evenly, in exact fractions; {@code level} counts units times the period. */
    private static final class Bucket {
        private final long rate;
        private final long period;
        private final BigInteger full;
        private BigInteger level;
        private long at;

        Bucket(long rate, Duration per, long burst) {
            this.rate = rate;
            this.period = per.toNanos();
            this.full = BigInteger.valueOf(burst).multiply(BigInteger.valueOf(period));
            this.level = full;
        }

        private void rise(long now) {
            BigInteger more = BigInteger.valueOf(now - at).multiply(BigInteger.valueOf(rate));
            level = level.add(more).min(full);
            at = now;
        }

        /** How many units times the period are missing; below zero if some are left. */
        BigInteger missing(long units, long now) {
            rise(now);
            return BigInteger.valueOf(units)
                    .multiply(BigInteger.valueOf(period))
                    .subtract(level);
        }

        void take(long units) {
            level = level.subtract(BigInteger.valueOf(units).multiply(BigInteger.valueOf(period)));
        }

        void giveBack(long units) {
            level = level.add(BigInteger.valueOf(units).multiply(BigInteger.valueOf(period)))
                    .min(full);
        }
    }

    private static Gcra whole(long rate, Duration per, long burst) {
        Gcra meter = new Gcra(rate, per, burst, 0);
        meter.receive(Gcra.PARTS, 0, 0);
        return meter;
    }

    @Test
    void aBurstComesAtOnceAndThenOneAtATime() {
        Gcra meter = whole(60, Duration.ofMinutes(1), 5);
        for (int i = 0; i < 5; i++) {
            assertEquals(0, meter.admit(1, 0));
        }
        assertEquals(SECOND, meter.admit(1, 0), "the next one comes with the next second");
        assertEquals(1, meter.admit(1, SECOND - 1));
        assertEquals(0, meter.admit(1, SECOND));
        assertEquals(SECOND, meter.admit(1, SECOND));
        assertEquals(5, meter.free(100 * SECOND));
        assertEquals(Long.MAX_VALUE, meter.admit(6, 100 * SECOND), "more than a burst never comes at once");
    }

    @Test
    void whatDoesNotDivideDoesNotDrift() {
        Gcra meter = whole(7, Duration.ofSeconds(1), 1);
        long now = 0;
        long admitted = 0;
        while (now < 1000 * SECOND) {
            long wait = meter.admit(1, now);
            admitted += wait == 0 ? 1 : 0;
            now += wait;
        }
        assertEquals(7 * 1000, admitted, "seven a second for a thousand seconds");
    }

    /** A nanosecond before the model, for a capacity is rounded up to whole ones. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void admitsExactlyWhatTheModelAdmits(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            long rate = 1 + Math.abs(random.nextLong() % (random.nextBoolean() ? 20 : 1_000_000_000L));
            Duration per = Duration.ofSeconds(1 + random.nextInt(3600));
            long burst = Math.max(1, Math.min(1_000_000_000L, rate * (1 + random.nextInt(10)) / 3));
            follow(whole(rate, per, burst), new Bucket(rate, per, burst), burst, random);
        }
    }

    private static void follow(Gcra meter, Bucket model, long burst, Random random) {
        long now = 0;
        for (int step = 0; step < 200; step++) {
            now += random.nextInt(4) == 0
                    ? 0
                    : Math.abs(random.nextLong() % (model.period * burst / model.rate / 3 + 2));
            long units = 1 + Math.abs(random.nextLong() % burst);
            BigInteger missing = model.missing(units, now);
            long wait = meter.admit(units, now);
            BigInteger ofOneNano = BigInteger.valueOf(model.rate);
            if (wait == 0) {
                assertTrue(missing.compareTo(ofOneNano) <= 0, () -> "admitted although short of " + missing);
                model.take(units);
                if (random.nextInt(3) == 0) {
                    long back = 1 + Math.abs(random.nextLong() % units);
                    meter.giveBack(back, now);
                    model.giveBack(back);
                }
            } else {
                assertTrue(missing.signum() > 0, () -> "refused although enough was left: " + missing);
                BigInteger comes = ofOneNano.multiply(BigInteger.valueOf(wait));
                assertTrue(
                        comes.subtract(missing).abs().compareTo(ofOneNano.multiply(BigInteger.TWO)) <= 0,
                        () -> "says " + wait + " ns, but " + missing + " are missing");
            }
        }
    }

    /** However parts move between shares, together they admit no more than the whole would have. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void sharesTogetherNeverAdmitMoreThanTheWhole(long seed) {
        Random random = new Random(seed);
        long rate = 1L + random.nextInt(1000);
        Duration per = Duration.ofSeconds(1 + random.nextInt(60));
        long burst = 1L + random.nextInt(500);
        Gcra[] shares = new Gcra[3];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = new Gcra(rate, per, burst, 0);
        }
        shares[0].receive(Gcra.PARTS, 0, 0);
        Deque<long[]> admitted = new ArrayDeque<>();
        long now = 0;
        for (int step = 0; step < 3000; step++) {
            now += Math.abs(random.nextLong() % (per.toNanos() / rate));
            Gcra share = shares[random.nextInt(shares.length)];
            if (random.nextInt(5) == 0) {
                long parts = (long) (random.nextDouble() * (share.parts() + 1));
                long debt = share.give(parts, now);
                shares[random.nextInt(shares.length)].receive(parts, debt, now);
            } else {
                long units = 1L + random.nextInt((int) Math.max(1, burst / 4));
                if (share.admit(units, now) == 0) {
                    admitted.add(new long[] {now, units});
                }
            }
        }
        assertNeverAbove(admitted, rate, per, burst);
    }

    static void assertNeverAbove(Deque<long[]> admitted, long rate, Duration per, long burst) {
        // By the level of the whole bucket: it never falls below zero, but for the nanosecond of each share's rounding.
        Bucket model = new Bucket(rate, per, burst);
        BigInteger slack = BigInteger.valueOf(rate).multiply(BigInteger.valueOf(1_000 + admitted.size()));
        for (long[] each : admitted) {
            BigInteger missing = model.missing(each[1], each[0]);
            assertTrue(missing.compareTo(slack) <= 0, () -> "above the limit by " + missing + " of " + slack);
            model.take(each[1]);
        }
    }

    @Test
    void partsTakeTheirDebtAlong() {
        Gcra one = whole(60, Duration.ofMinutes(1), 60);
        Gcra two = new Gcra(60, Duration.ofMinutes(1), 60, 0);
        assertEquals(0, one.admit(60, 0));
        two.receive(500, one.give(500, 0), 0);
        assertEquals(0, one.free(0) + two.free(0), "the burst is used up on both");
        assertEquals(15, one.free(30 * SECOND));
        assertEquals(15, two.free(30 * SECOND));
    }

    @Test
    void whatWasUsedBeyondIsPaidBackFirst() {
        Gcra meter = whole(10, Duration.ofSeconds(1), 10);
        assertEquals(0, meter.admit(10, 0));
        meter.charge(10, 0);
        assertEquals(0, meter.free(SECOND));
        assertEquals(10, meter.free(2 * SECOND));
    }

    @Test
    void nothingOverflows() {
        Gcra meter = whole(1, Duration.ofHours(1), 24);
        for (int i = 0; i < 100_000; i++) {
            meter.charge(1_000_000_000L / 24, 0);
        }
        assertTrue(meter.debt() > 0);
        assertEquals(0, meter.free(SECOND));
        Gcra fast = whole(1_000_000_000L, Duration.ofSeconds(1), 1_000_000_000L);
        assertEquals(0, fast.admit(1_000_000_000L, 0));
        assertEquals(1, fast.admit(1, 0));
    }
}
