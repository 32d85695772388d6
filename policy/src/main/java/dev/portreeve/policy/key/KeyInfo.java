package dev.portreeve.policy.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key as it may be shown to anybody who administers it: everything but the secret.
 *
 * @param id the 12-character id; may be logged
 * @param parent the id of the key that made it; {@code null} for one that an operator made
 * @param name what its maker called it
 * @param expiresAt from when it no longer works; {@code null}: it does not expire
 */
public record KeyInfo(
        String tenant,
        String id,
        @Nullable String parent,
        String member,
        String name,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {}
