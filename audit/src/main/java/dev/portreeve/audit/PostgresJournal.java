package dev.portreeve.audit;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The journal of one replica on PostgreSQL: a bounded queue in front of one writer thread with a connection of its own.
 *
 * <p>Appending is cheap and, but for a full queue, does not block. Batches form by themselves: what is appended while a
 * commit is under way shares the next one, and a lone entry is committed at once, or after the configured linger if
 * nobody waits for it. While the database is away, entries
 * stay queued and receipts end after their limit with {@link EvidenceUnavailable}; when it is back, what is queued is
 * stored in order. A commit whose answer was lost is looked up before anything is written again, so no record and no
 * posting is stored twice.
 *
 * <p>Thread-safe. Start once; {@link #close} stores what is queued, within a bound, and ends the thread.
 */
public final class PostgresJournal implements Journal, AutoCloseable {
    private static final long MILLIS_TO_END = 1000;
    private static final String CLOSED = "the journal is closed: no more records are taken";

    private final JournalSettings settings;
    private final InstantSource clock;
    private final Lanes queue;
    private final Pending last;
    private final WriterNotes notes;
    private final JournalWriter writer;
    private final Thread thread;
    private volatile boolean closed;

    private PostgresJournal(
            DataSource database,
            JournalSettings settings,
            InstantSource clock,
            RandomGenerator random,
            @Nullable JournalOwner owner) {
        this.settings = settings;
        this.clock = clock;
        this.queue = new Lanes(settings);
        this.notes = new WriterNotes(clock);
        this.last = pending(new JournalEntry<>(null, null, List::of), Pending.Pace.HURRIED);
        this.writer =
                new JournalWriter(database, settings, queue, last, random, clock, notes, new SetBack(clock, owner));
        this.thread = Thread.ofPlatform().name("audit-journal").daemon().unstarted(writer);
    }

    /**
     * Starts the writer; returns at once, also while the database is away.
     *
     * @param database opens one unpooled connection for the writer, and another whenever that one is lost
     * @param random fills the random part of record ids
     */
    public static PostgresJournal start(
            DataSource database, JournalSettings settings, InstantSource clock, RandomGenerator random) {
        return start(database, settings, clock, random, null);
    }

    /**
     * The same for a process with a name, which says in its log when its clock was set back.
     *
     * @param owner {@code null} for a process without a name, which says nothing
     */
    public static PostgresJournal start(
            DataSource database,
            JournalSettings settings,
            InstantSource clock,
            RandomGenerator random,
            @Nullable JournalOwner owner) {
        PostgresJournal journal = new PostgresJournal(database, settings, clock, random, owner);
        journal.thread.start();
        return journal;
    }

    @Override
    public Receipt append(JournalEntry<?> entry) {
        return append(pending(entry, Pending.Pace.HURRIED));
    }

    @Override
    public Receipt appendAhead(JournalEntry<?> entry) {
        return append(pending(entry, Pending.Pace.AHEAD));
    }

    @Override
    public Receipt appendUnhurried(JournalEntry<?> entry) {
        return append(pending(entry, Pending.Pace.UNHURRIED));
    }

    private Receipt append(Pending pending) {
        if (closed) {
            throw new EvidenceUnavailable(CLOSED);
        }
        if (!offer(pending)) {
            throw new EvidenceUnavailable("the journal's queue of " + settings.queueCapacity()
                    + " entries is full: the database is down or too slow");
        }
        if (!thread.isAlive()) {
            failQueued();
        }
        return pending;
    }

    /** How many entries wait for the writer now: what a health check and a metric look at. */
    public int queued() {
        return queue.size();
    }

    /** How far it is behind now. Does not block. */
    public JournalState state() {
        return notes.state(queue, settings.queueCapacity());
    }

    private Pending pending(JournalEntry<?> entry, Pending.Pace pace) {
        // PostgreSQL keeps microseconds and rounds; the leaf says the same time only if nothing is left to round.
        return new Pending(
                entry, pace, clock.instant().truncatedTo(ChronoUnit.MICROS), settings.awaitLimit(), notes::trouble);
    }

    private boolean offer(Pending pending) {
        long deadline = System.nanoTime() + settings.queueWait().toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return queue.offer(pending, deadline - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Stores what is queued, at most for the configured time; what is left after that fails. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        long deadline = System.nanoTime() + settings.closeLimit().toNanos();
        try {
            if (queue.offer(last, deadline - System.nanoTime())) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
            abandon();
            thread.join(MILLIS_TO_END);
        } catch (InterruptedException e) {
            abandon();
            Thread.currentThread().interrupt();
        }
        failQueued();
    }

    private void abandon() {
        writer.abandon();
        thread.interrupt();
    }

    private void failQueued() {
        for (Pending pending = queue.poll(); pending != null; pending = queue.poll()) {
            pending.fail(CLOSED);
        }
    }
}
