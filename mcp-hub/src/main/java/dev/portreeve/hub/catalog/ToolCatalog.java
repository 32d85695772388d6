package dev.portreeve.hub.catalog;

import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The tools of all servers. Reading is constant-time and waits for no server; every server keeps itself up to date in the
 * background. Thread-safe.
 */
public final class ToolCatalog implements AutoCloseable {
    private final InstantSource clock;
    private final Duration interval;
    private final Map<String, ServerListing> listings = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile CatalogSnapshot snapshot = CatalogSnapshot.EMPTY;

    /** @param interval how often a server that says nothing is asked again */
    public ToolCatalog(InstantSource clock, Duration interval) {
        this.clock = clock;
        this.interval = interval;
    }

    /**
     * Registers a server; before {@link #start} only.
     *
     * @throws IllegalArgumentException if the slug is taken
     */
    public void add(ServerEntry entry) {
        if (listings.containsKey(entry.slug())) {
            throw new IllegalArgumentException(
                    "two tool servers have the slug \"" + entry.slug() + "\": give one of them another");
        }
        listings.put(entry.slug(), new ServerListing(entry, clock, interval, this::rebuild));
    }

    /** Begins to ask the servers, all at once and without waiting. */
    public void start() {
        listings.values().forEach(ServerListing::start);
    }

    public CatalogSnapshot snapshot() {
        return snapshot;
    }

    /** A server's tools may have changed; unknown slugs are ignored. Never blocks. */
    public void refreshSoon(String slug) {
        ServerListing listing = listings.get(slug);
        if (listing != null) {
            listing.refreshSoon();
        }
    }

    /** A caller named a tool that is not listed: perhaps its server has it by now. */
    public void missed(String name) {
        refreshSoon(ToolName.slug(name));
    }

    /** Waits until every server has been asked once, with whatever result; false if that takes too long. */
    public boolean awaitFirstContact(Duration atMost) throws InterruptedException {
        Deadline deadline = Deadline.in(atMost);
        lock.lockInterruptibly();
        try {
            while (status().stream().anyMatch(one -> one.state() == ServerStatus.State.STARTING)) {
                if (!changed.await(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How the servers are, in the order of the configuration. */
    public List<ServerStatus> status() {
        return listings.values().stream().map(ServerListing::status).toList();
    }

    private void rebuild() {
        lock.lock();
        try {
            snapshot = new CatalogSnapshot(listings.values().stream()
                    .flatMap(one -> one.tools().stream())
                    .toList());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Stops every server, side by side: each may take a few seconds to end. */
    @Override
    public void close() {
        List<Thread> closing = listings.values().stream()
                .map(listing -> Thread.ofVirtual().start(listing::close))
                .toList();
        try {
            for (Thread one : closing) {
                one.join();
            }
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }
}
