package dev.portreeve.gateway;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the program running until the system says stop (SIGTERM, Ctrl-C), and then closes what it holds before the JVM
 * ends: running calls finish, writers flush, the database stops.
 */
final class Lifetime implements AutoCloseable {
    private final CountDownLatch stopAsked = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("shutdown").unstarted(this::shutDown);
    private @Nullable AutoCloseable held;

    Lifetime() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    <T extends AutoCloseable> T hold(T service) {
        held = service;
        return service;
    }

    /** Blocks until a stop is asked for. */
    void await() throws InterruptedException {
        stopAsked.await();
    }

    /** In the hook: the JVM ends when this returns, so it waits for the closing. */
    private void shutDown() {
        stopAsked.countDown();
        boolean interrupted = false;
        while (stopped.getCount() > 0) {
            try {
                stopped.await();
            } catch (InterruptedException impatient) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            AutoCloseable service = held;
            if (service != null) {
                service.close();
            }
        } catch (Exception failed) {
            throw new IllegalStateException("the gateway did not stop cleanly", failed);
        } finally {
            stopped.countDown();
        }
    }
}
