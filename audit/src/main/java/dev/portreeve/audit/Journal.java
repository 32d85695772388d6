package dev.portreeve.audit;

/**
 * Makes records, and the money or tickets they speak of, durable together.
 *
 * <p>While one commit is under way the next batch gathers (group commit); entries commit in the order they were
 * appended, but for the two kinds below. A batch that fails is retried entry by entry, so that one bad row cannot fail its neighbours.
 */
public interface Journal {
    /**
     * Queues an entry; blocks only while the bounded queue is full, and then only briefly.
     *
     * @throws EvidenceUnavailable if the queue stays full or the journal is closed
     */
    Receipt append(JournalEntry<?> entry);

    /**
     * Queues an entry that depends on nothing that waits for company, such as the opening record of a call: it may be
     * committed before unhurried entries that were appended before it. Otherwise as {@link #append}.
     */
    default Receipt appendAhead(JournalEntry<?> entry) {
        return append(entry);
    }

    /**
     * Queues an entry nobody waits for: it may stay some milliseconds for company, so that it shares a commit with others
     * of its kind instead of making those wait that somebody waits for. Otherwise as {@link #append}.
     */
    Receipt appendUnhurried(JournalEntry<?> entry);
}
