package dev.portreeve.gateway.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes keys of requests, under a secret of this process that is never stored: who sees a key learns nothing of a request, and
 * nobody can make two requests meet. Thread-safe.
 */
public final class CacheKeys {
    private static final String HMAC = "HmacSHA256";
    private static final int SECRET_BYTES = 32;

    private final SecretKeySpec secret;

    public CacheKeys(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        this.secret = new SecretKeySpec(bytes, HMAC);
    }

    /**
     * The key of a request.
     *
     * @param about everything that is not in its body, always in the same order; each counts with its length, so that no two can
     *     run into each other
     * @param body in canonical form
     */
    public CacheKey key(List<String> about, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            mac.update(size(about.size()));
            for (String each : about) {
                byte[] bytes = each.getBytes(StandardCharsets.UTF_8);
                mac.update(size(bytes.length));
                mac.update(bytes);
            }
            return new CacheKey(Base64.getEncoder().encodeToString(mac.doFinal(body)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has " + HMAC, impossible);
        }
    }

    private static byte[] size(int length) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(length).array();
    }
}
