package dev.portreeve.audit.payload;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The key that seals the contents of one subject (AES-256-GCM). Immutable; for any thread; says nothing of itself in a log. */
public final class SubjectKey {
    /** Of the key. */
    public static final int BYTES = 32;

    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private final UUID id;
    private final SecretKeySpec secret;

    /** @throws IllegalArgumentException if the secret is not {@link #BYTES} long */
    public SubjectKey(UUID id, byte[] secret) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException("a subject's key has " + BYTES + " bytes");
        }
        this.id = id;
        this.secret = new SecretKeySpec(secret, "AES");
    }

    public UUID id() {
        return id;
    }

    /** A version, a nonce and the ciphertext, which opens only for this tenant and name. */
    byte[] seal(String tenant, String name, byte[] plain, SecureRandom random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, tenant, name, nonce).doFinal(plain);
            return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java runtime cannot encrypt with AES-GCM", impossible);
        }
    }

    /** Empty if these bytes were not sealed with this key, for this tenant and name. */
    Optional<byte[]> open(String tenant, String name, byte[] sealed) {
        if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] != VERSION) {
            return Optional.empty();
        }
        try {
            byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
            return Optional.of(cipher(Cipher.DECRYPT_MODE, tenant, name, nonce)
                    .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES));
        } catch (AEADBadTagException changed) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java runtime cannot decrypt with AES-GCM", impossible);
        }
    }

    private Cipher cipher(int mode, String tenant, String name, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, secret, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(("portreeve payload\0" + id + '\0' + tenant + '\0' + name).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    @Override
    public String toString() {
        return "SubjectKey[" + id + "]";
    }
}
