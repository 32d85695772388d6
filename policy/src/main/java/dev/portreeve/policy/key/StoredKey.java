package dev.portreeve.policy.key;

import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key as the database knows it, with its owner.
 *
 * @param ended revoked, or its owner left the organisation
 */
record StoredKey(
        Subject subject, byte[] secretHash, @Nullable Instant expiresAt, boolean ended) {}
