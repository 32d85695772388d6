package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.Definition;
import dev.portreeve.hub.definition.DefinitionScan;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The prompts, resources and resource templates of all servers. Asked for when somebody wants them, and when a server says
 * that they changed after somebody wanted them; kept for a short while, all servers side by side. One that fails, or sleeps,
 * keeps what it listed last and hides nobody else's. Thread-safe; {@link #list} blocks for {@link #PATIENCE} at most, nothing
 * else does.
 */
public final class ContextCatalog {
    private static final Logger LOGGER = LoggerFactory.getLogger(ContextCatalog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Map<Listing, JsonPaths> NAMES = Map.of(
            Listing.PROMPTS, JsonPaths.of("/name"),
            Listing.RESOURCES, JsonPaths.of("/uri"),
            Listing.TEMPLATES, JsonPaths.of("/uriTemplate"));
    private static final int MAX_DEFINITION_BYTES = 256 * 1024;
    private static final long PRIME = 1_000_003;
    /** However often a server says that a list changed. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final ToolCatalog servers;
    private final Duration freshFor;
    private final Runnable onChange;
    private final Map<Key, Kept> kept = new ConcurrentHashMap<>();

    private record Key(String slug, Listing listing) {}

    /**
     * One definition, read once.
     *
     * @param print a number that differs where the definition does
     */
    private record Item(String own, Resource.OfServer resource, JsonTexts named, int print) {}

    /**
     * @param freshFor how long a list is served without asking again
     * @param onChange told when a list is not what it was before; must not block
     */
    public ContextCatalog(ToolCatalog servers, Duration freshFor, Runnable onChange) {
        this.servers = servers;
        this.freshFor = freshFor;
        this.onChange = onChange;
    }

    /** What a view shows of one kind, in the order of the servers and of their own lists. */
    public List<ContextEntry> list(View view, Listing listing) {
        List<ServerEntry> shown = servers.servers().stream()
                .filter(server -> shows(view, server, listing))
                .toList();
        List<Thread> asking = new ArrayList<>();
        for (ServerEntry server : shown) {
            if (!kept(server, listing).isFresh()) {
                asking.add(Thread.ofVirtual()
                        .name("hub-context-" + server.slug())
                        .start(() -> kept(server, listing).refresh()));
            }
        }
        Deadline deadline = Deadline.in(PATIENCE);
        try {
            for (Thread one : asking) {
                boolean ignored = one.join(deadline.remaining());
            }
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        }
        return shown.stream()
                .flatMap(server -> kept(server, listing).items.stream().map(item -> entry(view, server, listing, item)))
                .toList();
    }

    /** Whether callers of a view may find any of a kind at a server. */
    public boolean shows(View view, ServerEntry server, Listing listing) {
        // A toolset is a choice of tools: what else their servers have belongs to other views.
        return !(view instanceof View.Toolset) && view.shows(server.slug()) && mayHave(server, listing);
    }

    private boolean mayHave(ServerEntry server, Listing listing) {
        ServerProfile profile = servers.memory().profile(server);
        boolean unknown = profile.protocolVersion().isEmpty();
        return unknown || profile.can(listing.capability());
    }

    /** The prompt that callers of a view know under a name. */
    public Optional<ContextEntry> prompt(View view, String name) {
        return list(view, Listing.PROMPTS).stream()
                .filter(prompt -> prompt.name().equals(name))
                .findFirst();
    }

    /**
     * What a view would show of one kind, in brief, by the slugs of the servers whose lists are known: where a number differs
     * from what it was, the list does. Asks no server.
     *
     * @param visible which of it counts
     */
    public Map<String, Long> prints(View view, Listing listing, Predicate<Resource> visible) {
        Map<String, Long> prints = new HashMap<>();
        for (ServerEntry server : servers.servers()) {
            Kept list = kept.get(new Key(server.slug(), listing));
            if (list != null && list.known && shows(view, server, listing)) {
                long print = 1;
                for (Item item : list.items) {
                    print = visible.test(item.resource()) ? PRIME * print + item.print() : print;
                }
                prints.put(server.slug(), print);
            }
        }
        return prints;
    }

    /** A server said that a list changed: it is asked again soon, unless nobody ever wanted that list. */
    public void changed(String slug, Listing listing) {
        Kept list = kept.get(new Key(slug, listing));
        if (list != null) {
            list.announced();
        }
    }

    private Kept kept(ServerEntry server, Listing listing) {
        return kept.computeIfAbsent(new Key(server.slug(), listing), key -> new Kept(server, listing));
    }

    private static Optional<Item> item(String slug, Listing listing, RawJson definition) {
        try {
            JsonPaths name = NAMES.getOrDefault(listing, JsonPaths.of("/name"));
            byte[] bytes = definition.toBytes();
            JsonTexts texts = JsonTexts.find(bytes, name);
            if (texts.texts().size() != 1 || bytes.length > MAX_DEFINITION_BYTES) {
                return Optional.empty();
            }
            String own = texts.texts().getFirst().value();
            Resource.OfServer resource = listing == Listing.PROMPTS
                    ? new Resource.Prompt(slug, own)
                    : new Resource.ServerResource(slug, ResourceUri.of(slug, own));
            return Optional.of(new Item(own, resource, texts, Arrays.hashCode(bytes)));
        } catch (MalformedJson | BadMessage unusable) {
            return Optional.empty();
        }
    }

    private static ContextEntry entry(View view, ServerEntry server, Listing listing, Item item) {
        String shown = listing == Listing.PROMPTS
                ? promptName(view, server.slug(), item.own())
                : ResourceUri.in(view, server.slug(), item.own());
        RawJson listed = RawJson.of(item.named().with(List.of(shown)));
        return new ContextEntry(server, shown, item.own(), item.resource(), listed);
    }

    private static String promptName(View view, String slug, String own) {
        return view instanceof View.OneServer ? own : ToolName.of(slug, own);
    }

    /** One list of one server. */
    private final class Kept {
        private final ServerEntry server;
        private final Listing listing;
        private final ReentrantLock asking = new ReentrantLock();
        /** Never signalled: what waits on it waits for its time. */
        private final Condition pausing = asking.newCondition();

        private final AtomicBoolean due = new AtomicBoolean();
        /** As models may see them; what cannot be is left out. */
        private volatile List<Item> items = List.of();
        /** Whether the server was asked, with whatever result. */
        private volatile boolean known;

        private volatile long askedAtNanos = System.nanoTime() - SHORTEST_PAUSE.toNanos();
        private volatile long freshUntilNanos = System.nanoTime();

        private Kept(ServerEntry server, Listing listing) {
            this.server = server;
            this.listing = listing;
        }

        private boolean isFresh() {
            return freshUntilNanos - System.nanoTime() > 0;
        }

        // Looking at a list is no use of a server: a process is not started for it.
        private boolean isAsleep() {
            return server.lazy() && server.server().isAsleep();
        }

        private List<RawJson> live() {
            List<RawJson> listed = List.copyOf(server.server().list(listing, Deadline.in(PATIENCE)));
            servers.memory().listed(server, listing, listed);
            return listed;
        }

        private static List<RawJson> cleaned(List<RawJson> listed) {
            List<RawJson> cleaned = new ArrayList<>();
            for (RawJson definition : listed) {
                if (definition.length() <= MAX_DEFINITION_BYTES) {
                    try {
                        cleaned.add(DefinitionScan.of(new Definition("", "", definition))
                                .clean());
                    } catch (MalformedJson | BadMessage unusable) {
                        LOGGER.debug("a definition that cannot be read is not listed");
                    }
                }
            }
            return List.copyOf(cleaned);
        }

        private List<RawJson> remembered() {
            return servers.memory().lastListed(server, listing);
        }

        // However often a server says it: while one asking waits its turn, a second would learn nothing more.
        private void announced() {
            if (due.compareAndSet(false, true)) {
                Thread.ofVirtual().name("hub-context-" + server.slug()).start(this::askAgain);
            }
        }

        private void askAgain() {
            asking.lock();
            try {
                long nanos = askedAtNanos + SHORTEST_PAUSE.toNanos() - System.nanoTime();
                while (nanos > 0) {
                    nanos = pausing.awaitNanos(nanos);
                }
                due.set(false);
                freshUntilNanos = System.nanoTime();
                refresh();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            } finally {
                asking.unlock();
            }
        }

        private List<Item> items(List<RawJson> definitions) {
            return cleaned(definitions).stream()
                    .flatMap(definition -> item(server.slug(), listing, definition).stream())
                    .toList();
        }

        private void refresh() {
            List<Item> before = items;
            boolean wasKnown = known;
            asking.lock();
            try {
                if (!isFresh()) {
                    askedAtNanos = System.nanoTime();
                    items = items(isAsleep() ? remembered() : live());
                }
            } catch (ToolServerFault failed) {
                // It keeps what it had; its state is seen by the tools' own listing, which says so.
                items = items(remembered());
            } finally {
                known = true;
                freshUntilNanos = System.nanoTime() + freshFor.toNanos();
                asking.unlock();
            }
            if (!wasKnown || !prints(before).equals(prints(items))) {
                onChange.run();
            }
        }

        private static List<Integer> prints(List<Item> items) {
            return items.stream().map(Item::print).toList();
        }
    }
}
