package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The prompts, resources and resource templates of all servers. Asked for when somebody wants them, and when a server says
 * that they changed; kept for a short while, all servers side by side. One that fails, or sleeps, keeps what it listed last
 * and hides nobody else's. What is shown and what may be used are decided by the same verdicts. Thread-safe; {@link #list}
 * and what looks at servers block for {@link ContextLook#PATIENCE} at most, nothing else does.
 */
public final class ContextCatalog {
    private static final long PRIME = 1_000_003;

    private final ToolCatalog servers;
    private final Duration freshFor;
    private final Runnable onChange;
    private final Map<Key, ContextList> lists = new ConcurrentHashMap<>();

    private record Key(String slug, Listing listing) {}

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
            if (!list(server, listing).isFresh()) {
                asking.add(Thread.ofVirtual()
                        .name("hub-context-" + server.slug())
                        .start(() -> list(server, listing).refresh()));
            }
        }
        Deadline deadline = Deadline.in(ContextLook.PATIENCE);
        try {
            for (Thread one : asking) {
                boolean ignored = one.join(deadline.remaining());
            }
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        }
        return shown.stream()
                .flatMap(server ->
                        list(server, listing).items().stream().map(item -> entry(view, server, listing, item)))
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

    /** A prompt that waits for a person, and that callers of a view would know under a name. For misses, not for calls. */
    public Optional<Resource.Prompt> waitingPrompt(View view, String name) {
        return servers.servers().stream()
                .filter(server -> shows(view, server, Listing.PROMPTS))
                .flatMap(server -> servers.look().pins(server).waiting(DefinitionKind.PROMPT).stream()
                        .filter(own -> promptName(view, server.slug(), own).equals(name))
                        .map(own -> new Resource.Prompt(server.slug(), own)))
                .findFirst();
    }

    /** What became of something a caller named, by its server's own name for it; never blocks. */
    public Standing standing(ServerEntry server, DefinitionKind kind, String own) {
        return servers.look().pins(server).standing(kind, own);
    }

    /** As {@link #standing}; where it is unknown, its server is asked once more if that was a while ago. */
    public Standing standingOrLook(ServerEntry server, DefinitionKind kind, String own) {
        Standing known = standing(server, kind, own);
        if (known.state() != Standing.State.UNKNOWN) {
            return known;
        }
        for (Listing listing : about(kind)) {
            if (mayHave(server, listing) && !list(server, listing).isFresh()) {
                list(server, listing).refresh();
            }
        }
        return standing(server, kind, own);
    }

    /**
     * Waits until what a server announced about a kind was looked into, and wakes one that sleeps, which may have something
     * else by now. Returns at once where nobody wants to look at definitions first.
     *
     * @return false if that takes too long
     * @throws dev.portreeve.hub.south.ToolServerFault if it sleeps and does not start
     */
    public boolean settle(ServerEntry server, DefinitionKind kind, Deadline deadline) throws InterruptedException {
        if (server.definitions() == DefinitionPolicy.TRUST) {
            return true;
        }
        boolean slept = server.server().isAsleep();
        if (slept && !servers.settle(server.slug(), deadline)) {
            return false;
        }
        for (Listing listing : about(kind)) {
            if (slept && mayHave(server, listing)) {
                list(server, listing).renew();
            } else if (!list(server, listing).settle(deadline)) {
                return false;
            }
        }
        return true;
    }

    /** The lists that say what becomes of one of a kind. */
    private static List<Listing> about(DefinitionKind kind) {
        return switch (kind) {
            case TOOL, INSTRUCTIONS -> List.of();
            case PROMPT -> List.of(Listing.PROMPTS);
            case TEMPLATE -> List.of(Listing.TEMPLATES);
            case RESOURCE -> List.of(Listing.TEMPLATES, Listing.RESOURCES);
        };
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
            ContextList list = lists.get(new Key(server.slug(), listing));
            if (list != null && list.isKnown() && shows(view, server, listing)) {
                long print = 1;
                for (ContextList.Item item : list.items()) {
                    print = visible.test(item.resource()) ? PRIME * print + item.print() : print;
                }
                prints.put(server.slug(), print);
            }
        }
        return prints;
    }

    /** A server said that a list changed: it is asked again soon, unless nobody ever wanted that list. */
    public void changed(String slug, Listing listing) {
        servers.server(slug).ifPresent(server -> {
            // Where definitions wait, the next call must not run on what the list was before.
            boolean wanted =
                    lists.containsKey(new Key(slug, listing)) || server.definitions() != DefinitionPolicy.TRUST;
            if (wanted) {
                list(server, listing).announced();
            }
        });
    }

    /** What a server says of its own use, as it was accepted and as models may see it; {@code null} if nothing was. */
    public @Nullable String instructions(ServerEntry server) {
        return servers.look().instructions(server);
    }

    private ContextList list(ServerEntry server, Listing listing) {
        return lists.computeIfAbsent(
                new Key(server.slug(), listing),
                key -> new ContextList(server, listing, servers.look(), servers.memory(), freshFor, onChange));
    }

    private static ContextEntry entry(View view, ServerEntry server, Listing listing, ContextList.Item item) {
        String shown = listing == Listing.PROMPTS
                ? promptName(view, server.slug(), item.own())
                : ResourceUri.in(view, server.slug(), item.own());
        RawJson listed = RawJson.of(item.named().with(List.of(shown)));
        return new ContextEntry(server, shown, item.own(), item.resource(), listed);
    }

    private static String promptName(View view, String slug, String own) {
        return view instanceof View.OneServer ? own : ToolName.of(slug, own);
    }
}
