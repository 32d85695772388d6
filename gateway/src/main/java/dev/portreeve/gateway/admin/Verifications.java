package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.export.EvidenceEvents;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.Verification;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Verifies the log in the database when somebody asks, one at a time, and keeps what came of it. Thread-safe; blocks. */
public final class Verifications {
    private final DataSource database;
    private final KeptHeads heads;
    private final VerifierKey key;
    private final AuditLog log;
    private final InstantSource clock;
    private final ReentrantLock running = new ReentrantLock();
    private volatile @Nullable Report last;

    /**
     * What came of it.
     *
     * @param verdict {@code intact}, {@code tampered} or {@code incomplete}
     * @param said the same in one sentence
     * @param key the public key it was checked with
     */
    record Report(
            Instant at, String verdict, String said, List<Verification.Tree> trees, List<String> findings, String key) {
        boolean intact() {
            return verdict.equals("intact");
        }
    }

    /**
     * @param database opens one connection for each verification, which may take long
     * @param log where it is recorded that somebody looked, and what came of it
     */
    public Verifications(DataSource database, KeptHeads heads, VerifierKey key, AuditLog log, InstantSource clock) {
        this.database = database;
        this.heads = heads;
        this.key = key;
        this.log = log;
        this.clock = clock;
    }

    /** The last one since the start, or {@code null}. */
    @Nullable
    Report last() {
        return last;
    }

    /** @throws AdminRefusal another one runs */
    Report run() {
        if (!running.tryLock()) {
            throw new AdminRefusal(Problem.conflict("a verification runs already: wait for it"));
        }
        try {
            Verification found = new AuditVerifier(key, Progress.none()).database(database, heads, List.of());
            log.append(EvidenceEvents.verified("admin", found, key));
            Report report = report(found);
            last = report;
            return report;
        } finally {
            running.unlock();
        }
    }

    private Report report(Verification found) {
        return new Report(
                clock.instant(),
                found.verdict(),
                said(found),
                found.trees(),
                found.findings().stream().map(Finding::toString).toList(),
                key.toString());
    }

    private static String said(Verification found) {
        long records =
                found.trees().stream().mapToLong(Verification.Tree::records).sum();
        return switch (found) {
            case Verification.Intact ignored -> records + " records are complete and unaltered";
            case Verification.Tampered tampered -> String.valueOf(tampered.first());
            case Verification.Incomplete incomplete ->
                incomplete.findings().isEmpty()
                        ? "not everything could be checked"
                        : incomplete.findings().getFirst().toString();
        };
    }
}
