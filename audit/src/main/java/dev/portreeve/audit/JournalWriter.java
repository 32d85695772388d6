package dev.portreeve.audit;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that commits: takes what has gathered, stores it in one transaction, says so, and turns to what gathered
 * meanwhile. While the database is away it keeps its batch and asks again.
 */
final class JournalWriter implements Runnable {
    private static final Logger LOGGER = LoggerFactory.getLogger(JournalWriter.class);
    /** A batch that takes its connection down each time is refused in the end, or it would stop the journal for good. */
    private static final int MOST_LOSSES = 3;

    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1000;
    private static final Duration BETWEEN_PARTITION_CHECKS = Duration.ofDays(1);
    private static final Duration BEFORE_NEXT_PARTITION_TRY = Duration.ofMinutes(1);

    private final DataSource database;
    private final JournalSettings settings;
    private final Lanes queue;
    private final Pending last;
    private final RecordIds ids;
    private final InstantSource clock;
    private final WriterNotes notes;
    private final SetBack setBack;
    private final CountDownLatch abandoned = new CountDownLatch(1);
    private volatile @Nullable JournalSession session;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private Instant partitionsDue = Instant.EPOCH;

    /**
     * @param last the entry that ends the loop when its turn comes
     */
    JournalWriter(
            DataSource database,
            JournalSettings settings,
            Lanes queue,
            Pending last,
            RandomGenerator random,
            InstantSource clock,
            WriterNotes notes,
            SetBack setBack) {
        this.database = database;
        this.settings = settings;
        this.queue = queue;
        this.last = last;
        this.ids = new RecordIds(random);
        this.clock = clock;
        this.notes = notes;
        this.setBack = setBack;
    }

    @Override
    public void run() {
        List<Pending> batch = List.of();
        try {
            ensurePartitions();
            boolean ending = false;
            while (!ending) {
                batch = queue.take();
                ending = batch.remove(last);
                if (!batch.isEmpty()) {
                    setBack.sayBefore(batch, settings.awaitLimit());
                    turn(batch);
                    ensurePartitions();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // Also after an Error: nobody may wait for a writer that is no more. Failing what is stored already does
            // nothing.
            batch.forEach(pending -> pending.fail("the journal stopped while the record was being stored"));
            drop();
        }
    }

    /** Gives up: a wait for the database ends now, and so does every later one. From any thread. */
    void abandon() {
        abandoned.countDown();
        JournalSession open = session;
        if (open != null) {
            open.abort();
        }
    }

    /** How storing a batch ended. */
    private enum End {
        DEALT_WITH,
        /** Something in it is refused, although the database is there. */
        REFUSED,
        /** The database has no room, or takes no writes: it says nothing about the batch. */
        NO_ROOM
    }

    /** Entries keep their order: where there is no room for one, those behind it wait with it. */
    private void turn(List<Pending> batch) throws InterruptedException {
        List<Pending> left = sent(batch);
        while (!left.isEmpty() && !(left.size() > 1 && store(left) == End.DEALT_WITH)) {
            left = storeEach(left);
            if (!left.isEmpty()) {
                left.forEach(Pending::waitAgain);
                pause();
                left = sent(left);
            }
            if (abandoned.getCount() == 0) {
                left.forEach(pending -> pending.fail("the journal was closed while the database took no records"));
                return;
            }
        }
    }

    /** Those that nobody gave up. */
    private static List<Pending> sent(List<Pending> batch) {
        return batch.stream().filter(Pending::send).toList();
    }

    /** What found no room, with what is behind it; empty if all is dealt with. */
    private List<Pending> storeEach(List<Pending> batch) throws InterruptedException {
        for (int next = 0; next < batch.size(); next++) {
            Pending pending = batch.get(next);
            switch (store(List.of(pending))) {
                case DEALT_WITH -> pauseMillis = FIRST_PAUSE_MILLIS;
                case REFUSED -> {
                    notes.refused();
                    pending.fail("the record was refused by the database: its log says why");
                }
                case NO_ROOM -> {
                    return batch.subList(next, batch.size());
                }
            }
        }
        return List.of();
    }

    private End store(List<Pending> batch) throws InterruptedException {
        for (int losses = 0; losses < MOST_LOSSES; losses++) {
            if (session == null) {
                // Nothing of it is on disk or under way: what is given up while there is no database never will be.
                batch.forEach(Pending::waitAgain);
            }
            JournalSession current = connected();
            if (current == null) {
                batch.forEach(pending -> pending.fail("the journal was closed while the database was away"));
                return End.DEALT_WITH;
            }
            List<Pending> sent = sent(batch);
            if (sent.isEmpty()) {
                return End.DEALT_WITH;
            }
            try {
                current.store(sent, ids);
                conclude(current, sent);
                return End.DEALT_WITH;
            } catch (SQLException | RuntimeException failure) {
                if (!current.recover()) {
                    LOGGER.warn("the journal lost its connection: {}", describe(failure));
                    drop();
                    JournalSession.Doubt doubt = current.doubt();
                    if (doubt != null && committed(doubt)) {
                        conclude(current, sent);
                        return End.DEALT_WITH;
                    }
                } else if (!current.guessed()) {
                    return refused(sent, failure);
                }
            }
        }
        LOGGER.error(
                "{} entries took the connection down {} times, giving them up together", batch.size(), MOST_LOSSES);
        return End.REFUSED;
    }

    private End refused(List<Pending> sent, Exception failure) {
        boolean known = notes.trouble() != null;
        boolean room = notes.isForRoom(failure);
        if (!room) {
            warn(sent, failure);
        } else if (!known) {
            LOGGER.error("the database takes no records, they wait: {}", describe(failure));
        }
        if (failure instanceof SQLException sql && WriterNotes.READ_ONLY.equals(sql.getSQLState())) {
            // A primary that became a standby stays one for this session: ask for a new one.
            drop();
        }
        return room ? End.NO_ROOM : End.REFUSED;
    }

    private void conclude(JournalSession stored, List<Pending> batch) {
        stored.committed();
        batch.forEach(Pending::durable);
        notes.stored(batch);
    }

    /** Whether a commit that was never answered happened. Asks until the database knows. */
    private boolean committed(JournalSession.Doubt doubt) throws InterruptedException {
        while (true) {
            JournalSession current = connected();
            if (current == null) {
                return false;
            }
            try {
                switch (current.fate(doubt)) {
                    case COMMITTED -> {
                        return true;
                    }
                    case ABORTED -> {
                        return false;
                    }
                    case RUNNING -> pause();
                }
            } catch (SQLException e) {
                LOGGER.warn("cannot ask what became of a commit: {}", describe(e));
                drop();
                pause();
            }
        }
    }

    /** The open session, or a new one as soon as the database takes it; {@code null} once abandoned. */
    private @Nullable JournalSession connected() throws InterruptedException {
        while (abandoned.getCount() > 0) {
            JournalSession open = session;
            if (open != null) {
                return open;
            }
            try {
                JournalSession opened = JournalSession.open(database, settings);
                session = opened;
                if (pauseMillis > FIRST_PAUSE_MILLIS) {
                    LOGGER.info("the journal has a connection again");
                }
                pauseMillis = FIRST_PAUSE_MILLIS;
                return opened;
            } catch (SQLException e) {
                if (pauseMillis == FIRST_PAUSE_MILLIS) {
                    LOGGER.warn("the journal has no connection, records wait: {}", describe(e));
                }
                pause();
            }
        }
        return null;
    }

    private void pause() throws InterruptedException {
        if (!abandoned.await(pauseMillis, TimeUnit.MILLISECONDS)) {
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
    }

    private void drop() {
        JournalSession lost = session;
        session = null;
        if (lost != null) {
            lost.close();
        }
    }

    /** Rows without a partition of their own go to the default one, so a failure here is a warning. */
    private void ensurePartitions() throws InterruptedException {
        Instant now = clock.instant();
        if (now.isBefore(partitionsDue)) {
            return;
        }
        JournalSession current = connected();
        if (current == null) {
            return;
        }
        partitionsDue = now.plus(BETWEEN_PARTITION_CHECKS);
        try {
            current.ensurePartitions();
        } catch (SQLException e) {
            partitionsDue = now.plus(BEFORE_NEXT_PARTITION_TRY);
            LOGGER.warn("cannot make the partitions of audit.record: {}", describe(e));
            if (!current.recover()) {
                drop();
            }
        }
    }

    private static void warn(List<Pending> batch, Exception failure) {
        if (batch.size() > 1) {
            LOGGER.warn("{} entries could not be stored together, trying each: {}", batch.size(), describe(failure));
        } else {
            LOGGER.error("an entry could not be stored: {}", describe(failure));
        }
    }

    /** Type, SQLSTATE and place; never the message, which may quote the row. */
    private static String describe(Exception failure) {
        StringBuilder words = new StringBuilder(failure.getClass().getName());
        if (failure instanceof SQLException sql) {
            words.append(", SQLSTATE ").append(sql.getSQLState());
        }
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getClassName().startsWith("dev.portreeve.")) {
                return words.append(", at ").append(frame).toString();
            }
        }
        return words.toString();
    }
}
