package dev.portreeve.audit.search;

import java.time.Instant;
import java.util.List;
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
    /** Whether it is sought. */
    boolean matches(Entry entry) {
        if (!entry.tenant().equals(tenant)
                || (call != null && !entry.id().equals(call))
                || (since != null && entry.at().isBefore(since))
                || (until != null && !entry.at().isBefore(until))) {
            return false;
        }
        for (Facet facet : Facet.values()) {
            List<String> wanted = facet.wanted(this);
            if (!wanted.isEmpty() && !wanted.contains(String.valueOf(facet.of(entry)))) {
                return false;
            }
        }
        return true;
    }

    /** Everything of a tenant. */
    public static Sought all(String tenant) {
        return new Sought(tenant, null, null, null, null, null, null, null, null, null, null, null);
    }
}
