package dev.portreeve.hub.catalog;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.definition.DefinitionReader;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is known of one server up to date on a thread of its own: at the start, when told that its tools changed, after
 * a while, and after a failure in growing pauses. What was accepted before is there from the start, and stays while the
 * server is down; only a complete list without a tool takes the tool away.
 */
final class ServerListing implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerListing.class);
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(60);
    /** However often a server says that its tools changed. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final ServerEntry entry;
    private final Definitions definitions;
    private final InstantSource clock;
    private final Duration interval;
    private final Runnable onChange;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean asked;
    /** Counts the server's own words that its tools changed, and how many of them have been looked into. */
    private long announced;

    private long lookedInto;
    private int failures;
    private List<String> dropped = List.of();
    private volatile Shown shown = new Shown(-1, List.of(), 0);
    private volatile ServerStatus status;

    /** What the definitions of a revision come to. */
    private record Shown(long revision, List<CatalogTool> tools, int waiting) {}

    /** @param onChange called on the listing's thread after every contact */
    ServerListing(
            ServerEntry entry, Definitions definitions, InstantSource clock, Duration interval, Runnable onChange) {
        this.entry = entry;
        this.definitions = definitions;
        this.clock = clock;
        this.interval = interval;
        this.onChange = onChange;
        this.status =
                new ServerStatus(entry.slug(), entry.transport(), ServerStatus.State.STARTING, "", 0, 0, 0, null, null);
        this.thread = Thread.ofVirtual().name("hub-catalog-" + entry.slug()).unstarted(this::keepUpToDate);
    }

    void start() {
        thread.start();
    }

    ServerEntry entry() {
        return entry;
    }

    /** The tools that are listed, under their own names; worked out anew only if a definition changed. */
    List<CatalogTool> tools() {
        return shown().tools();
    }

    private Shown shown() {
        long revision = definitions.revision();
        Shown known = shown;
        if (known.revision() != revision) {
            known = show(revision, definitions.of(entry.slug()));
            shown = known;
        }
        return known;
    }

    private Shown show(long revision, List<StoredDefinition> rows) {
        Map<String, StoredDefinition> inForce = new HashMap<>();
        rows.stream().filter(row -> row.verdict().inForce()).forEach(row -> inForce.put(row.name(), row));
        List<CatalogTool> tools = new ArrayList<>();
        int waiting = 0;
        for (StoredDefinition row : rows) {
            if (row.offered()) {
                waiting += row.verdict().waits() ? 1 : 0;
                StoredDefinition accepted = inForce.get(row.name());
                if (accepted != null) {
                    boolean withheld = !accepted.hash().equals(row.hash());
                    tools.add(CatalogTool.of(entry, accepted.definition(), withheld));
                }
            }
        }
        return new Shown(revision, List.copyOf(tools), waiting);
    }

    ServerStatus status() {
        Shown now = shown();
        return status.withTools(now.tools().size(), now.waiting())
                .with(entry.server().condition());
    }

    /** Asks for a refresh soon; several askings are one. Never blocks. */
    void refreshSoon() {
        ask(false);
    }

    /** The server said that its tools changed: calls wait until it was asked what they are now. Never blocks. */
    void announced() {
        ask(true);
    }

    private void ask(boolean byServer) {
        lock.lock();
        try {
            asked = true;
            announced += byServer ? 1 : 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until every change the server has announced so far was looked into, whatever came of that.
     *
     * @return false if that takes too long
     */
    boolean settle(Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long until = announced;
            while (lookedInto < until) {
                if (!changed.await(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void keepUpToDate() {
        try {
            while (true) {
                // What a process that sleeps would list is what it listed before; asking would wake it.
                if (status.state() != ServerStatus.State.UP || !entry.server().isAsleep()) {
                    runOnce();
                }
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
        long until = announcedSoFar();
        try {
            DefinitionReader.Listed listed =
                    DefinitionReader.read(entry.server().list(Deadline.in(LIST_TIMEOUT)));
            warnOfWaiting(definitions.listed(entry.slug(), listed.definitions(), entry.definitions()));
            warnOfDropped(listed.dropped());
            failures = 0;
            status = status(ServerStatus.State.UP, listed.dropped().size(), null);
        } catch (ToolServerFault fault) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            failed(fault.fault().detail());
        } catch (EvidenceUnavailable unrecorded) {
            failed("what tool server \"" + entry.slug() + "\" lists cannot be recorded now, so it is not used");
        }
        onChange.run();
        lookedInto(until);
    }

    private void failed(String detail) {
        failures++;
        status = status(ServerStatus.State.DOWN, status.dropped(), detail);
        if (failures == 1) {
            LOGGER.warn("{}; its {} listed tools stay listed", detail, tools().size());
        }
    }

    private long announcedSoFar() {
        lock.lock();
        try {
            return announced;
        } finally {
            lock.unlock();
        }
    }

    private void lookedInto(long until) {
        lock.lock();
        try {
            lookedInto = until;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void warnOfWaiting(List<StoredDefinition> waiting) {
        if (!waiting.isEmpty()) {
            LOGGER.warn(
                    "{} new or changed definitions of tool server \"{}\" wait for a person: portreeve tools list",
                    waiting.size(),
                    entry.slug());
        }
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
                0,
                dropped,
                0,
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
