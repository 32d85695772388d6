package dev.portreeve.audit.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A private key (Ed25519) and its name: the log's, which signs every tenant's checkpoints, or one that signs price lists. Thread-safe. */
public final class LogSigner {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogSigner.class);
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final int PEM_LINE = 64;

    private final PrivateKey privateKey;
    private final VerifierKey verifier;

    private LogSigner(String log, PrivateKey privateKey) {
        this.privateKey = privateKey;
        this.verifier = VerifierKey.of(log, pairOf(privateKey).getPublic());
    }

    /**
     * Reads the key of this file (PEM, PKCS #8), or makes one and writes it, readable by its owner only.
     *
     * @param log the log's name, {@code <host>/audit}
     * @throws IOException if the file cannot be read or written, or holds no Ed25519 key
     */
    public static LogSigner loadOrCreate(Path file, String log) throws IOException {
        if (!Files.exists(file)) {
            create(file);
        }
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                LOGGER.warn("the signing key '{}' can be read by every user of this machine: chmod 600 it", file);
            }
        }
        try {
            return ofPem(Files.readString(file, StandardCharsets.US_ASCII), log);
        } catch (IllegalArgumentException e) {
            throw new IOException("'" + file + "' holds no Ed25519 private key in PEM form (PKCS #8)", e);
        }
    }

    /**
     * A key given as text.
     *
     * @throws IllegalArgumentException if it is no Ed25519 key in PEM form; the message does not quote it
     */
    public static LogSigner ofPem(String pem, String log) {
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("the signing key is not in PEM form (PKCS #8)");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            return new LogSigner(log, KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the signing key is not an Ed25519 key", e);
        }
    }

    /** Temporary files are readable by their owner only, where the file system knows owners. */
    private static void create(Path file) throws IOException {
        byte[] der;
        try {
            der = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
        String pem = BEGIN + "\n"
                + Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(der) + "\n" + END + "\n";
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder");
        Files.createDirectories(folder);
        // Complete before it has its name: a crash leaves no half key behind.
        Path fresh = Files.createTempFile(folder, "signing-key", ".new");
        try {
            Files.writeString(fresh, pem, StandardCharsets.US_ASCII, StandardOpenOption.SYNC);
            Files.move(fresh, file);
            LOGGER.info("made a new signing key: '{}'", file);
        } catch (FileAlreadyExistsException e) {
            LOGGER.info("the signing key '{}' was made by somebody else just now", file);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /**
     * The JDK cannot ask a private key for its public half, but its generator makes both from the random bytes it is
     * given, and those bytes are the private key (RFC 8032, 5.1.5).
     */
    private static KeyPair pairOf(PrivateKey privateKey) {
        byte[] seed = ((EdECPrivateKey) privateKey)
                .getBytes()
                .orElseThrow(() -> new IllegalArgumentException("the signing key cannot be read"));
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Seed(seed));
            KeyPair pair = generator.generateKeyPair();
            if (!Arrays.equals(
                    seed, ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow())) {
                throw new IllegalStateException("this JDK makes Ed25519 keys in a way of its own");
            }
            return pair;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    /** A source that gives the bytes it was given. */
    private static final class Seed extends SecureRandom {
        private final byte[] bytes;

        Seed(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }

    /** What an auditor needs to check this log: public, to be printed and handed out. */
    public VerifierKey verifierKey() {
        return verifier;
    }

    /** Signs the head of a tenant's tree. */
    SignedNote sign(Checkpoint checkpoint) {
        return sign(verifier.named(checkpoint.origin()), checkpoint.text());
    }

    /**
     * Signs a text that is no checkpoint, under the key's own name.
     *
     * @param text with its last newline
     * @throws IllegalArgumentException if it cannot be the text of a note
     */
    public SignedNote sign(String text) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("the text of a note ends with a newline");
        }
        return sign(verifier, text);
    }

    private SignedNote sign(VerifierKey named, String text) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(privateKey);
            ed25519.update(text.getBytes(StandardCharsets.UTF_8));
            return new SignedNote(text, List.of(new SignedNote.Signature(named.name(), named.id(), ed25519.sign())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }
}
