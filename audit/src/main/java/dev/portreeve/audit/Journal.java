package dev.portreeve.audit;

/**
 * Makes records, and the money or tickets they speak of, durable together.
 *
 * <p>While one commit is under way the next batch gathers (group commit); entries commit in the order they were
 * appended. A batch that fails is retried entry by entry, so that one bad row cannot fail its neighbours.
 */
public interface Journal {
    /**
     * Queues an entry; blocks only while the bounded queue is full, and then only briefly.
     *
     * @throws EvidenceUnavailable if the queue stays full or the journal is closed
     */
    Receipt append(JournalEntry<?> entry);

    /**
     * Queues an entry nobody waits for: it may stay a few milliseconds for company, so that it shares a commit with what
     * comes next instead of making that wait. Otherwise as {@link #append}.
     */
    Receipt appendUnhurried(JournalEntry<?> entry);
}
