package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.DefinitionReader;
import dev.portreeve.hub.definition.DefinitionScan;
import dev.portreeve.hub.south.Listing;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One list of one server, kept for a short while, as models may see it. What is shown of it follows the verdicts at once.
 * Thread-safe.
 */
final class ContextList {
    private static final Map<Listing, JsonPaths> NAMES = Map.of(
            Listing.PROMPTS, JsonPaths.of("/name"),
            Listing.RESOURCES, JsonPaths.of("/uri"),
            Listing.TEMPLATES, JsonPaths.of("/uriTemplate"));
    /** What names a resource and says what it is, in no words of its server's. */
    private static final Set<String> WORDLESS = Set.of("uri", "name", "mimeType", "size");

    /** However often a server says that a list changed. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(ContextList.class);

    private final ServerEntry server;
    private final Listing listing;
    private final ContextLook look;
    private final ServerMemory memory;
    private final Duration freshFor;
    private final Runnable onChange;
    private final ReentrantLock asking = new ReentrantLock();
    private final Condition looked = asking.newCondition();
    /** Never signalled: what waits on it waits for its time. */
    private final Condition pausing = asking.newCondition();

    private final AtomicBoolean due = new AtomicBoolean();
    private volatile Shown shown;
    /** Whether the server was asked, with whatever result. */
    private volatile boolean known;

    private volatile long askedAtNanos = System.nanoTime() - SHORTEST_PAUSE.toNanos();
    private volatile long freshUntilNanos = System.nanoTime();

    /**
     * One entry, read once.
     *
     * @param print a number that differs where the entry does
     */
    record Item(String own, Resource.OfServer resource, JsonTexts named, int print) {}

    /** What a list comes to under some verdicts. */
    private record Shown(List<RawJson> raw, ServerPins pins, List<Item> items) {}

    ContextList(
            ServerEntry server,
            Listing listing,
            ContextLook look,
            ServerMemory memory,
            Duration freshFor,
            Runnable onChange) {
        this.server = server;
        this.listing = listing;
        this.look = look;
        this.memory = memory;
        this.freshFor = freshFor;
        this.onChange = onChange;
        this.shown = new Shown(List.of(), look.pins(server), List.of());
    }

    boolean isFresh() {
        return freshUntilNanos - System.nanoTime() > 0;
    }

    boolean isKnown() {
        return known;
    }

    /** What callers may be shown; worked out anew only if the list or a verdict changed. */
    List<Item> items() {
        // Whoever asked the server last.
        List<RawJson> now = memory.lastListed(server, listing);
        ServerPins pins = look.pins(server);
        Shown before = shown;
        if (!before.raw().equals(now) || before.pins() != pins) {
            before = new Shown(now, pins, items(now, pins));
            shown = before;
        }
        return before.items();
    }

    private List<Item> items(List<RawJson> listed, ServerPins pins) {
        List<Item> items = new ArrayList<>();
        var definitions =
                DefinitionReader.read(ContextLook.kind(listing), listed).definitions();
        for (ServerPins.Shown entry : pins.shown(ContextLook.kind(listing), definitions)) {
            try {
                RawJson body = entry.body().body();
                items.add(item(entry.body().name(), entry.wordless() ? wordless(body) : body));
            } catch (MalformedJson | BadMessage unusable) {
                // Never listed: two readers could read it in two ways.
                continue;
            }
        }
        return List.copyOf(items);
    }

    private Item item(String own, RawJson body) {
        byte[] clean = DefinitionScan.of(body).clean().toBytes();
        JsonTexts named = JsonTexts.find(clean, NAMES.getOrDefault(listing, JsonPaths.of("/name")));
        if (named.texts().size() != 1) {
            throw new IllegalStateException("a definition has one name");
        }
        Resource.OfServer resource = listing == Listing.PROMPTS
                ? new Resource.Prompt(server.slug(), own)
                : new Resource.ServerResource(server.slug(), ResourceUri.of(server.slug(), own));
        return new Item(own, resource, named, Arrays.hashCode(clean));
    }

    private static RawJson wordless(RawJson body) {
        Map<String, RawJson> kept = new LinkedHashMap<>(body.members());
        kept.keySet().retainAll(WORDLESS);
        return RawJson.object(kept);
    }

    /** However often a server says it: while one asking waits its turn, a second would learn nothing more. */
    void announced() {
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
            looked.signalAll();
            asking.unlock();
        }
    }

    /**
     * Waits until what the server announced was looked into.
     *
     * @return false if that takes too long
     */
    boolean settle(Deadline deadline) throws InterruptedException {
        if (!asking.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        try {
            while (due.get()) {
                if (!looked.await(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return true;
        } finally {
            asking.unlock();
        }
    }

    /** Asks the server now, however fresh the list is. */
    void renew() {
        freshUntilNanos = System.nanoTime();
        refresh();
    }

    /** Asks the server, unless somebody just did; one that sleeps or fails keeps what it listed last. */
    void refresh() {
        List<Item> before = items();
        boolean wasKnown = known;
        asking.lock();
        try {
            if (!isFresh()) {
                askedAtNanos = System.nanoTime();
                if (!isAsleep()) {
                    List<RawJson> unused = look.ask(server, listing);
                }
            }
        } catch (ToolServerFault failed) {
            LOGGER.debug("{}; what it listed before stays", failed.fault().detail());
        } finally {
            known = true;
            freshUntilNanos = System.nanoTime() + freshFor.toNanos();
            asking.unlock();
        }
        if (!wasKnown || !prints(before).equals(prints(items()))) {
            onChange.run();
        }
    }

    // Looking at a list is no use of a server: a process is not started for it.
    private boolean isAsleep() {
        return server.lazy() && server.server().isAsleep();
    }

    private static List<Integer> prints(List<Item> items) {
        return items.stream().map(Item::print).toList();
    }
}
