package dev.portreeve.gateway.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Does the same for each of many, a bounded number at a time, on virtual threads of its own. */
final class AtOnce {
    private AtOnce() {}

    /**
     * Blocks until all that began has ended, also when the caller is interrupted: what was begun with money has to end.
     *
     * @param step in order of the list as far as that goes with several at once; false lets no further one begin
     * @throws RuntimeException the first that a step threw, after which no further one begins
     */
    static <T> void each(List<T> all, int atOnce, Predicate<T> step) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        Runnable work = () -> {
            int at = next.getAndIncrement();
            while (at < all.size()) {
                try {
                    if (!step.test(all.get(at))) {
                        next.set(all.size());
                    }
                } catch (RuntimeException failed) {
                    failure.compareAndSet(null, failed);
                    next.set(all.size());
                }
                at = next.getAndIncrement();
            }
        };
        List<Thread> crew = new ArrayList<>();
        for (int i = 0; i < Math.min(atOnce, all.size()); i++) {
            crew.add(Thread.ofVirtual().name("batch-item").start(work));
        }
        crew.forEach(AtOnce::join);
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException impatient) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
