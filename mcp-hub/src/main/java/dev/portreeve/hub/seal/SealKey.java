package dev.portreeve.hub.seal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key that tokens are sealed with, and the id by which a token names it. The same secret makes the same key in every
 * replica. Never prints its secret. Safe for any thread.
 */
public final class SealKey {
    public static final int BYTES = 32;
    static final int ID_BYTES = 4;

    private static final String HMAC = "HmacSHA256";

    private final SecretKeySpec secret;
    private final byte[] id;

    /**
     * @param secret {@link #BYTES} random or derived bytes, used for nothing else
     * @throws IllegalArgumentException if it has another length
     */
    public SealKey(byte[] secret) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException("a seal key has " + BYTES + " bytes, this one has " + secret.length);
        }
        this.secret = new SecretKeySpec(secret, HMAC);
        this.id = Arrays.copyOf(hmac("id".getBytes(StandardCharsets.US_ASCII)), ID_BYTES);
    }

    byte[] id() {
        return id.clone();
    }

    /** The key of one token: a fresh one each, so that no number of tokens wears the cipher's nonces out. */
    SecretKey forSalt(byte[] salt) {
        return new SecretKeySpec(hmac(salt), "AES");
    }

    /** Tells whether a text is the same as before, and nothing else about it. */
    byte[] fingerprint(byte[] text) {
        // Under a key of its own: a text could have the form of a salt.
        return hmac(new SecretKeySpec(hmac("fingerprint".getBytes(StandardCharsets.US_ASCII)), HMAC), text);
    }

    private byte[] hmac(byte[] message) {
        return hmac(secret, message);
    }

    private static byte[] hmac(SecretKey key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no " + HMAC, missing);
        }
    }

    @Override
    public String toString() {
        return "****";
    }
}
