package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The evidence.
 *
 * @param checkpointEvery how often new records are given their index and a signed checkpoint
 * @param signingKey the private key checkpoints are signed with; absent: made once and kept in the data directory
 */
public record AuditConfig(
        @Default("1s") Duration checkpointEvery, @Nullable Secret signingKey) {
    public AuditConfig {
        if (checkpointEvery.isNegative() || checkpointEvery.isZero()) {
            throw new IllegalArgumentException("checkpoint-every must be above zero");
        }
    }
}
