package dev.portreeve.audit;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the journal's writer notes of its work for those who watch it. Written by the writer, read by any thread. */
final class WriterNotes {
    /** SQLSTATE: the transaction may not write. */
    static final String READ_ONLY = "25006";
    /** SQLSTATEs that say nothing about what was to be stored: disk full, I/O error, read-only. */
    private static final Set<String> NO_ROOM = Set.of("53100", "58030", READ_ONLY);

    private final InstantSource clock;
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile @Nullable Instant lastCommit;
    private volatile @Nullable Instant refusedForRoom;
    private volatile @Nullable String trouble;

    WriterNotes(InstantSource clock) {
        this.clock = clock;
    }

    void stored(List<Pending> batch) {
        lastCommit = clock.instant();
        trouble = null;
        stored.addAndGet(batch.size());
        // Changing a row may work where adding a record does not.
        if (refusedForRoom != null
                && batch.stream().anyMatch(pending -> !pending.recordIds().isEmpty())) {
            refusedForRoom = null;
        }
    }

    /** Notes a failure; true if it is that the database has no room, or takes no writes, which the next one may not meet. */
    boolean isForRoom(Exception failure) {
        boolean room = failure instanceof SQLException sql && NO_ROOM.contains(String.valueOf(sql.getSQLState()));
        if (room) {
            refusedForRoom = clock.instant();
            trouble = "the database takes no records now: it has no room, or is read-only. Its log says more";
        }
        return room;
    }

    /** Why nobody need wait for a receipt now; {@code null} if they may. What is queued is stored when it can be. */
    @Nullable
    String trouble() {
        return trouble;
    }

    void refused() {
        refused.incrementAndGet();
    }

    JournalState state(Lanes queue, int capacity) {
        return new JournalState(
                queue.size(),
                capacity,
                queue.inHand(),
                Duration.ofNanos(queue.oldestWaitNanos()),
                lastCommit,
                stored.get(),
                refused.get(),
                refusedForRoom);
    }
}
