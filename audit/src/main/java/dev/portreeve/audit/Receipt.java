package dev.portreeve.audit;

import java.util.List;
import java.util.UUID;

/** What the journal owes the one who appended: word that the entry is on disk. Safe for any thread. */
public interface Receipt {
    /**
     * Blocks until the entry is durable, at most the journal's configured wait. An interrupt does not end the wait (it
     * is restored afterwards): half a durability is none.
     *
     * @throws EvidenceUnavailable if the entry could not be stored, or not in time
     */
    void await();

    /** Whether the entry is durable already; never blocks. */
    boolean isDurable();

    /** The ids of the entry's records, known once it is durable. */
    List<UUID> recordIds();
}
