package dev.portreeve.hub.north;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What was said on one stream of a session, as far as it is kept: the writer never waits for the reader, and a reader that
 * lost its connection goes on where it was. Bounded in events and bytes; the oldest go first, and a reader that has not
 * taken them by then is cut off. Thread-safe.
 */
final class StreamLog {
    private final long stream;
    private final StreamLimits limits;
    private final LogSpace space;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    private int keptBytes;
    private long last;
    private long taken;
    private boolean ended;
    private @Nullable Reader reader;

    /**
     * @param stream its number, unique in its session
     * @param space what all logs of all sessions may take together
     */
    StreamLog(long stream, StreamLimits limits, LogSpace space) {
        this.stream = stream;
        this.limits = limits;
        this.space = space;
    }

    /** One message, and its number on the stream. */
    record Event(long number, byte[] message) {}

    /** The id under which an event of this stream is sent; the place before the first is 0. */
    EventId idOf(long number) {
        return new EventId(stream, number);
    }

    long number() {
        return stream;
    }

    /** Adds a message; without effect after the end. Never blocks. */
    EventId append(byte[] message) {
        lock.lock();
        try {
            if (!ended) {
                last++;
                keep(new Event(last, message));
                changed.signalAll();
            }
            return idOf(last);
        } finally {
            lock.unlock();
        }
    }

    private void keep(Event event) {
        int bytes = event.message().length;
        if (bytes > limits.logBytes()) {
            // It reaches whoever reads at this moment, by its writer; it cannot be repeated.
            overrun(event.number());
            return;
        }
        while (kept.size() >= limits.logEvents() || keptBytes + bytes > limits.logBytes() || !space.take(bytes)) {
            Event oldest = kept.poll();
            if (oldest == null) {
                overrun(event.number());
                return;
            }
            forget(oldest);
            overrun(oldest.number());
        }
        keptBytes += bytes;
        kept.add(event);
    }

    private void forget(Event event) {
        keptBytes -= event.message().length;
        space.give(event.message().length);
    }

    private void overrun(long lost) {
        if (reader != null && reader.after < lost) {
            reader.cut();
        }
    }

    /** Nothing more will come. Readers get what is kept, and then the end. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come and nothing is kept. */
    void drop() {
        lock.lock();
        try {
            ended = true;
            kept.forEach(this::forget);
            kept.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    boolean isRead() {
        lock.lock();
        try {
            return reader != null && !reader.closed;
        } finally {
            lock.unlock();
        }
    }

    /** Reads on where the last reader stopped; that one, should it still be there, ends. */
    Reader read() {
        lock.lock();
        try {
            return replace(taken);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #read()}, but after an event that the caller says it has. */
    Reader readAfter(long number) {
        lock.lock();
        try {
            return replace(Math.clamp(number, 0, last));
        } finally {
            lock.unlock();
        }
    }

    private Reader replace(long after) {
        if (reader != null) {
            reader.cut();
        }
        reader = new Reader(after);
        return reader;
    }

    /** Whoever takes the events, one after the other. Used by one thread; closed by any. */
    final class Reader implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        // Guarded by the outer lock.
        private long after;
        private boolean sending;
        private boolean closed;

        private Reader(long after) {
            this.after = after;
        }

        EventId position() {
            lock.lock();
            try {
                return idOf(after);
            } finally {
                lock.unlock();
            }
        }

        /**
         * Waits for the next event. Whoever gets it sends it and calls again.
         *
         * @return empty if there will be none for this reader: the stream is over, another reads it, or it was too slow
         */
        Optional<Event> next() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                sending = false;
                taken = Math.max(taken, after);
                while (true) {
                    if (closed) {
                        return Optional.empty();
                    }
                    Optional<Event> next = kept.stream()
                            .filter(event -> event.number() > after)
                            .findFirst();
                    if (next.isPresent()) {
                        after = next.get().number();
                        sending = true;
                        return next;
                    }
                    if (ended) {
                        return Optional.empty();
                    }
                    changed.await();
                }
            } finally {
                lock.unlock();
            }
        }

        // A write to a client that does not read waits for ever; an interrupt breaks it off, and its connection with
        // it.
        private void cut() {
            closed = true;
            if (sending) {
                thread.interrupt();
            }
            changed.signalAll();
        }

        /** Ends it, even in the middle of a write; without effect if it has ended. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (Thread.currentThread().equals(thread)) {
                    // It is past its writing; an interrupt that came too late must not meet what it does next.
                    sending = false;
                    boolean ignored = Thread.interrupted();
                }
                if (!closed) {
                    cut();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
