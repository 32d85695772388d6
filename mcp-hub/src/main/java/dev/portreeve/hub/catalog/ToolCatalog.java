package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Resource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tools of all servers. Reading is constant-time and waits for no server; every server keeps itself up to date in the
 * background. Thread-safe.
 */
public final class ToolCatalog implements AutoCloseable {
    /** What {@code /mcp} shows. */
    public static final View EVERYTHING = new View.Everything();

    private static final Logger LOGGER = LoggerFactory.getLogger(ToolCatalog.class);
    /** How long another replica's acceptance may go unnoticed. */
    private static final Duration REFRESH_EVERY = Duration.ofSeconds(1);
    /** The longest a person waits for a server to start and to say everything it has. */
    private static final Duration REFRESH_TIMEOUT = Duration.ofMinutes(2);
    /** The longest a call waits for a server that announced other tools to say which. */
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(10);

    private final Definitions definitions;
    private final ServerMemory memory;
    private final ContextLook look;
    private final FirstContacts firstContacts = new FirstContacts();
    private final InstantSource clock;
    private final Duration interval;
    private final Map<String, ServerListing> listings = new LinkedHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Never signalled: what waits on it waits for its time, or for an interrupt. */
    private final Condition closing = lock.newCondition();

    private final Thread watching;
    private final Map<String, View> views = new LinkedHashMap<>();
    private volatile Runnable onChange = () -> {};
    private volatile Map<View, CatalogSnapshot> snapshots = Map.of();

    /** @param interval how often a server that says nothing is asked again */
    public ToolCatalog(Definitions definitions, ServerMemory memory, InstantSource clock, Duration interval) {
        this.definitions = definitions;
        this.memory = memory;
        this.look = new ContextLook(definitions, memory);
        this.watching = Thread.ofVirtual().name("hub-definitions").unstarted(this::watch);
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
        listings.put(
                entry.slug(),
                new ServerListing(entry, definitions, memory, look, firstContacts, clock, interval, this::rebuild));
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

    /** All servers, in the order of the configuration. */
    public List<ServerEntry> servers() {
        return listings.values().stream().map(ServerListing::entry).toList();
    }

    /** The server of a slug. */
    public Optional<ServerEntry> server(String slug) {
        return Optional.ofNullable(listings.get(slug)).map(ServerListing::entry);
    }

    /** A caller's session is over: so are the ones servers kept for it. Never blocks. */
    public void leave(String partyKey) {
        servers().forEach(entry -> entry.server().leave(partyKey));
    }

    /** Tells servers of the older era something in the sessions they have with a party. Never blocks. */
    public void tell(String partyKey, String method) {
        servers().forEach(entry -> entry.server().tell(partyKey, method));
    }

    /** Lists what was accepted before, and begins to ask the servers without waiting; those that sleep are let be. */
    public void start() {
        rebuild();
        watching.start();
        listings.values().forEach(ServerListing::start);
    }

    private void watch() {
        try {
            while (true) {
                pause();
                hear();
            }
        } catch (InterruptedException closed) {
            LOGGER.debug("the definitions are no longer watched");
        }
    }

    private void hear() {
        try {
            if (definitions.refresh()) {
                rebuild();
            }
        } catch (RuntimeException away) {
            LOGGER.debug("the definitions cannot be read now: {}", away.getMessage());
        }
    }

    private void pause() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = REFRESH_EVERY.toNanos();
            while (nanos > 0) {
                nanos = closing.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Where people decide about definitions. */
    public DefinitionDesk desk() {
        return desk(Set.of());
    }

    /** @param own servers that are the gateway itself, about which nobody decides */
    public DefinitionDesk desk(Set<String> own) {
        return new DefinitionDesk(definitions, Collections.unmodifiableSet(listings.keySet()), own, this::rebuild);
    }

    /** Everything there is, as {@code /mcp} shows it. */
    public CatalogSnapshot snapshot() {
        return snapshot(EVERYTHING);
    }

    /** What a view shows now. */
    public CatalogSnapshot snapshot(View view) {
        return snapshots.getOrDefault(view, CatalogSnapshot.EMPTY);
    }

    /** Whether a view's tool of this name can be called now, with this very definition. */
    public boolean offers(View view, String name, Resource.Tool tool) {
        return snapshot(view)
                .find(name)
                .filter(now -> now.resource().equals(tool) && !now.withheld())
                .isPresent();
    }

    /**
     * Waits until a server that said that its tools changed has said which they are, and wakes one that sleeps, which may
     * have other tools by now. Returns at once in all other cases.
     *
     * @return false if that takes too long
     * @throws dev.portreeve.hub.south.ToolServerFault if it sleeps and does not start
     */
    public boolean settle(String slug, Deadline deadline) throws InterruptedException {
        ServerListing listing = listings.get(slug);
        Deadline bounded = deadline.remaining().compareTo(SETTLE_TIMEOUT) < 0 ? deadline : Deadline.in(SETTLE_TIMEOUT);
        return listing == null || listing.settle(bounded, deadline);
    }

    /**
     * Looks at everything a server has now, for a person, and says what is different; starts one that sleeps. Blocks for a
     * minute or two at most.
     *
     * @return empty if there is no such server
     */
    public Optional<Refreshed> refresh(String slug) throws InterruptedException {
        ServerListing listing = listings.get(slug);
        if (listing == null) {
            return Optional.empty();
        }
        List<StoredDefinition> before = definitions.of(slug);
        String problem = null;
        try {
            listing.refresh(Deadline.in(REFRESH_TIMEOUT));
        } catch (ToolServerFault away) {
            problem = away.fault().detail();
        }
        ServerStatus now = listing.status();
        return Optional.of(new Refreshed(
                slug,
                now.state(),
                problem == null ? now.problem() : problem,
                Refreshed.differences(before, definitions.of(slug)),
                now.waiting()));
    }

    /** What servers have beside tools. */
    ContextLook look() {
        return look;
    }

    /** What servers showed last. */
    public ServerMemory memory() {
        return memory;
    }

    /** A server said that its tools changed; unknown slugs are ignored. Never blocks. */
    public void announced(String slug) {
        ServerListing listing = listings.get(slug);
        if (listing != null) {
            listing.announced();
        }
    }

    /** A server's tools have perhaps changed; unknown slugs are ignored. Never blocks. */
    public void refreshSoon(String slug) {
        ServerListing listing = listings.get(slug);
        if (listing != null) {
            listing.refreshSoon();
        }
    }

    /**
     * What callers of a view would know by a name if somebody had accepted it.
     *
     * @param tool that they named
     * @param ofServer how many of its server's definitions wait
     */
    public record Waiting(Resource.Tool tool, int ofServer) {}

    /** Whether a name is that of a tool which waits for a person. Looks through all that wait: for misses, not for calls. */
    public Optional<Waiting> waiting(View view, String name) {
        return listings.values().stream()
                .filter(listing -> view.shows(listing.entry().slug()))
                .flatMap(listing -> listing.quarantined().stream()
                        .filter(tool -> view.show(tool.server(), tool.tool())
                                .filter(shown -> shown.name().equals(name))
                                .isPresent())
                        .map(tool -> new Waiting(tool, listing.quarantined().size())))
                .findFirst();
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
        watching.interrupt();
        List<Thread> ending = listings.values().stream()
                .map(listing -> Thread.ofVirtual().start(listing::close))
                .toList();
        try {
            for (Thread one : ending) {
                one.join();
            }
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }
}
