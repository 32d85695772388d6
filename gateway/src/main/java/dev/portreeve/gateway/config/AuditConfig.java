package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The evidence.
 *
 * @param log names this log in its checkpoints, for those who keep several apart: a host and a path
 * @param checkpointEvery how often new records are given their index and a signed checkpoint
 * @param signingKey the private key checkpoints are signed with (Ed25519, PKCS #8 in PEM form); absent: made once and
 *     kept in the data directory
 * @param keys what signs beside it, and what did before
 * @param witness which other logs are watched here; absent: none
 * @param recordArguments names of tools and prompts as rules have them ({@code files__*}) whose arguments stand in the records in
 *     clear, where they stay; none unless said. Rules can then be tried on past calls whatever argument they read
 */
public record AuditConfig(
        @Default("portreeve.local/audit") String log,
        @Default("1s") Duration checkpointEvery,
        @Nullable Secret signingKey,
        @Default("{}") SigningKeysConfig keys,
        @Nullable WitnessConfig witness,
        @Default("[]") List<String> recordArguments) {
    /** Of which records have no arguments. */
    public AuditConfig(String log, Duration checkpointEvery, @Nullable Secret signingKey) {
        this(log, checkpointEvery, signingKey, SigningKeysConfig.NONE, null, List.of());
    }

    public AuditConfig {
        recordArguments = List.copyOf(recordArguments);
        if (checkpointEvery.isNegative() || checkpointEvery.isZero()) {
            throw new IllegalArgumentException("checkpoint-every must be above zero");
        }
        if (!log.matches("[a-z0-9.-]+(/[a-z0-9._-]+)*")) {
            throw new IllegalArgumentException("log \"" + log + "\" must look like gateway.example.com/audit");
        }
    }
}
