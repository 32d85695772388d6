package dev.portreeve.audit.export;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.Verification;

/** The records that taking and checking records leaves. */
public final class EvidenceEvents {
    private EvidenceEvents() {}

    /**
     * The log in the database was checked.
     *
     * @param by who asked
     * @param key what it was checked with
     */
    public static AuditEvent verified(String by, Verification found, VerifierKey key) {
        long records =
                found.trees().stream().mapToLong(Verification.Tree::records).sum();
        Facts facts = new Facts()
                .put("by", by)
                .put("verdict", found.verdict())
                .put("records", records)
                .put(
                        "findings",
                        found.findings().stream().filter(Finding::isTampering).count())
                .put("verifier_key", key.toString());
        found.findings().stream()
                .filter(Finding::isTampering)
                .findFirst()
                .ifPresent(first -> facts.put("first_finding", first.toString()));
        return new AuditEvent(AuditEvent.INSTANCE, EventKind.AUDIT_VERIFIED, null, facts);
    }

    static AuditEvent exported(AuditExport.Asker asker, LogRange range, String format, String digest) {
        Facts facts = new Facts()
                .put("by", asker.by())
                .put("tool", asker.tool())
                .put("format", format)
                .put("first", range.first())
                .put("records", range.records())
                .put("sha256", digest);
        return new AuditEvent(range.tenant(), EventKind.AUDIT_EXPORTED, null, facts);
    }
}
