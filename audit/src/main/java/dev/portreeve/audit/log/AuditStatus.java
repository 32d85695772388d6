package dev.portreeve.audit.log;

import org.jspecify.annotations.Nullable;

/**
 * How a tenant's log stands.
 *
 * @param size records that have their index
 * @param lastCheckpoint the newest signed head, if there is one
 * @param problem why no more is signed, for the person in charge; {@code null} if all is well
 */
public record AuditStatus(
        String tenant,
        long size,
        @Nullable Checkpoint lastCheckpoint,
        @Nullable String problem) {}
