package dev.portreeve.migrations;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a server running: when it dies unasked it is started again, with growing pauses, and not forever. */
final class Watch implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Watch.class);
    private static final int TRIES = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** A server that lived this long had recovered; its next death starts the count again. */
    private static final Duration STABLE = Duration.ofMinutes(1);

    private final Server server;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile ServerProcess process;

    private Watch(Server server, ServerProcess process) {
        this.server = server;
        this.process = process;
        this.thread =
                Thread.ofPlatform().daemon().name("portreeve-postgres-watch").unstarted(this::watch);
    }

    /** Starts the server, then watches it until closed. */
    static Watch over(Server server) throws IOException, InterruptedException {
        Watch watch = new Watch(server, server.start());
        watch.thread.start();
        return watch;
    }

    private void watch() {
        int deaths = 0;
        try {
            while (true) {
                long since = System.nanoTime();
                int exit = process.awaitEnd();
                if (System.nanoTime() - since > STABLE.toNanos()) {
                    deaths = 0;
                }
                deaths++;
                if (closing.await(pause(deaths).toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                if (deaths > TRIES) {
                    LOGGER.error(
                            "PostgreSQL died {} times in a row and is not started again: restart Portreeve when the cause is mended. It said:\n{}",
                            deaths,
                            process.lastWords());
                    return;
                }
                LOGGER.warn("PostgreSQL ended unasked (exit code {}); starting it again", exit);
                restart();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration pause(int deaths) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << (deaths - 1));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private void restart() throws InterruptedException {
        try {
            process = server.start();
            LOGGER.info("PostgreSQL answers again");
        } catch (IOException | DatabaseUnavailable e) {
            // The dead process stays: the next turn counts one more death.
            LOGGER.warn("PostgreSQL does not start: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        closing.countDown();
        boolean interrupted = false;
        // A restart that is under way is broken off, and what it started is stopped below.
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        process.stop(server.data());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
