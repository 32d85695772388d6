package dev.portreeve.audit;

import java.util.UUID;

/** The front of this module for whoever makes evidence: opens trails for calls and takes single events. Thread-safe. */
public final class AuditLog {
    private final Journal journal;

    public AuditLog(Journal journal) {
        this.journal = journal;
    }

    /**
     * Begins the evidence of one governed call. Nothing is written yet: the first record is written when money is held,
     * or at the end of a call that never got so far.
     */
    public AuditTrail open(String tenant, UUID callId, Facts opening) {
        return new AuditTrail(journal, tenant, callId, opening);
    }

    /** Queues an event that is not part of a call's trail. */
    public Receipt append(AuditEvent event) {
        return journal.append(JournalEntry.of(event));
    }

    /** Queues an event together with the rows it speaks of. */
    public <P> Receipt append(JournalEntry<P> entry) {
        return journal.append(entry);
    }
}
