package dev.portreeve.policy.notice;

import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A shared secret of the Standard Webhooks specification, which signs messages in both directions: HMAC-SHA256 over {@code id.timestamp.body}.
 * Immutable and thread-safe; prints as stars.
 */
public final class WebhookSecret {
    private static final String PREFIX = "whsec_";
    private static final String VERSION = "v1,";
    private static final String HMAC = "HmacSHA256";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;
    private static final int MAX_SIGNATURES = 16;
    private static final Duration TOLERANCE = Duration.ofSeconds(300);

    private final SecretKeySpec key;

    /** What a message's signature is worth. */
    public enum Verification {
        GENUINE,
        /** A header is missing, or the timestamp is no number. */
        INCOMPLETE,
        /** It was signed more than five minutes ago, or ahead of our clock: perhaps a replay. */
        STALE,
        /** No signature fits. */
        FORGED
    }

    private WebhookSecret(byte[] key) {
        this.key = new SecretKeySpec(key, HMAC);
    }

    /** @throws IllegalArgumentException unless it is {@code whsec_} and then 24 to 64 bytes in base64 */
    public static WebhookSecret of(Secret secret) {
        String text = secret.reveal();
        byte[] key = text.startsWith(PREFIX) ? decoded(text.substring(PREFIX.length())) : new byte[0];
        if (key.length < MIN_BYTES || key.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a webhook secret must be whsec_ and then " + MIN_BYTES + " to " + MAX_BYTES + " bytes in base64");
        }
        return new WebhookSecret(key);
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            // Told as a wrong length: the decoder's message would quote the secret.
            return new byte[0];
        }
    }

    /** The value of {@code webhook-signature} for a message. */
    public String sign(String id, long timestamp, byte[] body) {
        return VERSION + Base64.getEncoder().encodeToString(hmac(id, String.valueOf(timestamp), body));
    }

    /**
     * Checks a message we received, by its three headers; absent headers are empty strings.
     *
     * @param signatures the value of {@code webhook-signature}: one or more, separated by blanks; one that fits is enough
     */
    public Verification verify(String id, String timestamp, String signatures, byte[] body, Instant now) {
        if (id.isEmpty() || signatures.isEmpty() || !timestamp.matches("[0-9]{1,12}")) {
            return Verification.INCOMPLETE;
        }
        Instant signed = Instant.ofEpochSecond(Long.parseLong(timestamp));
        if (Duration.between(signed, now).abs().compareTo(TOLERANCE) > 0) {
            return Verification.STALE;
        }
        byte[] expected = (VERSION + Base64.getEncoder().encodeToString(hmac(id, timestamp, body)))
                .getBytes(StandardCharsets.UTF_8);
        boolean genuine = false;
        for (String signature : signatures.split(" ", MAX_SIGNATURES + 1)) {
            genuine |= MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
        }
        return genuine ? Verification.GENUINE : Verification.FORGED;
    }

    private byte[] hmac(String id, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update((id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    @Override
    public String toString() {
        return "****";
    }
}
