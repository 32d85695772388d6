package dev.portreeve.gateway.database;

import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.witness.Witness;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.SigningKeysConfig;
import dev.portreeve.gateway.config.WitnessConfig;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** What of the evidence lies outside the database: the signing keys and the last signed heads. */
public final class EvidenceFiles {
    private EvidenceFiles() {}

    /**
     * The keys of this log; made at the first start.
     *
     * @throws StartFailure one cannot be read or is missing, or the log was signed with a key that none of them is
     */
    public static LogSigner signer(AuditConfig config, DataDirectory directory) {
        SigningKeysConfig keys = config.keys();
        try {
            VerifierKey published = published(directory);
            Secret pem = config.signingKey();
            if (pem == null && published != null && !isReplaced(keys) && !Files.exists(directory.signingKey())) {
                throw new IllegalArgumentException(
                        "the signing key \"" + directory.signingKey() + "\" is missing, which signed this log"
                                + " before: put it back from a backup. To go on with a new key, say so: name the key that signed"
                                + " before in audit.keys.former, it is in \"" + directory.verifierKey() + "\"");
            }
            LogSigner signer = pem == null
                    ? LogSigner.loadOrCreate(directory.signingKey(), config.log())
                    : LogSigner.ofPem(pem.reveal(), config.log());
            VerifierKey main = signer.verifierKey();
            InstantSource clock = InstantSource.system();
            if (keys.postQuantum()) {
                signer = signer.alsoSigning(postQuantum(config, directory), null, clock);
            }
            Secret retiring = keys.retiringKey();
            LocalDate until = keys.retiringUntil();
            if (retiring != null && until != null) {
                signer = signer.alsoSigning(
                        LogSigner.ofPem(retiring.reveal(), config.log()),
                        until.atStartOfDay().toInstant(ZoneOffset.UTC),
                        clock);
            }
            for (String former : keys.former()) {
                VerifierKey key = VerifierKey.parse(former);
                signer = signer.alsoKnowing(published == null ? key : key.endingAs(published));
            }
            requireContinued(published, signer);
            requireInForce(published, pem == null ? directory.signingKey().toString() : "audit.signing-key", main);
            return signer;
        } catch (IOException | IllegalArgumentException unusable) {
            throw new StartFailure(
                    "the key for signing checkpoints cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    private static boolean isReplaced(SigningKeysConfig keys) {
        return keys.retiringKey() != null || !keys.former().isEmpty();
    }

    /** A log whose earlier heads nobody here knows the key of would not be signed any more: better said now than then. */
    private static void requireContinued(@Nullable VerifierKey published, LogSigner signer) {
        if (published != null
                && published.name().equals(signer.verifierKey().name())
                && !signer.verifierKey().covers(published)) {
            throw new IllegalArgumentException(
                    "this log was signed with " + published + ", and not each of these keys is named now: give it"
                            + " as audit.signing-key, let it sign for a while yet as audit.keys.retiring-key, or name it in"
                            + " audit.keys.former");
        }
    }

    /** What it signs would be no proof: a key that was taken out of use does not come back. */
    private static void requireInForce(@Nullable VerifierKey published, String where, VerifierKey main) {
        if (published != null && main.isRetired(published, Instant.now())) {
            throw new IllegalArgumentException(
                    "the key in " + where
                            + " was taken out of use, as \"audit-verifier-key\" in the data directory says with the day behind it, and"
                            + " verifiers do not accept what it signs from that day on: use the key that followed it, or a new one");
        }
    }

    private static LogSigner postQuantum(AuditConfig config, DataDirectory directory) throws IOException {
        Secret pem = config.keys().postQuantumKey();
        return pem == null
                ? LogSigner.loadOrCreatePostQuantum(directory.postQuantumKey(), config.log())
                : LogSigner.ofPostQuantumPem(pem.reveal(), config.log());
    }

    /** The keys that were in use at the last start, or {@code null} before the first. */
    public static @Nullable VerifierKey published(DataDirectory directory) throws IOException {
        return Files.exists(directory.verifierKey())
                ? VerifierKey.parse(Files.readString(directory.verifierKey()))
                : null;
    }

    /**
     * The witness that watches other logs, or {@code null} if none is wanted.
     *
     * @throws StartFailure its key cannot be read
     */
    public static @Nullable Witness witness(AuditConfig config, DataDirectory directory) {
        WitnessConfig wanted = config.witness();
        if (wanted == null) {
            return null;
        }
        try {
            LogSigner signer = LogSigner.loadOrCreateWitness(directory.witnessKey(), wanted.name());
            directory.publish(
                    directory.witnessVerifierKey(), signer.verifierKey().lines());
            return new Witness(signer, wanted.keys(), directory.witnessHeads());
        } catch (IOException | IllegalArgumentException unusable) {
            throw new StartFailure("the key of the witness cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    public static KeptHeads heads(DataDirectory directory) {
        return new KeptHeads(directory.auditHeads());
    }
}
