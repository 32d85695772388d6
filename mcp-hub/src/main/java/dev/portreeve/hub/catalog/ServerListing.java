package dev.portreeve.hub.catalog;

import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one server's tools up to date on a thread of its own: at the start, when told that they changed, after a while,
 * and after a failure in growing pauses. Tools once listed stay while the server is down.
 */
final class ServerListing implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerListing.class);
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(60);
    /** However often a server says that its tools changed. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final ServerEntry entry;
    private final InstantSource clock;
    private final Duration interval;
    private final Runnable onChange;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean asked;
    private int failures;
    private List<String> dropped = List.of();
    private volatile List<CatalogTool> tools = List.of();
    private volatile ServerStatus status;

    /** @param onChange called on the listing's thread after every contact */
    ServerListing(ServerEntry entry, InstantSource clock, Duration interval, Runnable onChange) {
        this.entry = entry;
        this.clock = clock;
        this.interval = interval;
        this.onChange = onChange;
        this.status =
                new ServerStatus(entry.slug(), entry.transport(), ServerStatus.State.STARTING, "", 0, 0, null, null);
        this.thread = Thread.ofVirtual().name("hub-catalog-" + entry.slug()).unstarted(this::keepUpToDate);
    }

    void start() {
        thread.start();
    }

    ServerEntry entry() {
        return entry;
    }

    List<CatalogTool> tools() {
        return tools;
    }

    ServerStatus status() {
        return status;
    }

    /** Asks for a refresh soon; several askings are one. Never blocks. */
    void refreshSoon() {
        lock.lock();
        try {
            asked = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void keepUpToDate() {
        try {
            while (true) {
                runOnce();
                pause(SHORTEST_PAUSE, false);
                pause(failures == 0 ? interval : afterFailures(), true);
            }
        } catch (InterruptedException closed) {
            LOGGER.debug("the tools of \"{}\" are no longer watched", entry.slug());
        }
    }

    private Duration afterFailures() {
        Duration pause = SHORTEST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 6));
        return pause.compareTo(interval) < 0 ? pause : interval;
    }

    private void pause(Duration pause, boolean endsWhenAsked) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = pause.toNanos();
            while (nanos > 0 && !(endsWhenAsked && asked)) {
                nanos = changed.awaitNanos(nanos);
            }
            if (endsWhenAsked) {
                asked = false;
            }
        } finally {
            lock.unlock();
        }
    }

    /** One contact with the server. */
    void runOnce() throws InterruptedException {
        try {
            DefinitionReader.Listed listed =
                    DefinitionReader.read(entry, entry.server().list(Deadline.in(LIST_TIMEOUT)));
            tools = List.copyOf(listed.tools());
            warnOfDropped(listed.dropped());
            failures = 0;
            status = status(ServerStatus.State.UP, listed.dropped().size(), null);
        } catch (ToolServerFault fault) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            failures++;
            status = status(
                    ServerStatus.State.DOWN, status.dropped(), fault.fault().detail());
            if (failures == 1) {
                LOGGER.warn("{}; its {} listed tools stay listed", fault.fault().detail(), tools.size());
            }
        }
        onChange.run();
    }

    // Said once, not at every refresh.
    private void warnOfDropped(List<String> now) {
        if (!now.isEmpty() && !now.equals(dropped)) {
            LOGGER.warn("server \"{}\" has tools that are not listed: {}", entry.slug(), String.join("; ", now));
        }
        dropped = now;
    }

    private ServerStatus status(ServerStatus.State state, int dropped, @Nullable String problem) {
        return new ServerStatus(
                entry.slug(),
                entry.transport(),
                state,
                entry.server().protocolVersion(),
                tools.size(),
                dropped,
                problem,
                clock.instant());
    }

    /** Stops watching and ends the connection. */
    @Override
    public void close() {
        thread.interrupt();
        entry.server().close();
    }
}
