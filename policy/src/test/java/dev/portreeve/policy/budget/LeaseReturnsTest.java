package dev.portreeve.policy.budget;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class LeaseReturnsTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final WindowKey MINE = new WindowKey("acme", "member:bot:total", Instant.EPOCH);

    private final LeaseReturns returns = new LeaseReturns();

    @Test
    void whoWaitsIsWokenByItsOwnWindowOnly() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                LeaseReturns.Ear ear = returns.listen(List.of(MINE))) {
            Future<Boolean> waiting = threads.submit(() -> ear.await(LONG));
            returns.notified("acme\nmember:ana:total\n0");
            returns.notified("acme\nmember:bot:total\n86400");
            assertThrows(TimeoutException.class, () -> waiting.get(50, TimeUnit.MILLISECONDS));
            returns.notified("acme\nmember:bot:total\n0");
            assertTrue(waiting.get(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void whatIsSaidBeforeTheWaitIsHeardOnce() {
        try (LeaseReturns.Ear ear = returns.listen(List.of(MINE))) {
            returns.notified("acme\nmember:bot:total\n0");
            assertTrue(ear.await(LONG));
            assertTrue(ear.await(Duration.ofMillis(1)), "and the end of a wait is no interrupt");
        }
        returns.notified("acme\nmember:bot:total\n0");
    }

    @Test
    void aNewConnectionWakesEverybodyBecauseSomethingMayHaveBeenMissed() {
        try (LeaseReturns.Ear ear = returns.listen(List.of(MINE))) {
            returns.connected();
            assertTrue(ear.await(LONG));
        }
    }

    @Test
    void anInterruptEndsTheWaitAndStays() {
        try (LeaseReturns.Ear ear = returns.listen(List.of(MINE))) {
            Thread.currentThread().interrupt();
            assertFalse(ear.await(LONG));
            assertTrue(Thread.interrupted());
        }
    }
}
