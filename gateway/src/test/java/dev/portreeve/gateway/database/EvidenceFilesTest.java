package dev.portreeve.gateway.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.AuditLagConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.config.SigningKeysConfig;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.keeping.BestEffort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which keys a gateway starts with, and when it does not start. */
class EvidenceFilesTest {
    private static final LocalDate LATER = LocalDate.of(2100, 1, 1);

    @TempDir
    Path folder;

    private DataDirectory directory;
    private VerifierKey first;

    @BeforeEach
    void startOnce() {
        directory = new DataDirectory(folder);
        first = start(keys(null, null));
    }

    private static SigningKeysConfig keys(@Nullable String retiring, @Nullable VerifierKey former) {
        return new SigningKeysConfig(
                false,
                null,
                retiring == null ? null : new Secret(retiring),
                retiring == null ? null : LATER,
                former == null ? List.of() : List.of(former.toString()));
    }

    private VerifierKey start(SigningKeysConfig keys) {
        AuditConfig config = new AuditConfig(
                "portreeve.local/audit",
                Duration.ofSeconds(1),
                null,
                keys,
                List.of(),
                null,
                List.of(),
                List.of(),
                BestEffort.NONE,
                null,
                null,
                AuditLagConfig.DEFAULT,
                AuditConfig.Search.ON,
                List.of());
        LogSigner signer = EvidenceFiles.signer(config, directory);
        directory.publish(directory.verifierKey(), signer.verifierKey().lines());
        return signer.verifierKey();
    }

    private void assertRefused(String said, SigningKeysConfig keys) {
        String message = String.valueOf(
                assertThrows(StartFailure.class, () -> start(keys)).getMessage());
        assertTrue(message.contains(said), message);
    }

    @Test
    void theSameKeyIsFoundAgain() {
        assertEquals(first.toString(), start(keys(null, null)).toString());
    }

    @Test
    void aMissingKeyIsNotMadeAnewInSilence() throws IOException {
        Files.delete(directory.signingKey());
        assertRefused("audit-signing.pem\" is missing, which signed this log before", keys(null, null));
        VerifierKey now = start(keys(null, first));
        assertTrue(now.covers(first) && !now.sameKey(first));
    }

    @Test
    void aKeyIsReplacedWithAnOverlap() throws IOException {
        String old = Files.readString(directory.signingKey());
        Files.delete(directory.signingKey());
        VerifierKey both = start(keys(old, null));
        assertTrue(both.covers(first) && !both.sameKey(first));
        assertRefused("not each of these keys is named now", keys(null, null));
        assertTrue(start(keys(null, first)).sameKey(both));
    }

    @Test
    void aKeyThatWasTakenOutOfUseDoesNotComeBack() throws IOException {
        Path file = directory.signingKey();
        Path old = folder.resolve("old.pem");
        Files.move(file, old);
        VerifierKey known = start(keys(null, VerifierKey.parse(first + "@2026-01-31")));
        assertTrue(known.toString().endsWith("@2026-01-31"), known.toString());
        assertEquals(known.toString(), start(keys(null, first)).toString(), "its last day is not forgotten");
        Files.move(old, file, StandardCopyOption.REPLACE_EXISTING);
        assertRefused("was taken out of use", keys(null, known));
    }

    @Test
    void anotherKeyThatNobodyNamedIsRefused() throws IOException {
        LogSigner.loadOrCreate(folder.resolve("other.pem"), "portreeve.local/audit");
        Files.copy(folder.resolve("other.pem"), directory.signingKey(), StandardCopyOption.REPLACE_EXISTING);
        assertRefused("this log was signed with " + first, keys(null, null));
    }

    @Test
    void aPostQuantumKeyIsMadeOnce() {
        SigningKeysConfig postQuantum = new SigningKeysConfig(true, null, null, null, List.of());
        VerifierKey both = start(postQuantum);
        assertTrue(both.covers(first) && !both.sameKey(first));
        assertEquals(both.toString(), start(postQuantum).toString());
        assertRefused("not each of these keys is named now", keys(null, null));
    }

    @Test
    void aKeyOfTheWrongKindIsSaid() throws IOException {
        Files.writeString(directory.signingKey(), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertRefused("holds no Ed25519 private key", keys(null, null));
        Files.writeString(directory.signingKey(), "nonsense");
        assertRefused("is not in PEM form", keys(null, null));
    }
}
