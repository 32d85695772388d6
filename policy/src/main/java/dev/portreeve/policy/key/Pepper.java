package dev.portreeve.policy.key;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that keys the hashes in the database and is kept outside it: who reads the database alone can neither use nor
 * guess a key. All replicas need the same one. Losing it makes every key worthless. Thread-safe.
 */
public final class Pepper {
    public static final int BYTES = 32;
    /** The file in the data directory. */
    public static final String FILE = "key-pepper";

    private static final String ALGORITHM = "HmacSHA256";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final SecretKeySpec secret;

    private Pepper(byte[] secret) {
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /** @throws IllegalArgumentException if it is not {@link #BYTES} long */
    public static Pepper of(byte[] secret) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException("a pepper has " + BYTES + " bytes, this one has " + secret.length);
        }
        return new Pepper(secret.clone());
    }

    /**
     * Reads {@link #FILE} in the data directory, or makes it, readable by its owner only. Two processes that start at once
     * end up with the same one.
     *
     * @throws IOException if it cannot be read or made, has another size, or others may read it; the message says what to do
     */
    public static Pepper inDirectory(Path dataDirectory) throws IOException {
        Path file = dataDirectory.resolve(FILE);
        if (!Files.exists(file)) {
            make(dataDirectory, file);
        }
        Set<PosixFilePermission> loose = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        loose.removeAll(OWNER_ONLY);
        if (!loose.isEmpty()) {
            throw new IOException("others may read \"" + file + "\": run chmod 600 on it");
        }
        byte[] secret = Files.readAllBytes(file);
        if (secret.length != BYTES) {
            throw new IOException("\"" + file + "\" has " + secret.length + " bytes and not " + BYTES
                    + ": restore it from a backup, or remove it and make all keys anew");
        }
        return new Pepper(secret);
    }

    private static void make(Path directory, Path file) throws IOException {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        Files.createDirectories(directory);
        Path fresh = Files.createTempFile(directory, FILE, ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            Files.write(fresh, secret);
            // A link, not a move: it fails where the file exists by now, and never shows a half-written one.
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException another) {
            // Another process was quicker; its pepper is the one.
            return;
        } finally {
            Files.delete(fresh);
        }
    }

    /** HMAC-SHA-256 under this pepper; {@code purpose} keeps hashes made for different ends apart. */
    public byte[] hash(String purpose, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(purpose.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, missing);
        }
    }

    /**
     * {@link #BYTES} bytes for a key of another use (HKDF-SHA-256, RFC 5869): the same in every replica with this pepper, and
     * no way back to it.
     *
     * @param use keeps the keys apart
     */
    public byte[] derive(String use) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(secret)
                            .thenExpand(use.getBytes(StandardCharsets.UTF_8), BYTES));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no HKDF-SHA256", missing);
        }
    }

    @Override
    public String toString() {
        return "****";
    }
}
