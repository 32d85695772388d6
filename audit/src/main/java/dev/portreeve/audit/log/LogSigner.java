package dev.portreeve.audit.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private key and its name: the log's, which signs every tenant's checkpoints, or one that signs price lists. A log may sign with
 * several: with a post-quantum key beside its own, and with the key it had before until everybody has the new one. Thread-safe.
 */
public final class LogSigner {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogSigner.class);

    private final List<Signing> keys;
    private final VerifierKey verifier;
    private final InstantSource clock;

    /** A key, and when it stops signing, if it does. */
    private record Signing(SigningKey key, @Nullable Instant until) {}

    private LogSigner(List<Signing> keys, VerifierKey verifier, InstantSource clock) {
        this.keys = List.copyOf(keys);
        this.verifier = verifier;
        this.clock = clock;
    }

    private LogSigner(SigningKey key) {
        this(List.of(new Signing(key, null)), new VerifierKey(List.of(key.verifier())), InstantSource.system());
    }

    /**
     * Reads the key of this file (PEM, PKCS #8), or makes one and writes it, readable by its owner only.
     *
     * @param log the log's name, {@code <host>/audit}
     * @throws IOException if the file cannot be read or written, or holds no Ed25519 key
     */
    public static LogSigner loadOrCreate(Path file, String log) throws IOException {
        return loadOrCreate(file, log, NamedKey.Type.ED25519);
    }

    /**
     * The same for an ML-DSA-44 key, which is to sign beside the log's own: see {@link #alsoSigning}. Its file has both halves.
     *
     * @throws IOException if the file cannot be read or written, or holds no such key
     */
    public static LogSigner loadOrCreatePostQuantum(Path file, String log) throws IOException {
        return loadOrCreate(file, log, NamedKey.Type.ML_DSA_44);
    }

    private static LogSigner loadOrCreate(Path file, String log, NamedKey.Type type) throws IOException {
        if (!Files.exists(file)) {
            create(file, SigningKey.generate(type));
        }
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                LOGGER.warn("the signing key '{}' can be read by every user of this machine: chmod 600 it", file);
            }
        }
        try {
            return new LogSigner(SigningKey.ofPem(Files.readString(file, StandardCharsets.US_ASCII), log, type));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "'" + file + "' holds no " + type.algorithm() + " private key in PEM form (PKCS #8): "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * The key of a witness, which is no log's: signs other logs' heads, with the time, under its own name.
     *
     * @throws IOException if the file cannot be read or written, or holds no Ed25519 key
     */
    public static LogSigner loadOrCreateWitness(Path file, String name) throws IOException {
        return loadOrCreate(file, name, NamedKey.Type.ED25519_COSIGNATURE);
    }

    /**
     * A key given as text.
     *
     * @throws IllegalArgumentException if it is no Ed25519 key in PEM form; the message does not quote it
     */
    public static LogSigner ofPem(String pem, String log) {
        return new LogSigner(SigningKey.ofPem(pem, log, NamedKey.Type.ED25519));
    }

    /**
     * A post-quantum key given as text, with both halves.
     *
     * @throws IllegalArgumentException if it is no ML-DSA-44 key in PEM form; the message does not quote it
     */
    public static LogSigner ofPostQuantumPem(String pem, String log) {
        return new LogSigner(SigningKey.ofPem(pem, log, NamedKey.Type.ML_DSA_44));
    }

    /** Temporary files are readable by their owner only, where the file system knows owners. */
    private static void create(Path file, String pem) throws IOException {
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
     * One that signs with another's keys too.
     *
     * @param until when these stop signing, or {@code null}; what they signed stays valid
     * @param clock says whether they have stopped, and the time in signatures that have one
     */
    public LogSigner alsoSigning(LogSigner other, @Nullable Instant until, InstantSource clock) {
        List<Signing> all = new ArrayList<>(keys);
        other.keys.forEach(key -> all.add(new Signing(key.key(), until)));
        return new LogSigner(all, verifier.and(until == null ? other.verifier : other.verifier.until(until)), clock);
    }

    /**
     * One that continues what a former key signed, without having it.
     *
     * @throws IllegalArgumentException if that key is another log's
     */
    public LogSigner alsoKnowing(VerifierKey former) {
        if (!former.name().equals(verifier.name())) {
            throw new IllegalArgumentException(
                    "the former key is that of \"" + former.name() + "\", this log is \"" + verifier.name() + "\"");
        }
        return new LogSigner(keys, verifier.and(former), clock);
    }

    /** What an auditor needs to check this log: public, to be printed and handed out. */
    public VerifierKey verifierKey() {
        return verifier;
    }

    /** Signs the head of a tenant's tree, with every key that signs now. */
    SignedNote sign(Checkpoint checkpoint) {
        Instant now = clock.instant();
        List<SignedNote.Signature> signatures = new ArrayList<>();
        for (Signing each : keys) {
            if (each.until() == null || now.isBefore(each.until())) {
                signatures.add(sign(each.key(), checkpoint.origin(), checkpoint.text(), now));
            }
        }
        return new SignedNote(checkpoint.text(), signatures);
    }

    /** Signs the head of another's log, under the key's own name: C2SP tlog-cosignature. */
    public SignedNote cosign(Checkpoint checkpoint) {
        Instant now = clock.instant();
        return new SignedNote(
                checkpoint.text(),
                keys.stream()
                        .map(each -> sign(each.key(), verifier.name(), checkpoint.text(), now))
                        .toList());
    }

    /**
     * Signs a text that is no checkpoint, under the key's own name, with the first key alone.
     *
     * @param text with its last newline
     * @throws IllegalArgumentException if it cannot be the text of a note
     */
    public SignedNote sign(String text) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("the text of a note ends with a newline");
        }
        return new SignedNote(text, List.of(sign(keys.getFirst().key(), verifier.name(), text, clock.instant())));
    }

    private static SignedNote.Signature sign(SigningKey key, String name, String text, Instant now) {
        return new SignedNote.Signature(name, key.verifier().idAs(name), key.sign(text, name, now));
    }
}
