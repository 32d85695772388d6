package dev.portreeve.hub.outbound;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Connections that wait for their next request, the latest first, at most so many for each origin and altogether. One that
 * was idle for too long is closed instead of used: many servers end theirs after a while, and a request that meets such an
 * end may or may not have been read. Thread-safe.
 */
final class Connections implements AutoCloseable {
    private static final int MOST_IDLE = 1024;
    private static final int MOST_IDLE_PER_ORIGIN = 128;
    /** Servers on Node close theirs after five seconds, and if they are busy then, with a request on its way. */
    private static final long LONGEST_IDLE_NANOS = Duration.ofSeconds(4).toNanos();

    private final int connectMillis;
    private final SSLSocketFactory tls;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Origin, Deque<Connection>> idle = new HashMap<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private int waiting;
    private volatile boolean closed;

    Connections(Duration connectTimeout, SSLSocketFactory tls) {
        this.connectMillis = Math.max(1, (int) Math.min(Integer.MAX_VALUE, connectTimeout.toMillis()));
        this.tls = tls;
    }

    /** One that stands, if there is any. */
    @Nullable
    Connection idle(Origin origin) {
        for (Connection one = take(origin); one != null; one = take(origin)) {
            if (one.idleNanos() < LONGEST_IDLE_NANOS && one.isQuiet()) {
                return one;
            }
            one.close();
        }
        return null;
    }

    private @Nullable Connection take(Origin origin) {
        lock.lock();
        try {
            Deque<Connection> own = idle.get(origin);
            if (own == null) {
                return null;
            }
            Connection latest = own.pollFirst();
            waiting -= latest == null ? 0 : 1;
            if (own.isEmpty()) {
                idle.remove(origin);
            }
            return latest;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps one for the next request, or closes it where too many wait. */
    void giveBack(Connection used) {
        used.rest();
        lock.lock();
        try {
            if (!closed && waiting < MOST_IDLE) {
                Deque<Connection> own = idle.computeIfAbsent(used.origin(), any -> new ArrayDeque<>());
                if (own.size() < MOST_IDLE_PER_ORIGIN) {
                    own.addFirst(used);
                    waiting++;
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
        used.close();
    }

    /** Closes those that were idle for too long; called now and then. */
    void closeUnused() {
        lock.lock();
        try {
            idle.values().removeIf(own -> {
                while (!own.isEmpty() && own.peekLast().idleNanos() >= LONGEST_IDLE_NANOS) {
                    own.removeLast().close();
                    waiting--;
                }
                return own.isEmpty();
            });
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens a new one to the first of the addresses that answers.
     *
     * @throws Unreachable if none does, or TLS fails
     */
    Connection open(List<InetAddress> addresses, Origin origin, Watch watch) throws IOException {
        IOException last = null;
        for (InetAddress address : addresses) {
            try {
                return greeted(Connection.open(address, origin, connectMillis, open::remove), watch);
            } catch (IOException failed) {
                watch.requireTime(failed);
                last = failed;
            }
        }
        throw Unreachable.because(last);
    }

    private Connection greeted(Connection connection, Watch watch) throws IOException {
        open.add(connection);
        if (closed) {
            connection.close();
        }
        if (connection.origin().secure()) {
            watch.over(connection);
            try {
                connection.secure(tls);
            } catch (IOException | RuntimeException failed) {
                connection.close();
                throw failed;
            }
        }
        return connection;
    }

    /** Closes all, also those in use. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            idle.clear();
            waiting = 0;
        } finally {
            lock.unlock();
        }
        List.copyOf(open).forEach(Connection::close);
    }
}
