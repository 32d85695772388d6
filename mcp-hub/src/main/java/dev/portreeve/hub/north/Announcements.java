package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells those who listen what changed, each by its own view and rights. However often things change, everybody is told
 * at most a few times in a second. Thread-safe.
 */
final class Announcements {
    private static final Duration GATHER = Duration.ofMillis(200);

    private final AlarmClock alarms;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile boolean closed;

    /** Somebody with an open stream, or about to open one. */
    interface Listener {
        /** Lists may have changed: looks whether its own did. Must not block. */
        void look();

        /** The gateway stops. */
        void close();
    }

    Announcements(AlarmClock alarms) {
        this.alarms = alarms;
    }

    /** From now until {@link #leave}. The bound on listeners is that on open streams. */
    void join(Listener listener) {
        listeners.add(listener);
        if (closed) {
            listener.close();
        }
    }

    void leave(Listener listener) {
        listeners.remove(listener);
    }

    /** Something may have changed that is listed. Never blocks. */
    void listsMayHaveChanged() {
        if (due.compareAndSet(false, true)) {
            AlarmClock.Alarm unused = alarms.after(GATHER, () -> {
                due.set(false);
                listeners.forEach(Listener::look);
            });
        }
    }

    /** Ends every listening stream, as the server's own wish, and every later one as it begins. */
    void close() {
        closed = true;
        listeners.forEach(Listener::close);
    }
}
