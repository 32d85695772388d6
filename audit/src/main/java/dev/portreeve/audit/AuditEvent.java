package dev.portreeve.audit;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened, before it has an identity, a time and canonical bytes (the log gives it these).
 *
 * @param tenant whose tree it belongs to; {@link #INSTANCE} for what belongs to no tenant
 * @param callId the governed call it speaks of, if any
 * @param facts its members beside the common ones ({@code v, kind, tenant, id, at, call}); no contents, no secrets
 * @param payloads contents that the operator wants kept, stored with the record and not in it
 */
public record AuditEvent(
        String tenant, EventKind kind, @Nullable UUID callId, Facts facts, List<SealedPayload> payloads) {
    /** The tree of events that belong to no tenant, such as a rejected credential. */
    public static final String INSTANCE = "_instance";

    private static final int LONGEST_TENANT = 200;

    /** An event without contents. */
    public AuditEvent(String tenant, EventKind kind, @Nullable UUID callId, Facts facts) {
        this(tenant, kind, callId, facts, List.of());
    }

    public AuditEvent {
        payloads = List.copyOf(payloads);
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
