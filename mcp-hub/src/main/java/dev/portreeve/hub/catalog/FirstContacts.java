package dev.portreeve.hub.catalog;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets the processes that were never seen start a few at a time, so that a first start with many of them does not bring the
 * machine down. Some that do not answer hold up the others for a while only: as many more go on then. Thread-safe.
 */
final class FirstContacts {
    private static final int AT_ONCE = 4;
    private static final Duration LONGEST_TURN = Duration.ofSeconds(5);

    private final Semaphore turns = new Semaphore(AT_ONCE, true);
    private final AtomicInteger queued = new AtomicInteger();

    /** One contact with a server. */
    @FunctionalInterface
    interface Contact {
        void make() throws InterruptedException;
    }

    /**
     * Makes a contact when it is its turn.
     *
     * @param limited whether this is one of those that take turns; the others are made at once
     */
    void inTurn(boolean limited, Contact contact) throws InterruptedException {
        if (!limited) {
            contact.make();
            return;
        }
        Duration atMost = LONGEST_TURN.multipliedBy(queued.getAndIncrement() / AT_ONCE);
        boolean taken = turns.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
        try {
            contact.make();
        } finally {
            if (taken) {
                turns.release();
            }
        }
    }
}
