package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The evidence.
 *
 * @param log names this log in its checkpoints, for those who keep several apart: a host and a path
 * @param checkpointEvery how often new records are given their index and a signed checkpoint
 * @param signingKey the private key checkpoints are signed with (Ed25519, PKCS #8 in PEM form); absent: made once and
 *     kept in the data directory
 */
public record AuditConfig(
        @Default("portreeve.local/audit") String log,
        @Default("1s") Duration checkpointEvery,
        @Nullable Secret signingKey) {
    public AuditConfig {
        if (checkpointEvery.isNegative() || checkpointEvery.isZero()) {
            throw new IllegalArgumentException("checkpoint-every must be above zero");
        }
        if (!log.matches("[a-z0-9.-]+(/[a-z0-9._-]+)*")) {
            throw new IllegalArgumentException("log \"" + log + "\" must look like gateway.example.com/audit");
        }
    }
}
