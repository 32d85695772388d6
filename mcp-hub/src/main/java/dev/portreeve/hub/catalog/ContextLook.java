package dev.portreeve.hub.catalog;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.definition.Definition;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.DefinitionReader;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what servers have beside tools: what they list is remembered, and every definition gets its verdict before anybody
 * is shown it. Thread-safe; looking blocks on the server and the store.
 */
final class ContextLook {
    /** The lists, those first that decide about later ones: an accepted template lets resources in. */
    static final List<Listing> LISTS = List.of(Listing.PROMPTS, Listing.TEMPLATES, Listing.RESOURCES);

    /** The longest a server may take for one list. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOGGER = LoggerFactory.getLogger(ContextLook.class);

    private final Definitions definitions;
    private final ServerMemory memory;
    private final Map<Key, ReentrantLock> asking = new ConcurrentHashMap<>();
    private final Map<String, Pins> pins = new ConcurrentHashMap<>();
    private final Map<Key, List<String>> unusable = new ConcurrentHashMap<>();

    private record Key(String slug, Listing listing) {}

    private record Pins(long revision, ServerPins pins) {}

    ContextLook(Definitions definitions, ServerMemory memory) {
        this.definitions = definitions;
        this.memory = memory;
    }

    /** What the entries of a list are. */
    static DefinitionKind kind(Listing listing) {
        return switch (listing) {
            case TOOLS -> DefinitionKind.TOOL;
            case PROMPTS -> DefinitionKind.PROMPT;
            case RESOURCES -> DefinitionKind.RESOURCE;
            case TEMPLATES -> DefinitionKind.TEMPLATE;
        };
    }

    /**
     * Asks a server for one of its lists. One asking at a time, so that what was listed later counts.
     *
     * @throws ToolServerFault if it does not answer; what it listed before stays
     */
    List<RawJson> ask(ServerEntry server, Listing listing) {
        ReentrantLock lock = asking.computeIfAbsent(new Key(server.slug(), listing), key -> new ReentrantLock());
        lock.lock();
        try {
            List<RawJson> listed = List.copyOf(server.server().list(listing, Deadline.in(PATIENCE)));
            memory.listed(server, listing, listed);
            judge(server, listing, listed);
            return listed;
        } finally {
            lock.unlock();
        }
    }

    /** Judges what a server listed before this start of the gateway. */
    void recall(ServerEntry server) {
        if (memory.of(server).isEmpty()) {
            return;
        }
        for (Listing listing : LISTS) {
            List<RawJson> listed = memory.lastListed(server, listing);
            if (!listed.isEmpty()) {
                judge(server, listing, listed);
            }
        }
        greeted(server);
    }

    /** Judges what a server says of its own use. */
    void greeted(ServerEntry server) {
        record(
                server,
                DefinitionKind.INSTRUCTIONS,
                DefinitionReader.instructions(memory.profile(server).instructions())
                        .definitions());
    }

    private void judge(ServerEntry server, Listing listing, List<RawJson> listed) {
        DefinitionReader.Listed read = DefinitionReader.read(kind(listing), listed);
        ServerPins now = pins(server);
        record(server, kind(listing), now.pinned(kind(listing), read.definitions()));
        say(server, listing, read.dropped());
        int leftOut = listing == Listing.RESOURCES ? now.leftOut(read.definitions()) : 0;
        if (leftOut > 0) {
            LOGGER.warn(
                    "server \"{}\" has {} resources more than can be looked at one by one, and they are not listed: accept a"
                            + " template they fit, or write resources: any for it",
                    server.slug(),
                    leftOut);
        }
    }

    private void record(ServerEntry server, DefinitionKind kind, List<Definition> listed) {
        try {
            List<StoredDefinition> waiting = definitions.listed(server.slug(), kind, listed, server.definitions());
            if (!waiting.isEmpty()) {
                LOGGER.warn(
                        "server \"{}\" has {} that nobody has accepted yet: portreeve tools list --waiting shows what,"
                                + " portreeve tools accept {} accepts",
                        server.slug(),
                        kind.counted(waiting.size()),
                        server.slug());
            }
        } catch (EvidenceUnavailable unrecorded) {
            LOGGER.warn("what tool server \"{}\" lists cannot be recorded now, so it is not used", server.slug());
        }
    }

    // Said once, not at every look.
    private void say(ServerEntry server, Listing listing, List<String> dropped) {
        List<String> before = unusable.put(new Key(server.slug(), listing), dropped);
        if (!dropped.isEmpty() && !dropped.equals(before)) {
            LOGGER.warn(
                    "server \"{}\" has {} that are not listed: {}",
                    server.slug(),
                    listing.member(),
                    String.join("; ", dropped));
        }
    }

    /** The verdicts of now; worked out anew only if one of this server changed. Never blocks. */
    ServerPins pins(ServerEntry server) {
        long revision = definitions.revision();
        Pins known = pins.get(server.slug());
        if (known != null && known.revision() == revision) {
            return known.pins();
        }
        List<StoredDefinition> rows = definitions.of(server.slug());
        ServerPins made = known != null && known.pins().isOf(rows) ? known.pins() : new ServerPins(server, rows);
        pins.put(server.slug(), new Pins(revision, made));
        return made;
    }

    /** What a server says of its own use, as it was accepted; {@code null} if nothing was. */
    @Nullable
    String instructions(ServerEntry server) {
        return pins(server)
                .instructions()
                .map(accepted -> accepted.body().member(DefinitionReader.INSTRUCTIONS))
                .flatMap(RawJson::asString)
                .orElse(null);
    }
}
