package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.keeping.KeepRule;
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
 * @param recordArguments names of tools and prompts as rules have them ({@code files__*}) whose arguments stand in the records in
 *     clear, where they stay; none unless said. Rules can then be tried on past calls whatever argument they read
 * @param payloads contents that are kept sealed beside the records, which only commit to them; none unless said
 */
public record AuditConfig(
        @Default("portreeve.local/audit") String log,
        @Default("1s") Duration checkpointEvery,
        @Nullable Secret signingKey,
        @Default("[]") List<String> recordArguments,
        @Default("[]") List<KeepRule> payloads) {
    /** Of which records have no arguments. */
    public AuditConfig(String log, Duration checkpointEvery, @Nullable Secret signingKey) {
        this(log, checkpointEvery, signingKey, List.of(), List.of());
    }

    public AuditConfig {
        recordArguments = List.copyOf(recordArguments);
        payloads = List.copyOf(payloads);
        if (checkpointEvery.isNegative() || checkpointEvery.isZero()) {
            throw new IllegalArgumentException("checkpoint-every must be above zero");
        }
        if (!log.matches("[a-z0-9.-]+(/[a-z0-9._-]+)*")) {
            throw new IllegalArgumentException("log \"" + log + "\" must look like gateway.example.com/audit");
        }
    }
}
