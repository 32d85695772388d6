package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Verification;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that sign with several keys, or change them. */
class SigningKeysTest {
    private static final String LOG = "test.example/audit";
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path folder;

    private final Checkpoint head = new Checkpoint(LOG + "/acme", 7, new TreeHash().empty());

    private LogSigner key(String name) throws IOException {
        return LogSigner.loadOrCreate(folder.resolve(name + ".pem"), LOG);
    }

    private LogSigner postQuantum() throws IOException {
        return LogSigner.loadOrCreatePostQuantum(folder.resolve("pq.pem"), LOG);
    }

    private static VerifierKey.Check check(VerifierKey key, SignedNote note) {
        return key.forTenant("acme").check(note);
    }

    @Test
    void aPostQuantumKeySignsBesideTheOther() throws IOException {
        LogSigner signer = key("a").alsoSigning(postQuantum(), null, InstantSource.fixed(NOW));
        SignedNote note = SignedNote.parse(signer.sign(head).toString());
        assertEquals(2, note.signatures().size());
        VerifierKey both = VerifierKey.parse(signer.verifierKey().lines());
        assertEquals(
                signer.verifierKey().toString(),
                VerifierKey.parse(both.toString()).toString());
        for (VerifierKey key :
                List.of(both, key("a").verifierKey(), postQuantum().verifierKey())) {
            assertEquals(VerifierKey.Check.VALID, check(key, note));
            assertEquals(VerifierKey.Check.OTHER_KEY, key.forTenant("other").check(note));
        }
        byte[] line = note.signatures().get(1).bytes();
        assertEquals(8 + 2420, line.length, "time and signature, as c2sp.org/tlog-cosignature has it");
        assertEquals(NOW.getEpochSecond(), ByteBuffer.wrap(line).getLong());
        for (int changed : List.of(7, 8, line.length - 1)) {
            line[changed] ^= 1;
            assertEquals(VerifierKey.Check.INVALID, check(both, note), "byte " + changed);
            line[changed] ^= 1;
        }
        assertEquals(VerifierKey.Check.VALID, check(both, note));
    }

    /** The layout of cosigned_message, written out by hand. */
    @Test
    void aPostQuantumSignatureIsOverWhatTheSpecificationSays() {
        byte[] expected = ByteBuffer.allocate(12 + 1 + 4 + 8 + 1 + 4 + 8 + 8 + 32)
                .put("subtree/v1\n".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 0)
                .put((byte) 4)
                .put("w.ex".getBytes(StandardCharsets.US_ASCII))
                .putLong(1679315147)
                .put((byte) 4)
                .put("l.ex".getBytes(StandardCharsets.US_ASCII))
                .putLong(0)
                .putLong(20852163)
                .put(new TreeHash().empty())
                .array();
        Checkpoint large = new Checkpoint("l.ex", 20852163, new TreeHash().empty());
        assertArrayEquals(expected, Cosigned.mlDsaMessage("w.ex", 1679315147, large));
        assertEquals(
                "cosignature/v1\ntime 1679315147\nl.ex\n20852163\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                new String(Cosigned.ed25519Message(1679315147, large.text()), StandardCharsets.UTF_8));
    }

    @Test
    void twoKeysSignForAWhileAndTheOldOneKeepsWhatItSigned() throws IOException {
        LogSigner old = key("old");
        VerifierKey retired = old.verifierKey();
        SignedNote before = old.sign(head);
        Instant until = NOW.plus(Duration.ofDays(1));
        SignedNote during =
                key("new").alsoSigning(old, until, InstantSource.fixed(NOW)).sign(head);
        LogSigner later = key("new").alsoSigning(old, until, InstantSource.fixed(until));
        SignedNote after = later.sign(head);
        assertEquals(VerifierKey.Check.VALID, check(retired, before));
        assertEquals(VerifierKey.Check.VALID, check(retired, during));
        assertEquals(VerifierKey.Check.OTHER_KEY, check(retired, after));
        assertEquals(VerifierKey.Check.OTHER_KEY, check(key("new").verifierKey(), before));
        assertEquals(VerifierKey.Check.VALID, check(key("new").verifierKey(), during));
        for (SignedNote note : List.of(before, during, after)) {
            assertEquals(VerifierKey.Check.VALID, check(later.verifierKey(), note));
            assertEquals(
                    VerifierKey.Check.VALID,
                    check(key("new").alsoKnowing(retired).verifierKey(), note));
        }
    }

    @Test
    void aLogGoesOnUnderAnotherKey() throws Exception {
        try (LogFixture log = new LogFixture(folder)) {
            log.log("acme", 3);
            LogSigner fresh = LogSigner.loadOrCreate(folder.resolve("new.pem"), "test.example/audit");
            LogSigner both = fresh.alsoSigning(log.signer, NOW.plus(Duration.ofDays(36_500)), InstantSource.system());
            for (LogSigner signer : List.of(both, fresh.alsoKnowing(log.signer.verifierKey()))) {
                log.append("acme", 2);
                try (Sequencer sequencer =
                        new Sequencer(log.database.app(), signer, log.heads, Duration.ofSeconds(1))) {
                    assertEquals(2, sequencer.runOnce());
                    assertNull(sequencer.problem());
                }
            }
            AuditVerifier verifier = new AuditVerifier(both.verifierKey(), Progress.none());
            Verification found = verifier.database(log.database.app(), log.heads, List.of());
            assertTrue(found instanceof Verification.Intact, found.toString());
            assertEquals(7, log.size("acme"));
        }
    }

    @Test
    void aKeyOfTheWrongKindSaysWhatItIs() throws Exception {
        Path rsa = folder.resolve("rsa.pem");
        byte[] der = KeyPairGenerator.getInstance("RSA")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END PRIVATE KEY-----\n";
        Files.writeString(rsa, pem);
        String said = String.valueOf(assertThrows(IOException.class, () -> LogSigner.loadOrCreate(rsa, LOG))
                .getMessage());
        assertTrue(said.contains("rsa.pem' holds no Ed25519") && said.contains("is an RSA key"), said);
        assertFalse(said.contains(pem.substring(40, 60)), said);
        postQuantum();
        String other = String.valueOf(
                assertThrows(IOException.class, () -> LogSigner.loadOrCreate(folder.resolve("pq.pem"), LOG))
                        .getMessage());
        assertTrue(other.contains("is an ML-DSA key, it has to be an Ed25519 key"), other);
        Path none = folder.resolve("none.pem");
        Files.writeString(none, "nonsense");
        assertThrows(IOException.class, () -> LogSigner.loadOrCreate(none, LOG));
    }

    @Test
    void theHalvesOfAPostQuantumKeyMustBelongTogether() throws IOException {
        postQuantum();
        LogSigner.loadOrCreatePostQuantum(folder.resolve("pq2.pem"), LOG);
        String first = Files.readString(folder.resolve("pq.pem"));
        String second = Files.readString(folder.resolve("pq2.pem"));
        int split = first.indexOf("-----BEGIN PUBLIC");
        String mixed = first.substring(0, split) + second.substring(second.indexOf("-----BEGIN PUBLIC"));
        assertEquals(
                postQuantum().verifierKey().toString(),
                LogSigner.ofPostQuantumPem(first, LOG).verifierKey().toString());
        assertThrows(IllegalArgumentException.class, () -> LogSigner.ofPostQuantumPem(mixed, LOG));
        assertThrows(IllegalArgumentException.class, () -> LogSigner.ofPostQuantumPem(first.substring(0, split), LOG));
    }
}
