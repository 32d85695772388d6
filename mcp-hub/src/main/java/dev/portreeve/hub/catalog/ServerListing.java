package dev.portreeve.hub.catalog;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.definition.DefinitionReader;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.definition.StoredDefinition;
import dev.portreeve.hub.definition.Verdict;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is known of one server up to date on a thread of its own: at the start, when told that its tools changed, after
 * a while, when a person wants it, and after a failure in growing pauses. What was accepted before is there from the start, and stays while the
 * server is down; only a complete list without a tool takes the tool away. A process that sleeps is not woken for any of
 * that, but looked into before it gets its next call.
 */
final class ServerListing implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerListing.class);
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(60);
    /** However often a server says that its tools changed. */
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final ServerEntry entry;
    private final Definitions definitions;
    private final ServerMemory memory;
    private final ContextLook look;
    private final FirstContacts firstContacts;
    private final InstantSource clock;
    private final Duration interval;
    private final Runnable onChange;
    private final Bell bell = new Bell();
    private final Thread thread;
    /** Why the last contact failed; {@code null} if it did not. */
    private volatile @Nullable ToolServerFault fault;

    /** Calls that wait for a look. */
    private final AtomicInteger callsWaiting = new AtomicInteger();

    /** Whether the next look is at everything the server has. */
    private final AtomicBoolean thoroughly = new AtomicBoolean(true);

    private long thoroughlyAgainNanos;
    private int failures;
    private List<String> dropped = List.of();
    private volatile Shown shown = new Shown(-1, List.of(), 0, List.of(), Map.of());
    private volatile ServerStatus status;

    /** What the definitions of a revision come to. */
    private record Shown(
            long revision,
            List<CatalogTool> tools,
            int waiting,
            List<Resource.Tool> quarantined,
            Map<DefinitionKind, Integer> held) {}

    /** @param onChange called on the listing's thread after every contact */
    ServerListing(
            ServerEntry entry,
            Definitions definitions,
            ServerMemory memory,
            ContextLook look,
            FirstContacts firstContacts,
            InstantSource clock,
            Duration interval,
            Runnable onChange) {
        this.entry = entry;
        this.definitions = definitions;
        this.memory = memory;
        this.look = look;
        this.firstContacts = firstContacts;
        this.clock = clock;
        this.interval = interval;
        this.onChange = onChange;
        this.status = new ServerStatus(
                entry.slug(),
                entry.transport(),
                isKnown() ? ServerStatus.State.ASLEEP : ServerStatus.State.STARTING,
                memory.profile(entry).protocolVersion(),
                0,
                null,
                null);
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

    /** What waits for a person and is not used before, by the tools' own names. */
    List<Resource.Tool> quarantined() {
        return shown().quarantined();
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
        rows.stream()
                .filter(row ->
                        row.kind() == DefinitionKind.TOOL && row.verdict().inForce())
                .forEach(row -> inForce.put(row.name(), row));
        List<CatalogTool> tools = new ArrayList<>();
        List<Resource.Tool> quarantined = new ArrayList<>();
        Map<DefinitionKind, Integer> held = new EnumMap<>(DefinitionKind.class);
        int waiting = 0;
        for (StoredDefinition row : rows) {
            if (row.offered()) {
                waiting += row.verdict().waits() ? 1 : 0;
                if (row.verdict() == Verdict.QUARANTINED) {
                    held.merge(row.kind(), 1, Integer::sum);
                }
            }
            if (row.offered() && row.kind() == DefinitionKind.TOOL) {
                if (row.verdict() == Verdict.QUARANTINED) {
                    quarantined.add(new Resource.Tool(entry.slug(), row.name(), row.hash()));
                }
                StoredDefinition accepted = inForce.get(row.name());
                if (accepted != null) {
                    boolean withheld = !accepted.hash().equals(row.hash());
                    tools.add(CatalogTool.of(entry, accepted.definition(), withheld));
                }
            }
        }
        return new Shown(revision, List.copyOf(tools), waiting, List.copyOf(quarantined), held);
    }

    ServerStatus status() {
        Shown now = shown();
        ServerStatus last = status;
        boolean stopped =
                last.state() == ServerStatus.State.UP && entry.server().isAsleep();
        return (stopped ? last.asleep() : last)
                .with(now.tools().size(), now.waiting(), now.held())
                .with(entry.server().condition());
    }

    /** Whether what it showed before stands for it until somebody calls it. */
    private boolean isKnown() {
        return entry.lazy() && memory.of(entry).isPresent();
    }

    /** Asks for a refresh soon; several askings are one. Never blocks. */
    void refreshSoon() {
        bell.ask();
    }

    /** The server said that its tools changed: calls wait until it was asked what they are now. Never blocks. */
    void announced() {
        bell.announce();
    }

    /**
     * Waits until every change the server has announced so far was looked into, whatever came of that. A server that sleeps
     * is woken and asked: what it would list now may be something else than what it listed before it fell asleep.
     *
     * @param patience for a change that was announced
     * @param deadline for a server that has to start first
     * @return false if that takes too long
     * @throws ToolServerFault if the server sleeps and does not start
     */
    boolean settle(Deadline patience, Deadline deadline) throws InterruptedException {
        callsWaiting.incrementAndGet();
        try {
            return entry.server().isAsleep() ? wake(deadline) : bell.awaitLook(patience);
        } finally {
            callsWaiting.decrementAndGet();
        }
    }

    private boolean wake(Deadline deadline) throws InterruptedException {
        bell.wake();
        if (!bell.awaitLook(deadline)) {
            // Nothing has been asked of it yet.
            throw new ToolServerFault(new UpstreamFault(
                    UpstreamFault.Kind.TIMEOUT,
                    0,
                    "tool server \"" + entry.slug() + "\" did not start in time",
                    false));
        }
        ToolServerFault failed = fault;
        if (failed != null) {
            throw failed;
        }
        return true;
    }

    /**
     * Looks at everything the server has now, for a person; a process is started for it, and ends again.
     *
     * @throws ToolServerFault if the server does not answer
     */
    void refresh(Deadline deadline) throws InterruptedException {
        thoroughly.set(true);
        boolean unused = wake(deadline);
        ToolServerFault failed = fault;
        if (failed != null) {
            throw failed;
        }
    }

    /** Whether looking now tells more than what is known, or is needed by somebody who waits. */
    private boolean isWanted() {
        // What a process that sleeps would list is what it listed before; asking would wake it.
        boolean knownAndAsleep =
                entry.server().isAsleep() && (entry.lazy() ? isKnown() : status.state() == ServerStatus.State.UP);
        return bell.isAwaited() || !knownAndAsleep;
    }

    private void keepUpToDate() {
        try {
            look.recall(entry);
            if (!isKnown()) {
                firstContacts.inTurn(entry.lazy(), this::runOnce);
            }
            while (true) {
                bell.rest(SHORTEST_PAUSE);
                bell.listen(failures == 0 ? interval : afterFailures());
                if (isWanted()) {
                    runOnce();
                }
            }
        } catch (InterruptedException closed) {
            LOGGER.debug("the tools of \"{}\" are no longer watched", entry.slug());
        }
    }

    private Duration afterFailures() {
        Duration pause = SHORTEST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 6));
        return pause.compareTo(interval) < 0 ? pause : interval;
    }

    /** One contact with the server. */
    private void runOnce() throws InterruptedException {
        boolean slept = entry.server().isAsleep();
        long heard = bell.heard();
        try {
            look();
            fault = null;
        } catch (ToolServerFault failed) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            fault = failed;
            failed(failed.fault().detail());
        } catch (EvidenceUnavailable unrecorded) {
            failed("what tool server \"" + entry.slug() + "\" lists cannot be recorded now, so it is not used");
        }
        if (slept) {
            entry.server().rest(callsWaiting.get() > 0);
        }
        onChange.run();
        bell.answered(heard);
    }

    private void look() {
        ToolServer server = entry.server();
        List<RawJson> tools = tools(server);
        DefinitionReader.Listed listed =
                DefinitionReader.tools(tools, server.profile().runsTasks());
        warnOfWaiting(definitions.listed(entry.slug(), DefinitionKind.TOOL, listed.definitions(), entry.definitions()));
        warnOfDropped(listed.dropped());
        memory.greeted(entry, server.profile());
        look.greeted(entry);
        // A call that waits for a process to start waits for its tools only.
        boolean due = thoroughlyAgainNanos - System.nanoTime() <= 0 && callsWaiting.get() == 0;
        if (thoroughly.compareAndSet(true, false) || due) {
            // The tools are there meanwhile.
            onChange.run();
            lookAtContext(server);
            thoroughlyAgainNanos = System.nanoTime() + interval.toNanos();
        }
        failures = 0;
        status = status(ServerStatus.State.UP, listed.dropped().size(), null);
    }

    private static List<RawJson> tools(ToolServer server) {
        try {
            return server.list(Deadline.in(LIST_TIMEOUT));
        } catch (ToolServerFault refused) {
            // It answers, and never said that it has tools: it may well have prompts.
            if (refused.fault().kind() == UpstreamFault.Kind.REFUSED
                    && refused.fault().status() == 0
                    && !server.profile().can(Listing.TOOLS.capability())) {
                return List.of();
            }
            throw refused;
        }
    }

    // What fails here is asked for again when somebody wants it and the server is awake.
    private void lookAtContext(ToolServer server) {
        for (Listing listing : ContextLook.LISTS) {
            if (server.profile().can(listing.capability())) {
                try {
                    List<RawJson> unused = look.ask(entry, listing);
                } catch (ToolServerFault unlisted) {
                    LOGGER.debug("{}", unlisted.fault().detail());
                }
            }
        }
    }

    private void failed(String detail) {
        failures++;
        status = status(ServerStatus.State.DOWN, status.dropped(), detail);
        if (failures == 1) {
            LOGGER.warn("{}; its {} listed tools stay listed", detail, tools().size());
        }
    }

    private void warnOfWaiting(List<StoredDefinition> waiting) {
        if (!waiting.isEmpty()) {
            LOGGER.warn(
                    "{} new or changed tools of server \"{}\" wait for a person: see them with portreeve tools list --waiting,"
                            + " accept them with portreeve tools accept {}",
                    waiting.size(),
                    entry.slug(),
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
                memory.profile(entry).protocolVersion(),
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
