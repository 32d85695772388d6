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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The prompts, resources and resource templates of all servers. Asked for when somebody wants them, kept for a short while,
 * all servers side by side; one that fails, or sleeps, keeps what it listed last and hides nobody else's. Thread-safe; blocks for
 * {@link #PATIENCE} at most.
 */
public final class ContextCatalog {
    private static final Logger LOGGER = LoggerFactory.getLogger(ContextCatalog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Map<Listing, JsonPaths> NAMES = Map.of(
            Listing.PROMPTS, JsonPaths.of("/name"),
            Listing.RESOURCES, JsonPaths.of("/uri"),
            Listing.TEMPLATES, JsonPaths.of("/uriTemplate"));
    private static final int MAX_DEFINITION_BYTES = 256 * 1024;

    private final ToolCatalog servers;
    private final Duration freshFor;
    private final Map<Key, Kept> kept = new ConcurrentHashMap<>();

    private record Key(String slug, Listing listing) {}

    /** @param freshFor how long a list is served without asking again */
    public ContextCatalog(ToolCatalog servers, Duration freshFor) {
        this.servers = servers;
        this.freshFor = freshFor;
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
                .flatMap(server -> kept(server, listing).entries.stream()
                        .flatMap(definition -> entry(view, server, listing, definition).stream()))
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

    /** A server's lists may have changed. Never blocks. */
    public void changed(String slug) {
        for (Listing listing : NAMES.keySet()) {
            kept.remove(new Key(slug, listing));
        }
    }

    private Kept kept(ServerEntry server, Listing listing) {
        return kept.computeIfAbsent(new Key(server.slug(), listing), key -> new Kept(server, listing));
    }

    private static Optional<ContextEntry> entry(View view, ServerEntry server, Listing listing, RawJson definition) {
        try {
            JsonPaths name = NAMES.getOrDefault(listing, JsonPaths.of("/name"));
            byte[] bytes = definition.toBytes();
            JsonTexts texts = JsonTexts.find(bytes, name);
            if (texts.texts().size() != 1 || bytes.length > MAX_DEFINITION_BYTES) {
                return Optional.empty();
            }
            String own = texts.texts().getFirst().value();
            boolean prompt = listing == Listing.PROMPTS;
            String shown = prompt ? promptName(view, server.slug(), own) : ResourceUri.in(view, server.slug(), own);
            Resource.OfServer resource = prompt
                    ? new Resource.Prompt(server.slug(), own)
                    : new Resource.ServerResource(server.slug(), ResourceUri.of(server.slug(), own));
            return Optional.of(new ContextEntry(server, shown, own, resource, RawJson.of(texts.with(List.of(shown)))));
        } catch (MalformedJson | BadMessage unusable) {
            return Optional.empty();
        }
    }

    private static String promptName(View view, String slug, String own) {
        return view instanceof View.OneServer ? own : ToolName.of(slug, own);
    }

    /** One list of one server. */
    private final class Kept {
        private final ServerEntry server;
        private final Listing listing;
        private final ReentrantLock asking = new ReentrantLock();
        /** As models may see them; what cannot be is left out. */
        private volatile List<RawJson> entries = List.of();

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

        private void refresh() {
            asking.lock();
            try {
                if (!isFresh()) {
                    entries = cleaned(isAsleep() ? remembered() : live());
                }
            } catch (ToolServerFault failed) {
                // It keeps what it had; its state is seen by the tools' own listing, which says so.
                entries = cleaned(remembered());
            } finally {
                freshUntilNanos = System.nanoTime() + freshFor.toNanos();
                asking.unlock();
            }
        }
    }
}
