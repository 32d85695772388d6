package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;

/** Records that browsers are let in: who may look and decide there is whoever held the link. Thread-safe; blocks until it is on disk. */
public final class SignIns {
    private static final String OPERATOR = "operator";
    private final AuditLog audit;

    public SignIns(AuditLog audit) {
        this.audit = audit;
    }

    /**
     * A one-time link is about to be given to whoever holds the admin token.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then it must not be given
     */
    void linkMade() {
        record("sign-in-link");
    }

    /**
     * A browser used a link up, and has a session now.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then the browser must not get it
     */
    void signedIn() {
        record("sign-in");
    }

    private void record(String action) {
        Facts facts = new Facts().put("action", action).put("actor", OPERATOR);
        audit.append(new AuditEvent(AuditEvent.INSTANCE, EventKind.ADMIN_ACTION, null, facts))
                .await();
    }
}
