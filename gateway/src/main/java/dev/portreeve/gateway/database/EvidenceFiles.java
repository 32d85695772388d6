package dev.portreeve.gateway.database;

import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;

/** What of the evidence lies outside the database: the signing key and the last signed heads. */
public final class EvidenceFiles {
    private EvidenceFiles() {}

    /**
     * The key of this log; made at the first start.
     *
     * @throws StartFailure it cannot be read
     */
    public static LogSigner signer(AuditConfig config, DataDirectory directory) {
        Secret pem = config.signingKey();
        try {
            return pem == null
                    ? LogSigner.loadOrCreate(directory.signingKey(), config.log())
                    : LogSigner.ofPem(pem.reveal(), config.log());
        } catch (IOException | IllegalArgumentException unusable) {
            throw new StartFailure(
                    "the key for signing checkpoints cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    public static KeptHeads heads(DataDirectory directory) {
        return new KeptHeads(directory.auditHeads());
    }
}
