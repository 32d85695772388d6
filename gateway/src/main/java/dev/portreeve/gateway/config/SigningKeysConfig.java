package dev.portreeve.gateway.config;

import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.policy.call.Secret;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What signs checkpoints beside {@code audit.signing-key}, and what did before.
 *
 * @param postQuantum whether each checkpoint is also signed with an ML-DSA-44 key, which adds 3.3 KB to it and some two
 *     milliseconds
 * @param postQuantumKey that key: its private half (PKCS #8) and its public half, both in PEM form; absent: made once and kept in the
 *     data directory
 * @param retiringKey the private key that signed before, which signs too until everybody has the new one
 * @param retiringUntil the day (UTC) from which it does not sign any more
 * @param former public keys that signed earlier checkpoints and sign no more, as {@code name+id+base64}; better with the day or time from which
 *     they count for nothing behind them: {@code name+id+base64@2027-01-31}
 */
public record SigningKeysConfig(
        @Default("false") boolean postQuantum,
        @Nullable Secret postQuantumKey,
        @Nullable Secret retiringKey,
        @Nullable LocalDate retiringUntil,
        @Default("[]") List<String> former) {
    /** One key alone, which was always the one. */
    static final SigningKeysConfig NONE = new SigningKeysConfig(false, null, null, null, List.of());

    public SigningKeysConfig {
        former = List.copyOf(former);
        former.forEach(VerifierKey::parse);
        if (postQuantumKey != null && !postQuantum) {
            throw new IllegalArgumentException("post-quantum-key is given, but post-quantum is not true");
        }
        if ((retiringKey == null) != (retiringUntil == null)) {
            throw new IllegalArgumentException("retiring-key and retiring-until belong together: give both, or none");
        }
    }
}
