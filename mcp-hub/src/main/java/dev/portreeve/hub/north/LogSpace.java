package dev.portreeve.hub.north;

import java.util.concurrent.atomic.AtomicLong;

/** What the event logs of all sessions may take together. Never blocks; thread-safe. */
final class LogSpace {
    private final AtomicLong free;

    LogSpace(long bytes) {
        free = new AtomicLong(bytes);
    }

    /** @return false if there is not that much left; nothing is taken then */
    boolean take(int bytes) {
        if (free.addAndGet(-bytes) >= 0) {
            return true;
        }
        free.addAndGet(bytes);
        return false;
    }

    void give(int bytes) {
        free.addAndGet(bytes);
    }
}
