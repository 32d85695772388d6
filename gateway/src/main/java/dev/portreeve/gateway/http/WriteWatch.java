package dev.portreeve.gateway.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends writes whose reader does not read: a client that asks and then takes nothing would hold its connection, its answer and
 * its place among the requests for as long as it likes. One thread looks at all writes; a write that takes too long is
 * interrupted, which closes its connection. Thread-safe.
 */
final class WriteWatch implements AutoCloseable {
    private static final int LOOKS_PER_TIMEOUT = 4;
    private static final long MIN_LOOK_MILLIS = 10;

    private final long longestNanos;
    private final Set<Write> writes = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopped = new CountDownLatch(1);

    WriteWatch(Duration longest) {
        this.longestNanos = longest.toNanos();
        Thread.ofVirtual().name("write-watch").start(this::look);
    }

    /** Something that may block on a socket. */
    @FunctionalInterface
    interface Blocking<E extends Exception> {
        void run() throws E;
    }

    /** Writes on the calling thread, and fails as the socket does when that takes too long. */
    <E extends Exception> void during(Blocking<E> blocking) throws E {
        Write write = new Write();
        writes.add(write);
        try {
            blocking.run();
        } finally {
            writes.remove(write);
            write.end();
        }
    }

    private void look() {
        long pauseMillis = Math.max(MIN_LOOK_MILLIS, longestNanos / LOOKS_PER_TIMEOUT / 1_000_000);
        try {
            while (!stopped.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                writes.forEach(write -> write.endIfOlder(now - longestNanos));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopped.countDown();
    }

    private static final class Write {
        private final Thread writer = Thread.currentThread();
        private final long since = System.nanoTime();
        private boolean over;
        private boolean interrupted;

        synchronized void endIfOlder(long nanos) {
            if (!over && since - nanos < 0) {
                interrupted = true;
                writer.interrupt();
            }
        }

        synchronized void end() {
            over = true;
            if (interrupted) {
                // Meant for this write, not for what the thread does next.
                boolean ignored = Thread.interrupted();
            }
        }
    }
}
