package dev.portreeve.audit.payload;

import java.util.Optional;
import java.util.UUID;

/** The keys of subjects. Thread-safe; may block on the database. */
public interface SubjectKeys {
    /**
     * The key that seals what a subject says from now on; made if there is none. It may be some seconds old: what is sealed under a
     * key that was destroyed meanwhile is erased too.
     *
     * @param subject {@code user:anna} or {@code agent:bot}
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be had
     */
    SubjectKey current(String tenant, String subject);

    /** A key by its id, as the database has it now; empty if it was destroyed or its sealing key is gone. */
    Optional<SubjectKey> find(String tenant, UUID id);

    /** Says that a subject's key was destroyed, so that the next contents get a fresh one at once. */
    void forget(String tenant, String subject);
}
