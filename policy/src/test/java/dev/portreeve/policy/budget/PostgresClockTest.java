package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.migrations.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In these tests this machine's clock is the database's. */
class PostgresClockTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private TestDatabase database;

    @BeforeEach
    void open() {
        database = TestDatabase.fresh();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static void assertBetween(Instant before, PostgresClock clock, Instant after) {
        Instant said = clock.instant();
        assertTrue(!said.isBefore(before) && !said.isAfter(after), before + " " + said + " " + after);
    }

    @Test
    void saysWhatTheDatabaseSays() {
        AtomicLong monotonic = new AtomicLong(-5);
        Instant before = Instant.now();
        PostgresClock clock = new PostgresClock(database.app().dataSource(), monotonic::get);
        Instant after = Instant.now();
        assertBetween(before, clock, after);
        monotonic.addAndGet(HOUR.toNanos());
        assertBetween(before.plus(HOUR), clock, after.plus(HOUR));
    }

    @Test
    void isSetWhenTheDatabaseSaysSomethingElse() {
        AtomicLong monotonic = new AtomicLong();
        PostgresClock clock = new PostgresClock(database.app().dataSource(), monotonic::get);
        monotonic.addAndGet(HOUR.toNanos());
        Instant before = Instant.now();
        clock.set();
        assertBetween(before, clock, Instant.now());
    }

    @Test
    void doesNotJumpWithASlowAnswer() {
        AtomicLong monotonic = new AtomicLong();
        AtomicLong step = new AtomicLong();
        PostgresClock clock = new PostgresClock(database.app().dataSource(), () -> monotonic.getAndAdd(step.get()));
        // From now on every look at this clock takes an hour, and so does every answer: half an hour of doubt.
        step.set(HOUR.toNanos());
        clock.set();
        step.set(0);
        Instant expected = clock.instant();
        assertEquals(2 * HOUR.toNanos(), monotonic.get());
        Instant now = Instant.now();
        assertTrue(expected.isAfter(now.plus(Duration.ofMinutes(100))), "two hours on, as it counted by itself");
    }

    /** Which window a call falls into does not hang on the clock of the machine that the gateway runs on. */
    @Test
    void everyReplicaIsInTheSameWindow() {
        List<Long> monotonics = List.of(0L, HOUR.toNanos(), -HOUR.toNanos(), Long.MAX_VALUE, Long.MIN_VALUE);
        for (long start : monotonics) {
            Instant before = Instant.now();
            PostgresClock clock = new PostgresClock(database.app().dataSource(), () -> start);
            assertBetween(before, clock, Instant.now());
        }
    }
}
