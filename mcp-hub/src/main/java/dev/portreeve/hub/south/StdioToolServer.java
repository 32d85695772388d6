package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that is a process of ours and speaks over its standard streams, in either era. Starts at the first use; starts
 * again after it ended, the first time at once and then with growing pauses until a call succeeds. While it pauses, calls
 * fail at once.
 */
public final class StdioToolServer implements ToolServer {
    private static final Logger LOGGER = LoggerFactory.getLogger(StdioToolServer.class);

    private final String slug;
    private final ProcessLaunch launch;
    private final LastWill will;
    private final SouthLimits limits;
    private final ServerVoice voice;
    private final StdioHandshake handshake;
    private final ToolOperations operations;
    private final ReentrantLock starting = new ReentrantLock();
    private final RestartPause pause = new RestartPause();
    private final Conversations conversations;
    private final boolean stateless;
    /** All processes that run, those included that still shake hands. */
    private final Set<StdioLink> running = ConcurrentHashMap.newKeySet();
    /** The gateway's own process: the one for all, unless the server is of the older era and not stateless. */
    private volatile @Nullable StdioLink link;

    private final ServerEar ear;
    private final Watches watches;

    private volatile ServerProfile profile = ServerProfile.UNKNOWN;
    private volatile boolean closed;
    private final AtomicInteger users = new AtomicInteger();
    private volatile long usedAtNanos = System.nanoTime();
    private final StderrTail stderr = new StderrTail();

    /**
     * @param will ends its processes if the gateway cannot
     * @param stateless whether a server of the older era may be asked for all callers in one process
     * @param voice hears what the server says by itself
     */
    public StdioToolServer(
            String slug,
            ProcessLaunch launch,
            LastWill will,
            SouthLimits limits,
            boolean stateless,
            ServerVoice voice) {
        this.slug = slug;
        this.launch = launch;
        this.will = will;
        this.limits = limits;
        this.voice = voice;
        this.handshake = new StdioHandshake(slug, limits.probeTimeout());
        this.operations = new ToolOperations(slug, limits);
        this.stateless = stateless;
        this.ear = new ServerEar(slug, this::listen);
        this.watches = new Watches(slug, this::attention);
        this.conversations = new Conversations(slug, limits.maxSessions(), sessionIdle(), this::openSession);
    }

    @Override
    public List<RawJson> list(Listing listing, Deadline deadline) {
        try (SharedUse use = new SharedUse()) {
            return operations.list(use.link(deadline), listing, deadline);
        }
    }

    /** Whether callers are served by the gateway's own process. */
    private boolean isShared() {
        return stateless || profile.protocolVersion().equals(ProtocolVersion.MODERN);
    }

    @Override
    public void rest(boolean callFollows) {
        if (launch.lazy() && !callFollows) {
            fallAsleep();
        }
    }

    @Override
    public Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        Answered answered = isSharedBy(party, deadline)
                ? askShared(party, request, meanwhile, deadline)
                : inSession(party, request, meanwhile, deadline);
        pause.succeeded();
        return answered;
    }

    private boolean isSharedBy(Party party, Deadline deadline) {
        // Once it is known that the server is of the older era, its own process need not run for a caller's.
        return isShared()
                || party.equals(Party.GATEWAY)
                || (profile.equals(ServerProfile.UNKNOWN) && connected(deadline).isModern());
    }

    private Answered askShared(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        try (SharedUse use = new SharedUse()) {
            StdioLink own = use.link(deadline);
            return own.isModern()
                    ? operations.ask(own, party, request, meanwhile, deadline)
                    : operations.ask(own, Party.GATEWAY, request, Meanwhile.withoutQuestions(meanwhile), deadline);
        } finally {
            // Only callers keep it awake beyond their use: what the gateway lists for itself does not.
            usedAtNanos = System.nanoTime();
        }
    }

    private Answered inSession(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        try (Conversations.Lease lease = conversations.lease(party, deadline)) {
            return operations.ask(lease.link(), party, request, meanwhile, deadline);
        }
    }

    @Override
    public Answered watch(Party party, Watcher watcher, Deadline deadline) {
        return watches.watch(hearing(party, watcher.topic()), watcher, deadline);
    }

    @Override
    public void unwatch(Party party, Watcher watcher) {
        watches.unwatch(hearing(party, watcher.topic()), watcher);
    }

    // Whose connection will tell it. Tasks of a server that keeps nothing of its callers are kept in the gateway's own.
    private Party hearing(Party party, Topic topic) {
        return switch (topic) {
            case RESOURCE -> stateless ? Party.ALL : party;
            case TASK -> stateless && !profile.isModern() ? Party.GATEWAY : party;
        };
    }

    private Attention attention(Topic topic, Party party, Watches.Hearing hearing, Deadline deadline) {
        boolean modern = profile.equals(ServerProfile.UNKNOWN)
                ? connected(deadline).isModern()
                : profile.protocolVersion().equals(ProtocolVersion.MODERN);
        return modern
                ? new StreamAttention(
                        slug, topic, (request, heard, until) -> listen(party, request, heard, until), hearing)
                : SessionAttention.of(topic, conversations, party, hearing);
    }

    // While somebody listens the process is in use: it is started for that, and does not fall asleep.
    private JsonRpcMessage.Response listen(Party party, ServerRequest request, Meanwhile heard, Deadline deadline) {
        try (SharedUse use = new SharedUse()) {
            return use.link(deadline).request(request, party, heard, deadline);
        }
    }

    @Override
    public void tell(String partyKey, String method) {
        conversations.tell(partyKey, method);
    }

    @Override
    public ServerProfile profile() {
        return profile;
    }

    @Override
    public void leave(String partyKey) {
        conversations.leave(partyKey);
    }

    private Duration sessionIdle() {
        boolean sooner = launch.stopsIdle() && launch.idleStop().compareTo(limits.sessionIdle()) < 0;
        return sooner ? launch.idleStop() : limits.sessionIdle();
    }

    @Override
    public void endUnused() {
        conversations.endUnused();
        if (launch.stopsIdle()
                && users.get() == 0
                && System.nanoTime() - usedAtNanos > launch.idleStop().toNanos()) {
            fallAsleep();
        }
    }

    // A use that begins now either is seen by the second look, or finds no process and waits for the lock.
    private void fallAsleep() {
        if (!starting.tryLock()) {
            return;
        }
        try {
            StdioLink idle = link;
            link = null;
            if (users.get() > 0) {
                link = idle;
            } else if (idle != null && !idle.hasEnded()) {
                LOGGER.info("tool server \"{}\" is not used and stopped until it is", slug);
                Thread.ofVirtual().name("hub-" + slug + "-idle").start(() -> idle.close(limits.stopTimeout()));
            }
        } finally {
            starting.unlock();
        }
    }

    @Override
    public boolean isAsleep() {
        // A process that ended by itself is looked after by the gateway only if it is to run without callers.
        return running.isEmpty()
                && (launch.lazy() || (link == null && !pause.left().isPositive()));
    }

    @Override
    public ServerCondition condition() {
        return ServerCondition.ofProcesses(running.size(), stderr.lines());
    }

    /** Keeps the shared process awake. */
    private final class SharedUse implements AutoCloseable {
        SharedUse() {
            users.incrementAndGet();
        }

        StdioLink link(Deadline deadline) {
            return connected(deadline);
        }

        @Override
        public void close() {
            users.decrementAndGet();
        }
    }

    private StdioLink connected(Deadline deadline) {
        StdioLink current = link;
        if (current != null && !current.hasEnded()) {
            return current;
        }
        try {
            if (!starting.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw ToolServerFault.of(
                        UpstreamFault.Kind.UNREACHABLE, "tool server \"" + slug + "\" is still starting", false);
            }
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        }
        try {
            StdioLink started = link;
            if (started == null || started.hasEnded()) {
                started = counted(this::start);
                link = started;
                usedAtNanos = System.nanoTime();
                ear.open();
            }
            return started;
        } finally {
            starting.unlock();
        }
    }

    private StdioLink counted(Supplier<StdioLink> start) {
        long left = pause.left().toNanos();
        if (closed) {
            throw ToolServerFault.of(UpstreamFault.Kind.UNREACHABLE, "tool server \"" + slug + "\" is stopped", false);
        }
        if (left > 0) {
            throw ToolServerFault.of(
                    UpstreamFault.Kind.UNREACHABLE,
                    "tool server \"" + slug + "\" ended and is started again in "
                            + (TimeUnit.NANOSECONDS.toSeconds(left) + 1) + " s",
                    false);
        }
        try {
            return start.get();
        } catch (ToolServerFault fault) {
            pause.failed();
            throw fault;
        }
    }

    private StdioLink start() {
        Deadline deadline = Deadline.in(limits.startTimeout());
        StdioLink first = launch(Party.GATEWAY);
        try {
            return known(handshake.greeted(first, deadline));
        } catch (ToolServerFault fault) {
            if (!first.hasEnded() || fault.fault().kind() != UpstreamFault.Kind.CUT) {
                handshake.giveUp(first);
                throw fault;
            }
        }
        // Some older servers end when they meet a method they do not know; the older greeting gets its own chance.
        return known(handshake.initialized(launch(Party.GATEWAY), Party.GATEWAY, deadline));
    }

    private StdioLink known(StdioLink greeted) {
        profile = greeted.profile();
        return greeted;
    }

    private StdioLink openSession(Party party, Deadline unused) {
        // A first start may take longer than one call may: the next one finds the process started.
        return counted(() -> known(handshake.initialized(launch(party), party, Deadline.in(limits.startTimeout()))));
    }

    private StdioLink launch(Party party) {
        try {
            StdioLink launched = new StdioLink(
                    slug,
                    limits.maxMessageBytes(),
                    ServerProcess.start(launch, will),
                    !party.equals(Party.GATEWAY),
                    stderr,
                    new Aside(voice, watches, party),
                    this::ended);
            running.add(launched);
            if (launched.hasEnded()) {
                running.remove(launched);
            }
            if (closed) {
                launched.close(Duration.ZERO);
            }
            return launched;
        } catch (IOException cannotStart) {
            // The exception's text names the program and the reason, not its arguments.
            LOGGER.warn("tool server \"{}\" cannot be started: {}", slug, cannotStart.getMessage());
            throw ToolServerFault.of(
                    UpstreamFault.Kind.UNREACHABLE,
                    "tool server \"" + slug + "\" cannot be started: look for its name in the gateway's log",
                    false);
        }
    }

    private void ended(StdioLink over) {
        running.remove(over);
        if (over.wasLost()) {
            LOGGER.info("tool server \"{}\" ended", slug);
            pause.failed();
        }
    }

    // A server of the older era says it on its pipe unasked. A process that does not run is not started to listen to
    // it.
    private boolean listen(Deadline deadline) {
        StdioLink own = link;
        return own != null && !own.hasEnded() && own.isModern() && ServerEar.listen(own, deadline);
    }

    @Override
    public void close() {
        // Not under the lock: whoever starts the server now is to be stopped, not waited for.
        closed = true;
        ear.close();
        watches.close();
        List<Thread> stopping = running.stream()
                .map(one -> Thread.ofVirtual().start(() -> one.close(limits.stopTimeout())))
                .toList();
        conversations.close();
        try {
            for (Thread one : stopping) {
                one.join();
            }
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }
}
