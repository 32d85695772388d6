package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ModelConfig.CoolDown;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a place is left out, for how long, and by whose fate it comes back. */
class HealthTest {
    private static final Instant NOON = Instant.parse("2026-05-14T12:00:00Z");
    private static final CoolDown THREE = new CoolDown(3, Duration.ofSeconds(30));

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final Health health = new Health("model \"a\" at provider \"one\"", now::get);

    private static Failure failure(FailureClass kind, Duration after) {
        return new Failure(kind, new UpstreamFault(UpstreamFault.Kind.REFUSED, 500, "it failed", false), after, null);
    }

    private void fails(int times) {
        for (int i = 0; i < times; i++) {
            health.failed(failure(FailureClass.SERVER, null), THREE);
        }
    }

    private void pass(Duration time) {
        now.updateAndGet(at -> at.plus(time));
    }

    @Test
    void failures_in_a_row_leave_it_out() {
        fails(2);
        assertTrue(health.isFit());
        fails(1);
        assertFalse(health.isFit());
        assertEquals(NOON.plusSeconds(30), health.outUntil());
        pass(Duration.ofSeconds(30));
        assertTrue(health.isFit());
    }

    @Test
    void an_answer_between_them_or_a_minute_begins_the_row_anew() {
        fails(2);
        health.succeeded();
        fails(2);
        assertTrue(health.isFit());
        pass(Duration.ofSeconds(61));
        fails(2);
        assertTrue(health.isFit());
        fails(1);
        assertFalse(health.isFit());
    }

    @Test
    void one_call_tries_it_and_each_failure_doubles_the_pause_up_to_ten_minutes() {
        fails(3);
        Duration pause = Duration.ofSeconds(30);
        for (int i = 0; i < 8; i++) {
            pass(pause);
            assertTrue(health.isFit());
            assertTrue(health.begin());
            assertFalse(health.isFit(), "others stay away while one tries");
            assertFalse(health.begin());
            fails(1);
            health.tried();
            pause = pause.multipliedBy(2).compareTo(Duration.ofMinutes(10)) > 0
                    ? Duration.ofMinutes(10)
                    : pause.multipliedBy(2);
            assertEquals(now.get().plus(pause), health.outUntil());
        }
        pass(pause);
        assertTrue(health.begin());
        health.succeeded();
        health.tried();
        assertNull(health.outUntil());
        assertFalse(health.begin(), "nothing hangs on the calls of a place that is well");
    }

    @Test
    void a_try_that_ends_without_a_verdict_leaves_the_next_one_to_another_call() {
        fails(3);
        pass(Duration.ofSeconds(31));
        assertTrue(health.begin());
        health.tried();
        assertTrue(health.isFit());
        assertTrue(health.begin());
    }

    @Test
    void a_throttled_place_is_left_alone_for_as_long_as_it_says_but_not_for_ever() {
        health.failed(failure(FailureClass.THROTTLED, Duration.ofSeconds(7)), THREE);
        assertEquals(NOON.plusSeconds(7), health.outUntil());
        pass(Duration.ofSeconds(8));
        assertTrue(health.begin());
        health.failed(failure(FailureClass.THROTTLED, Duration.ofDays(1)), THREE);
        assertEquals(now.get().plus(Duration.ofMinutes(10)), health.outUntil());
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureClass.class,
            names = {"CREDENTIAL", "ACCOUNT", "ACCESS"})
    void what_no_waiting_mends_leaves_it_out_at_once(FailureClass kind) {
        health.failed(failure(kind, null), THREE);
        assertFalse(health.isFit());
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureClass.class,
            names = {"BAD_REQUEST", "CONTEXT_WINDOW", "CONTENT_POLICY", "TOO_LARGE"})
    void a_request_at_fault_shows_that_the_place_is_alive(FailureClass kind) {
        fails(2);
        health.failed(failure(kind, null), THREE);
        fails(2);
        assertTrue(health.isFit());
    }

    @Test
    void calls_that_were_under_way_when_it_was_left_out_do_not_prolong_that() {
        fails(3);
        pass(Duration.ofSeconds(10));
        fails(20);
        assertEquals(NOON.plusSeconds(30), health.outUntil());
    }

    @Test
    void a_clock_that_is_set_back_does_not_keep_it_out() {
        fails(3);
        now.set(NOON.minus(Duration.ofDays(1)));
        assertTrue(health.isFit());
    }

    @Test
    void no_pause_never_leaves_it_out() {
        for (int i = 0; i < 10; i++) {
            health.failed(failure(FailureClass.SERVER, null), new CoolDown(1, Duration.ZERO));
        }
        assertTrue(health.isFit());
    }
}
