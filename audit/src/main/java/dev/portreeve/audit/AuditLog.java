package dev.portreeve.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The front of this module for whoever makes evidence: opens trails for calls and takes single events. Thread-safe. */
public final class AuditLog {
    private static final String PROCESS = "process";

    private final Journal journal;
    private final @Nullable String process;
    private final OpenCalls calls = new OpenCalls();

    public AuditLog(Journal journal) {
        this(journal, null);
    }

    /**
     * A log whose calls say which process handled them.
     *
     * @param process tells it from others that write to the same log; {@code null} for one that handles no calls
     */
    public AuditLog(Journal journal, @Nullable UUID process) {
        this.journal = journal;
        this.process = process == null ? null : process.toString();
    }

    /**
     * Begins the evidence of one governed call. Nothing is written yet: the first record is written when money is held,
     * or at the end of a call that never got so far.
     */
    public AuditTrail open(String tenant, UUID callId, Facts opening) {
        if (process != null) {
            opening.put(PROCESS, process);
        }
        return new AuditTrail(journal, calls, tenant, callId, opening);
    }

    /**
     * Goes on with the evidence of a call whose trail was {@link AuditTrail#leave left} in this process or another. Only its last record is
     * still to be written.
     */
    public AuditTrail resume(String tenant, UUID callId) {
        return new AuditTrail(journal, calls, tenant, callId, new Facts(), true);
    }

    /** The calls whose trails were admitted and are not concluded. */
    public OpenCalls openCalls() {
        return calls;
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
