package dev.portreeve.audit;

import java.time.Duration;

/**
 * The bounds of a journal.
 *
 * @param queueCapacity entries that may wait for the writer
 * @param batchLimit entries that share one commit
 * @param linger how long an entry nobody waits for may wait for company
 * @param queueWait how long an append waits for room in a full queue
 * @param awaitLimit how long a receipt waits for its commit
 * @param statementLimit how long one statement may run before PostgreSQL cancels it, and how long the writer listens
 *     to a database that says nothing
 * @param closeLimit how long closing waits for what is queued
 */
public record JournalSettings(
        int queueCapacity,
        int batchLimit,
        Duration linger,
        Duration queueWait,
        Duration awaitLimit,
        Duration statementLimit,
        Duration closeLimit) {
    public JournalSettings {
        if (queueCapacity < 1 || batchLimit < 1) {
            throw new IllegalArgumentException("queue capacity and batch limit must be at least 1");
        }
    }

    public static JournalSettings defaults() {
        return new JournalSettings(
                4096,
                512,
                Duration.ofMillis(50),
                Duration.ofMillis(250),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10));
    }
}
