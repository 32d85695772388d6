package dev.portreeve.audit;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a journal is behind, at one moment.
 *
 * @param queued entries that wait for the writer
 * @param capacity how many may
 * @param writing entries that the writer has in hand: sent to the database, or waiting for it
 * @param oldestWait the age of the oldest entry that is not durable; zero if all are
 * @param lastCommit when something became durable last; {@code null} if nothing has since the start
 * @param stored entries that became durable since the start
 * @param refused entries that the database refused since the start: nothing of what they spoke of was released
 * @param refusedForRoom when it refused one last, after the last record that it took, for want of room or because it takes no writes;
 *     {@code null} if it took the last one
 */
public record JournalState(
        int queued,
        int capacity,
        int writing,
        Duration oldestWait,
        @Nullable Instant lastCommit,
        long stored,
        long refused,
        @Nullable Instant refusedForRoom) {}
