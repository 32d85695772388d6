package dev.portreeve.gateway.config;

import dev.portreeve.audit.log.VerifierKey;
import java.net.URI;

/**
 * An anchor that is a witness.
 *
 * @param url what stands before {@code /add-checkpoint}; of another Portreeve {@code https://…:8081/api/v1/witness}
 * @param key its public key, as {@code name+id+base64}: what it signs is checked with it. Of another Portreeve it is in
 *     {@code witness-verifier-key} in its data directory
 * @param allowPrivate whether it may be in a private network, also over http
 */
public record WitnessAnchorConfig(
        URI url, String key, @Default("false") boolean allowPrivate) {
    public WitnessAnchorConfig {
        HttpAddress.require("url", url);
        VerifierKey.parse(key);
    }

    /** The witness's key. */
    public VerifierKey verifierKey() {
        return VerifierKey.parse(key);
    }
}
