package dev.portreeve.policy.call;

import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a call runs: the owner of the key that authenticated it, up to the tenant.
 *
 * @param team the member's team, if it has one
 * @param member the user's or agent's id, unique in the tenant
 * @param keyId the 12-character id of the virtual key; may be logged
 */
public record Subject(String tenant, @Nullable String team, Kind kind, String member, String keyId) {
    /** Whether a person or a program holds the key. */
    public enum Kind {
        USER,
        AGENT
    }
}
