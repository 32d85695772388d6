package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CancellationTest {
    private record Chunk() implements Output<Chunk> {
        @Override
        public List<TextRun> text() {
            return List.of();
        }

        @Override
        public Chunk withText(List<TextRun> text) {
            return this;
        }
    }

    private final Cancellation cancellation = new Cancellation();

    private CallOutcome.Incomplete ending(Upstream<Chunk> upstream) {
        return assertThrows(CallEnded.class, () -> execute(upstream)).outcome();
    }

    private Usage execute(Upstream<Chunk> upstream) throws CallEnded {
        return cancellation.guard(upstream).execute(Clearance.of(Content.EMPTY), chunk -> {});
    }

    private static CallEnded failed() {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(UpstreamFault.Kind.CUT, 0, "interrupted", true)));
    }

    @Test
    void endsAWaitAndLeavesNoInterrupt() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> interruptedAfterwards = threads.submit(() -> {
                CallOutcome outcome = ending((input, out) -> {
                    waiting.countDown();
                    try {
                        new CountDownLatch(1).await();
                        throw new AssertionError("nobody counts down");
                    } catch (InterruptedException e) {
                        // As a careful adapter does.
                        Thread.currentThread().interrupt();
                        throw failed();
                    }
                });
                assertInstanceOf(CallOutcome.Abandoned.class, outcome);
                return Thread.currentThread().isInterrupted();
            });
            waiting.await();
            cancellation.cancel();
            assertFalse(interruptedAfterwards.get());
        }
    }

    @Test
    void aCancelledCallDoesNotStart() {
        cancellation.cancel();
        assertFalse(Thread.currentThread().isInterrupted());
        AtomicBoolean ran = new AtomicBoolean();
        assertInstanceOf(CallOutcome.Abandoned.class, ending((input, out) -> {
            ran.set(true);
            return Usage.NO_TOKENS;
        }));
        assertFalse(ran.get());
    }

    @Test
    void cancellingTooLateTouchesNobody() throws CallEnded {
        assertEquals(Usage.NO_TOKENS, execute((input, out) -> Usage.NO_TOKENS));
        cancellation.cancel();
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void anInterruptThatStoppedNothingIsCleared() throws CallEnded {
        assertEquals(Usage.NO_TOKENS, execute((input, out) -> {
            cancellation.cancel();
            assertTrue(Thread.currentThread().isInterrupted());
            return Usage.NO_TOKENS;
        }));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void anUpstreamThatFailsByItselfFailed() {
        assertInstanceOf(CallOutcome.Failed.class, ending((input, out) -> {
            throw failed();
        }));
        assertFalse(cancellation.isCancelled());
    }
}
