package dev.portreeve.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened, before it has an identity, a time and canonical bytes (the log gives it these).
 *
 * @param tenant whose tree it belongs to; {@link #INSTANCE} for what belongs to no tenant
 * @param callId the governed call it speaks of, if any
 * @param facts its members beside the common ones ({@code v, kind, tenant, id, at, call}); no contents, no secrets
 */
public record AuditEvent(
        String tenant, EventKind kind, @Nullable UUID callId, Facts facts) {
    /** The tree of events that belong to no tenant, such as a rejected credential. */
    public static final String INSTANCE = "_instance";

    private static final int LONGEST_TENANT = 200;

    public AuditEvent {
        if (tenant.isEmpty() || tenant.length() > LONGEST_TENANT) {
            throw new IllegalArgumentException("a tenant's name has 1 to " + LONGEST_TENANT + " characters");
        }
        for (String name : facts.members().keySet()) {
            if (LeafWriter.Header.has(name)) {
                throw new IllegalArgumentException(
                        "fact \"" + name + "\" has the name of a member every record has: choose another");
            }
        }
    }
}
