package dev.portreeve.hub.north;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Work that a caller who leaves must not break off: an interrupt on a virtual thread closes the socket in use, and that may be the database's. */
final class Undisturbed {
    private Undisturbed() {}

    /**
     * Does work on a thread of its own and waits for it.
     *
     * @throws InterruptedException if the calling thread was interrupted; the work goes on to its end
     */
    static <T> T get(String name, Supplier<T> work) throws InterruptedException {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Thread.ofVirtual()
                .name(name)
                .start(() -> {
                    try {
                        result.set(work.get());
                    } catch (RuntimeException failed) {
                        failure.set(failed);
                    }
                })
                .join();
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return result.get();
    }
}
