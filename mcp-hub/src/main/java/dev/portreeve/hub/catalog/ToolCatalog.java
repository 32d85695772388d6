package dev.portreeve.hub.catalog;

import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Resource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The tools of all servers. Reading is constant-time and waits for no server; every server keeps itself up to date in the
 * background. Thread-safe.
 */
public final class ToolCatalog implements AutoCloseable {
    /** What {@code /mcp} shows. */
    public static final View EVERYTHING = new View.Everything();

    private final InstantSource clock;
    private final Duration interval;
    private final Map<String, ServerListing> listings = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, View> views = new LinkedHashMap<>();
    private volatile Runnable onChange = () -> {};
    private volatile Map<View, CatalogSnapshot> snapshots = Map.of();

    /** @param interval how often a server that says nothing is asked again */
    public ToolCatalog(InstantSource clock, Duration interval) {
        this.clock = clock;
        this.interval = interval;
        put(EVERYTHING);
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
        put(new View.OneServer(entry.slug()));
    }

    /** Registers a toolset; before {@link #start} only. */
    public void add(ViewConfig toolset) {
        put(new View.Toolset(toolset));
    }

    private void put(View view) {
        views.put(view.segment(), view);
    }

    /** What stands behind {@code /mcp/}; empty if nothing does. */
    public Optional<View> view(String segment) {
        return Optional.ofNullable(views.get(segment));
    }

    /** Whom to tell when what is listed may have changed; before {@link #start} only. It must not block. */
    public void onChange(Runnable listener) {
        onChange = listener;
    }

    /** Begins to ask the servers, all at once and without waiting. */
    public void start() {
        listings.values().forEach(ServerListing::start);
    }

    /** Everything there is, as {@code /mcp} shows it. */
    public CatalogSnapshot snapshot() {
        return snapshot(EVERYTHING);
    }

    /** What a view shows now. */
    public CatalogSnapshot snapshot(View view) {
        return snapshots.getOrDefault(view, CatalogSnapshot.EMPTY);
    }

    /** Whether a tool is there now, with this very definition. */
    public boolean offers(Resource.Tool tool) {
        ServerListing listing = listings.get(tool.server());
        return listing != null
                && listing.tools().stream().anyMatch(one -> one.resource().equals(tool));
    }

    /** A server's tools may have changed; unknown slugs are ignored. Never blocks. */
    public void refreshSoon(String slug) {
        ServerListing listing = listings.get(slug);
        if (listing != null) {
            listing.refreshSoon();
        }
    }

    /** A caller named a tool that is not listed: perhaps its server has it by now. */
    public void missed(View view, String name) {
        if (view instanceof View.OneServer one) {
            refreshSoon(one.slug());
        } else {
            String slug = ToolName.slug(name);
            if (view.shows(slug)) {
                refreshSoon(slug);
            }
        }
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
            List<CatalogTool> tools = listings.values().stream()
                    .flatMap(one -> one.tools().stream())
                    .toList();
            Map<View, CatalogSnapshot> now = new HashMap<>();
            views.values().forEach(view -> now.put(view, CatalogSnapshot.of(view, tools)));
            snapshots = Map.copyOf(now);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onChange.run();
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
