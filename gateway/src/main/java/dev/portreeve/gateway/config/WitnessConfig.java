package dev.portreeve.gateway.config;

import dev.portreeve.audit.log.VerifierKey;
import java.util.List;

/**
 * Watching other logs: their heads are signed here, each only if it continues the last one that was signed (C2SP tlog-witness).
 *
 * @param name of this witness in its signatures: a host and a path, and not the name of a log
 * @param logs public keys of the logs it watches, as {@code name+id+base64}, each under the name its heads have
 */
public record WitnessConfig(String name, List<String> logs) {
    public WitnessConfig {
        logs = List.copyOf(logs);
        if (!name.matches("[a-z0-9.-]+(/[a-z0-9._-]+)*")) {
            throw new IllegalArgumentException("name \"" + name + "\" must look like witness.example.com/w1");
        }
        if (logs.isEmpty()) {
            throw new IllegalArgumentException("logs is empty: a witness watches at least one");
        }
        logs.forEach(VerifierKey::parse);
    }

    /** The logs' keys. */
    public List<VerifierKey> keys() {
        return logs.stream().map(VerifierKey::parse).toList();
    }
}
