package dev.portreeve.policy.key;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Facts;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records rejected credentials, at most {@link #PER_SECOND} a second: a flood must not fill the log. What is left out is
 * counted and told with the next record. Thread-safe.
 */
final class Rejections {
    static final int PER_SECOND = 10;
    private static final Logger LOG = LoggerFactory.getLogger(Rejections.class);

    private final AuditLog audit;
    private final InstantSource clock;
    private long second;
    private int written;
    private long leftOut;

    Rejections(AuditLog audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * @param tenant whose key it was, if its secret was right; otherwise nobody knows
     * @param keyId the id part of what was presented, if it has the form of a key
     */
    void record(Authentication.Reason reason, String tenant, @Nullable String keyId) {
        Facts facts = new Facts().put("reason", reason.code());
        if (keyId != null) {
            facts.put("key", keyId);
        }
        if (mayWrite(facts)) {
            append(tenant, facts);
        }
    }

    /**
     * A credential of another kind than a key, which is nobody's.
     *
     * @param reason a code
     * @param door where it was presented
     */
    void record(String reason, String door) {
        Facts facts = new Facts().put("reason", reason).put("door", door);
        if (mayWrite(facts)) {
            append(AuditEvent.INSTANCE, facts);
        }
    }

    /** Tells the count that no later rejection told; called now and then, and at the end. */
    void flush() {
        Facts facts = new Facts().put("reason", "left_out");
        synchronized (this) {
            if (leftOut == 0 || clock.instant().getEpochSecond() == second) {
                return;
            }
        }
        if (mayWrite(facts)) {
            append(AuditEvent.INSTANCE, facts);
        }
    }

    private synchronized boolean mayWrite(Facts facts) {
        long now = clock.instant().getEpochSecond();
        if (now != second) {
            second = now;
            written = 0;
        }
        if (written == PER_SECOND) {
            leftOut++;
            return false;
        }
        written++;
        if (leftOut > 0) {
            facts.put("left_out", leftOut);
            leftOut = 0;
        }
        return true;
    }

    /** Does not wait: the caller is turned away whether or not this is on disk. */
    private void append(String tenant, Facts facts) {
        try {
            audit.append(new AuditEvent(tenant, EventKind.AUTHENTICATION_REJECTED, null, facts));
        } catch (EvidenceUnavailable full) {
            LOG.warn("a rejected credential is not recorded: {}", full.getMessage());
        }
    }
}
