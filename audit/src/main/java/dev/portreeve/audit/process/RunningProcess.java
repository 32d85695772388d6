package dev.portreeve.audit.process;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.JournalOwner;
import dev.portreeve.audit.Receipt;
import dev.portreeve.audit.SetBack;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process in the log: that it started, that it stops, and, for others that are gone without a word, that they are. Its signs of life
 * go through the journal, so one that can store nothing gives none.
 *
 * <p>{@link #start}, then {@link #run} on a thread of its own, then {@link #close} while the journal still takes entries.
 */
public final class RunningProcess implements Runnable, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RunningProcess.class);
    private static final String PROCESS = "process";
    /** Clocks of several machines differ, and a record waits for its commit: what the verifier allows for too. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private static final Duration MARGIN = Duration.ofMinutes(1);
    private static final int BEATS_MISSED = 3;

    private final JournalOwner owner;
    private final UUID id;
    private final AuditLog log;
    private final Processes processes;
    private final ProcessTimes times;
    private final InstantSource clock;
    private final Facts start;
    private final ProcessBook book = new ProcessBook();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ReentrantLock lastWord = new ReentrantLock();
    private int steady;

    /**
     * @param owner this process
     * @param start what its start says beside that; the same is said again should another take it for gone by mistake
     */
    public RunningProcess(
            JournalOwner owner,
            AuditLog log,
            DataSource database,
            ProcessTimes times,
            InstantSource clock,
            Facts start) {
        this.owner = owner;
        this.id = owner.process();
        this.log = log;
        this.processes = new Processes(database);
        this.times = times;
        this.clock = clock;
        this.start = start;
    }

    /** Records the start; does not wait until it is on disk. If the log has a later time than the clock shows, that comes first. */
    public void start() {
        Instant now = clock.instant();
        Instant newest = newest();
        if (newest != null && now.isBefore(newest.minus(CLOCKS))) {
            append(new JournalEntry<>(null, null, () -> SetBack.events(owner, newest, now)));
        }
        append(JournalEntry.of(book, new Sign.Started(id, now), () -> List.of(started(false))));
    }

    private @Nullable Instant newest() {
        try {
            return processes.newest();
        } catch (SQLException away) {
            LOGGER.debug("the newest record cannot be read: SQLSTATE {}", away.getSQLState());
            return null;
        }
    }

    private AuditEvent started(boolean again) {
        Facts facts = new Facts().include(start).put(PROCESS, id.toString());
        if (again) {
            facts.put("resumed", true);
        }
        return new AuditEvent(AuditEvent.INSTANCE, EventKind.SERVER_STARTED, null, facts);
    }

    /** Gives signs of life and looks for those of others, until closed. */
    @Override
    public void run() {
        try {
            long last = System.nanoTime();
            while (!closing.await(times.beat().toNanos(), TimeUnit.NANOSECONDS)) {
                long now = System.nanoTime();
                if (now - last > BEATS_MISSED * times.beat().toNanos()) {
                    // Whoever slept cannot tell who else did.
                    steady = 0;
                }
                last = now;
                turn();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn() {
        try {
            beat();
            if (++steady >= times.steady()) {
                judge();
            }
        } catch (EvidenceUnavailable | SQLException away) {
            LOGGER.debug("no sign of life: {}", away.toString());
            steady = 0;
        }
    }

    /** What ended before this is on disk with it, so what is open then began after what was open before. */
    private void beat() {
        Instant openSince = clock.instant().minus(log.openCalls().oldest()).minus(MARGIN);
        Sign.Alive alive = new Sign.Alive(id, openSince);
        JournalEntry<Sign> entry =
                JournalEntry.of(book, alive, () -> alive.wasGivenUp() ? List.of(started(true)) : List.of());
        Receipt receipt = appendUnlessClosed(entry);
        if (receipt == null) {
            return;
        }
        receipt.await();
        if (alive.wasGivenUp()) {
            LOGGER.warn("another process had taken this one for gone: the log says that it is there");
        }
    }

    private void judge() throws SQLException {
        for (Sign.Silent silent : processes.silent(times.silence())) {
            Long unfinished = processes.unfinished(silent);
            Sign.Lost lost = new Sign.Lost(silent);
            JournalEntry<Sign> entry =
                    JournalEntry.of(book, lost, () -> lost.isFirst() ? List.of(lost(silent, unfinished)) : List.of());
            log.append(entry).await();
            if (lost.isFirst()) {
                LOGGER.warn(
                        "the process {} gave no sign of life since {} and never said that it stopped",
                        silent.id(),
                        silent.seenAt());
            }
        }
    }

    private AuditEvent lost(Sign.Silent silent, @Nullable Long unfinished) {
        Facts facts = new Facts()
                .put(PROCESS, silent.id().toString())
                .put("started_at", SetBack.text(silent.startedAt()))
                .put("last_seen_at", SetBack.text(silent.seenAt()))
                .put("noticed_by", id.toString());
        if (unfinished != null) {
            facts.put("calls_unfinished", unfinished);
        }
        return new AuditEvent(AuditEvent.INSTANCE, EventKind.SERVER_LOST, null, facts);
    }

    /** No sign of life comes after the last word. */
    private @Nullable Receipt appendUnlessClosed(JournalEntry<?> entry) {
        lastWord.lock();
        try {
            return closing.getCount() == 0 ? null : log.append(entry);
        } finally {
            lastWord.unlock();
        }
    }

    private void append(JournalEntry<?> entry) {
        Receipt ignored = log.append(entry);
    }

    /** Records the stop, and ends {@link #run}. */
    @Override
    public void close() {
        lastWord.lock();
        try {
            if (closing.getCount() == 0) {
                return;
            }
            closing.countDown();
        } finally {
            lastWord.unlock();
        }
        append(JournalEntry.of(
                book,
                new Sign.Stopped(id),
                () -> List.of(new AuditEvent(
                        AuditEvent.INSTANCE,
                        EventKind.SERVER_STOPPED,
                        null,
                        new Facts().put(PROCESS, id.toString())))));
    }
}
