package dev.portreeve.gateway.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Writes a comment line on event streams that have been silent for a while. That keeps proxies from cutting them, and it is
 * how a blocked call learns that its client left: only a failing write says so. One thread looks at all streams; a line is
 * written on a thread of its own, so that one client that does not read holds up nobody else.
 */
final class KeepAlive implements AutoCloseable {
    private static final int LOOKS_PER_INTERVAL = 4;
    private static final long MIN_LOOK_MILLIS = 10;

    private final long everyNanos;
    private final Set<Beating> streams = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** An open stream. */
    interface Beating {
        /** The time of the last write, by {@link System#nanoTime}. */
        long lastWriteNanos();

        /** Writes a comment line, unless a write is under way; never throws. On a thread of its own. */
        void beat();
    }

    KeepAlive(Duration every) {
        this.everyNanos = every.toNanos();
        Thread.ofVirtual().name("keep-alive").start(this::look);
    }

    /** Looks after a stream until {@link #forget}. */
    void watch(Beating stream) {
        streams.add(stream);
    }

    void forget(Beating stream) {
        streams.remove(stream);
    }

    private void look() {
        long pauseMillis = Math.max(MIN_LOOK_MILLIS, everyNanos / LOOKS_PER_INTERVAL / 1_000_000);
        try {
            while (!stopped.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                for (Beating stream : streams) {
                    if (now - stream.lastWriteNanos() >= everyNanos) {
                        Thread.ofVirtual().name("heartbeat").start(stream::beat);
                    }
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopped.countDown();
    }
}
