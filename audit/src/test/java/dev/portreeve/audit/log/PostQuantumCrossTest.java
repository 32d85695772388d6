package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.pqc.crypto.mldsa.MLDSAKeyGenerationParameters;
import org.bouncycastle.pqc.crypto.mldsa.MLDSAKeyPairGenerator;
import org.bouncycastle.pqc.crypto.mldsa.MLDSAParameters;
import org.bouncycastle.pqc.crypto.mldsa.MLDSAPublicKeyParameters;
import org.bouncycastle.pqc.crypto.mldsa.MLDSASigner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ML-DSA-44 as heads are signed with it, against an implementation that is not the JDK's: Bouncy Castle's. */
class PostQuantumCrossTest {
    private static final String LOG = "test.example/audit";
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path folder;

    private final Checkpoint head = new Checkpoint(LOG + "/acme", 20852163, new TreeHash().empty());

    /** What is signed, written out by hand from C2SP tlog-cosignature. */
    private byte[] message(long time) {
        byte[] name = head.origin().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(12 + 1 + name.length + 8 + 1 + name.length + 8 + 8 + 32)
                .put("subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII))
                .put((byte) name.length)
                .put(name)
                .putLong(time)
                .put((byte) name.length)
                .put(name)
                .putLong(0)
                .putLong(head.size())
                .put(head.root())
                .array();
    }

    private static boolean verifies(MLDSAPublicKeyParameters key, byte[] message, byte[] signature) {
        MLDSASigner theirs = new MLDSASigner();
        theirs.init(false, key);
        theirs.update(message, 0, message.length);
        return theirs.verifySignature(signature);
    }

    @Test
    void theirsVerifiesWhatOursSigned() throws Exception {
        LogSigner postQuantum = LogSigner.loadOrCreatePostQuantum(folder.resolve("pq.pem"), LOG);
        LogSigner signer = LogSigner.loadOrCreate(folder.resolve("key.pem"), LOG)
                .alsoSigning(postQuantum, null, InstantSource.fixed(NOW));
        byte[] line = SignedNote.parse(signer.sign(head).toString())
                .signatures()
                .get(1)
                .bytes();
        String key = postQuantum.verifierKey().toString();
        byte[] bytes = Base64.getDecoder().decode(key.substring(key.indexOf('+', key.indexOf('+') + 1) + 1));
        MLDSAPublicKeyParameters theirs =
                new MLDSAPublicKeyParameters(MLDSAParameters.ml_dsa_44, Arrays.copyOfRange(bytes, 1, bytes.length));
        byte[] signature = Arrays.copyOfRange(line, Long.BYTES, line.length);
        assertTrue(verifies(theirs, message(NOW.getEpochSecond()), signature));
        assertFalse(verifies(theirs, message(NOW.getEpochSecond() + 1), signature));
        signature[100] ^= 1;
        assertFalse(verifies(theirs, message(NOW.getEpochSecond()), signature));
    }

    @Test
    void oursVerifiesWhatTheirsSigned() throws CryptoException {
        MLDSAKeyPairGenerator generator = new MLDSAKeyPairGenerator();
        generator.init(new MLDSAKeyGenerationParameters(new SecureRandom(), MLDSAParameters.ml_dsa_44));
        for (int round = 0; round < 5; round++) {
            AsymmetricCipherKeyPair pair = generator.generateKeyPair();
            byte[] half = ((MLDSAPublicKeyParameters) pair.getPublic()).getEncoded();
            NamedKey named = new NamedKey(LOG, NamedKey.Type.ML_DSA_44, half);
            VerifierKey ours = VerifierKey.parse(named.toString()).forTenant("acme");
            MLDSASigner theirs = new MLDSASigner();
            theirs.init(true, pair.getPrivate());
            byte[] message = message(NOW.getEpochSecond());
            theirs.update(message, 0, message.length);
            byte[] line = new Cosigned(NOW.getEpochSecond(), theirs.generateSignature()).bytes();
            SignedNote note = new SignedNote(
                    head.text(), List.of(new SignedNote.Signature(head.origin(), named.idAs(head.origin()), line)));
            assertEquals(VerifierKey.Check.VALID, ours.check(SignedNote.parse(note.toString())));
            for (int changed : new int[] {7, 8, line.length - 1}) {
                line[changed] ^= 1;
                assertEquals(VerifierKey.Check.INVALID, ours.check(note), "byte " + changed);
                line[changed] ^= 1;
            }
        }
    }
}
