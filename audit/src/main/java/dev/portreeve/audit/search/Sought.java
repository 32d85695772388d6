package dev.portreeve.audit.search;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is looked for; {@code null} for anything.
 *
 * @param call a call's or a record's id
 * @param member {@code user:anna}, or {@code anna} for whoever is called so
 * @param kind the code of the last record's kind
 * @param since the earliest time
 * @param until before that time
 */
public record Sought(
        String tenant,
        @Nullable UUID call,
        @Nullable String member,
        @Nullable String key,
        @Nullable String type,
        @Nullable String resource,
        @Nullable String session,
        @Nullable String outcome,
        @Nullable String reason,
        @Nullable String kind,
        @Nullable Instant since,
        @Nullable Instant until) {
    /** Everything of a tenant. */
    public static Sought all(String tenant) {
        return new Sought(tenant, null, null, null, null, null, null, null, null, null, null, null);
    }
}
