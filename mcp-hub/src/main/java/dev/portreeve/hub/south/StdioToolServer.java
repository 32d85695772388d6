package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final int MAX_DOUBLINGS = 7;

    private final String slug;
    private final List<String> command;
    private final Map<String, String> environment;
    private final SouthLimits limits;
    private final Runnable onToolsChanged;
    private final ToolOperations operations;
    private final ReentrantLock starting = new ReentrantLock();
    private volatile @Nullable StdioLink link;
    /** The last process begun, which may still be shaking hands. */
    private volatile @Nullable StdioLink newest;

    private volatile String version = "";
    private volatile boolean closed;
    // Guarded by starting.
    private int failures;
    private long endedAtNanos = System.nanoTime();

    /**
     * @param command argv, no shell
     * @param environment all it gets beside PATH and HOME
     * @param onToolsChanged called when the server says its tools changed; must not block
     */
    public StdioToolServer(
            String slug,
            List<String> command,
            Map<String, String> environment,
            SouthLimits limits,
            Runnable onToolsChanged) {
        this.slug = slug;
        this.command = List.copyOf(command);
        this.environment = Map.copyOf(environment);
        this.limits = limits;
        this.onToolsChanged = onToolsChanged;
        this.operations = new ToolOperations(slug, limits.maxTools());
    }

    @Override
    public List<RawJson> list(Deadline deadline) {
        return operations.list(connected(deadline), deadline);
    }

    @Override
    public ToolAnswer call(ToolRequest request, ProgressSink progress, Deadline deadline) {
        ToolAnswer answer = operations.call(connected(deadline), request, progress, deadline);
        succeeded();
        return answer;
    }

    @Override
    public String protocolVersion() {
        return version;
    }

    private void succeeded() {
        // Without waiting: while somebody else starts the server there is nothing to forget.
        if (starting.tryLock()) {
            try {
                failures = 0;
            } finally {
                starting.unlock();
            }
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
            return started != null && !started.hasEnded() ? started : startAndCount();
        } finally {
            starting.unlock();
        }
    }

    private StdioLink startAndCount() {
        StdioLink previous = link;
        if (previous != null) {
            endedAtNanos = previous.endedAtNanos();
            link = null;
        }
        long pause = pauseAfter(failures).toNanos() - (System.nanoTime() - endedAtNanos);
        if (closed) {
            throw ToolServerFault.of(UpstreamFault.Kind.UNREACHABLE, "tool server \"" + slug + "\" is stopped", false);
        }
        if (pause > 0) {
            throw ToolServerFault.of(
                    UpstreamFault.Kind.UNREACHABLE,
                    "tool server \"" + slug + "\" ended and is started again in "
                            + (TimeUnit.NANOSECONDS.toSeconds(pause) + 1) + " s",
                    false);
        }
        // Counted as failed until a call succeeds: a server that starts and dies on each call must pause too.
        failures++;
        try {
            StdioLink started = start();
            link = started;
            return started;
        } finally {
            endedAtNanos = System.nanoTime();
        }
    }

    private static Duration pauseAfter(int failures) {
        return failures <= 1 ? Duration.ZERO : FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 2, MAX_DOUBLINGS));
    }

    private StdioLink start() {
        Deadline deadline = Deadline.in(limits.startTimeout());
        StdioLink first = launch();
        try {
            return greet(first, deadline);
        } catch (ToolServerFault fault) {
            if (!first.hasEnded() || fault.fault().kind() != UpstreamFault.Kind.CUT) {
                giveUp(first);
                throw fault;
            }
        }
        // Some older servers end when they meet a method they do not know; the older greeting gets its own chance.
        StdioLink second = launch();
        try {
            initialize(second, deadline);
            return second;
        } catch (ToolServerFault fault) {
            giveUp(second);
            throw fault;
        }
    }

    private StdioLink launch() {
        try {
            StdioLink launched = new StdioLink(
                    slug,
                    limits.maxMessageBytes(),
                    ServerProcess.start(command, environment),
                    onToolsChanged,
                    () -> LOGGER.info("tool server \"{}\" ended", slug));
            newest = launched;
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

    private StdioLink greet(StdioLink fresh, Deadline deadline) {
        fresh.speakModern(true);
        if (isModern(fresh, deadline)) {
            version = ProtocolVersion.MODERN;
            return fresh;
        }
        initialize(fresh, deadline);
        return fresh;
    }

    private boolean isModern(StdioLink fresh, Deadline deadline) {
        Duration probe = deadline.remaining().compareTo(limits.probeTimeout()) < 0
                ? deadline.remaining()
                : limits.probeTimeout();
        try {
            return Greeting.isModern(fresh.request(Outgoing.discover(), ProgressSink.NONE, Deadline.in(probe)));
        } catch (ToolServerFault fault) {
            if (fault.fault().kind() == UpstreamFault.Kind.TIMEOUT) {
                return false;
            }
            throw fault;
        }
    }

    private void initialize(StdioLink fresh, Deadline deadline) {
        fresh.speakModern(false);
        JsonRpcMessage.Response response = fresh.request(Outgoing.initialize(), ProgressSink.NONE, deadline);
        version = Greeting.negotiated(slug, response);
        fresh.notify("notifications/initialized");
    }

    private void giveUp(StdioLink failed) {
        LOGGER.warn("tool server \"{}\" did not start; it last said: {}", slug, failed.lastWords());
        failed.close(Duration.ZERO);
    }

    @Override
    public void close() {
        // Not under the lock: whoever starts the server now is to be stopped, not waited for.
        closed = true;
        StdioLink last = newest;
        if (last != null) {
            last.close(limits.stopTimeout());
        }
    }
}
