package dev.portreeve.audit;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A journal in memory, for tests of the modules above: the same promises as {@link PostgresJournal}, by the same contract
 * suite. Stores in the appending thread, unless {@link #pause() paused}. Books get a transaction without a connection, so
 * they must be fakes too. Safe for several threads.
 */
public final class InMemoryJournal implements Journal, AutoCloseable {
    /** What goes wrong with an entry. */
    public enum Fault {
        NONE,
        /** Nothing is stored, and the receipt fails. */
        FAILS,
        /** Everything is stored, and yet the receipt fails, as when the answer to a commit is lost. */
        FAILS_BUT_PERSISTED
    }

    /** A record as it would stand in the table. */
    public record Stored(UUID id, Instant at, AuditEvent event, byte[] leaf) {}

    private record Waiting(JournalEntry<?> entry, Ticket ticket) {}

    private final ReentrantLock lock = new ReentrantLock(true);
    private final InstantSource clock;
    private final RecordIds ids = new RecordIds(new Random(7));
    private final LeafWriter writer = new LeafWriter();
    private final List<Stored> records = new ArrayList<>();
    private final Queue<Fault> faults = new ArrayDeque<>();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private boolean paused;
    private boolean closed;

    public InMemoryJournal() {
        this(InstantSource.system());
    }

    public InMemoryJournal(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Receipt append(JournalEntry<?> entry) {
        lock.lock();
        try {
            if (closed) {
                throw new EvidenceUnavailable("the journal is closed: no more records are taken");
            }
            Waiting next = new Waiting(entry, new Ticket());
            if (paused) {
                waiting.add(next);
            } else {
                store(next);
            }
            return next.ticket();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Receipt appendUnhurried(JournalEntry<?> entry) {
        return append(entry);
    }

    /** Lets the next entries, one for each fault, go wrong that way. */
    public void next(Fault... coming) {
        lock.lock();
        try {
            faults.addAll(List.of(coming));
        } finally {
            lock.unlock();
        }
    }

    /** Leaves entries waiting, as if the database were slow, until {@link #resume}. */
    public void pause() {
        lock.lock();
        try {
            paused = true;
        } finally {
            lock.unlock();
        }
    }

    /** Stores what waited, in order. */
    public void resume() {
        lock.lock();
        try {
            paused = false;
            for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                store(next);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The events stored so far, in order. */
    public List<AuditEvent> events() {
        return records().stream().map(Stored::event).toList();
    }

    /** The events of one call, in order. */
    public List<AuditEvent> events(UUID callId) {
        return events().stream().filter(event -> callId.equals(event.callId())).toList();
    }

    public List<Stored> records() {
        lock.lock();
        try {
            return List.copyOf(records);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        resume();
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    private void store(Waiting next) {
        Fault fault = faults.isEmpty() ? Fault.NONE : faults.remove();
        if (fault == Fault.FAILS) {
            next.ticket().end(null, "the test wanted this entry to fail");
            return;
        }
        List<Stored> made = new ArrayList<>();
        try {
            apply(next.entry());
            Instant at = clock.instant();
            for (AuditEvent event : next.entry().events().get()) {
                UUID id = ids.next(at);
                made.add(new Stored(id, at, event, writer.write(event, id, at)));
            }
        } catch (SQLException | RuntimeException e) {
            next.ticket().end(null, "the record was refused: " + e);
            return;
        }
        records.addAll(made);
        if (fault == Fault.FAILS_BUT_PERSISTED) {
            next.ticket().end(null, "the test wanted this entry to fail after it was stored");
        } else {
            next.ticket().end(made.stream().map(Stored::id).toList(), "");
        }
    }

    private static <P> void apply(JournalEntry<P> entry) throws SQLException {
        PostingBook<P> book = entry.book();
        P posting = entry.posting();
        if (book != null && posting != null) {
            List<Runnable> afterCommit = new ArrayList<>();
            book.apply(new NoConnection(afterCommit), List.of(posting));
            afterCommit.forEach(Runnable::run);
        }
    }

    private record NoConnection(List<Runnable> actions) implements Transaction {
        @Override
        public Connection connection() {
            throw new UnsupportedOperationException("this journal is in memory and has no connection");
        }

        @Override
        public void atLast(String sql, Parameters parameters) {
            throw new UnsupportedOperationException("this journal is in memory and has no statements");
        }

        @Override
        public void identify(String xid) {}

        @Override
        public void guess() {}

        @Override
        public void afterCommit(Runnable action) {
            actions.add(action);
        }
    }

    private static final class Ticket implements Receipt {
        private static final long AWAIT_SECONDS = 10;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile @Nullable List<UUID> stored;
        private volatile String failure = "";

        void end(@Nullable List<UUID> ids, String reason) {
            stored = ids;
            failure = reason;
            ended.countDown();
        }

        @Override
        public void await() {
            boolean interrupted = Thread.interrupted();
            try {
                if (!ended.await(AWAIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new EvidenceUnavailable("the record was not stored within " + AWAIT_SECONDS + " s");
                }
            } catch (InterruptedException e) {
                interrupted = true;
                await();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            if (stored == null) {
                throw new EvidenceUnavailable(failure);
            }
        }

        @Override
        public boolean isDurable() {
            return stored != null;
        }

        @Override
        public List<UUID> recordIds() {
            List<UUID> known = stored;
            if (known == null) {
                throw new IllegalStateException("the ids of records are known once they are durable");
            }
            return known;
        }
    }
}
