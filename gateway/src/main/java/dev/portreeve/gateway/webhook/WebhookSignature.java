package dev.portreeve.gateway.webhook;

import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs and checks messages as Standard Webhooks says: HMAC-SHA-256 over {@code id.timestamp.body}, in a header of
 * space-separated {@code v1,<base64>} entries. Thread-safe.
 */
public final class WebhookSignature {
    /** How far a message's clock may be off; older ones could be replays. */
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String PREFIX = "whsec_";
    private static final String VERSION = "v1,";
    private static final String ALGORITHM = "HmacSHA256";
    private final byte[] key;

    /** @throws IllegalArgumentException the secret is not {@code whsec_} and base64 */
    public WebhookSignature(Secret secret) {
        if (!secret.reveal().startsWith(PREFIX)) {
            throw new IllegalArgumentException("a webhook secret begins with " + PREFIX);
        }
        key = Base64.getDecoder().decode(secret.reveal().substring(PREFIX.length()));
    }

    /** The value of {@code webhook-signature}. */
    public String sign(String id, Instant timestamp, byte[] body) {
        return VERSION + Base64.getEncoder().encodeToString(mac(id, timestamp.getEpochSecond(), body));
    }

    /**
     * Whether one of the header's signatures is ours and the message is of now.
     *
     * @param timestamp the header {@code webhook-timestamp}, seconds
     */
    public boolean verify(String id, String timestamp, String signatures, byte[] body, Instant now) {
        if (!timestamp.matches("\\d{1,12}")) {
            return false;
        }
        long seconds = Long.parseLong(timestamp);
        if (Math.abs(now.getEpochSecond() - seconds) > TOLERANCE.toSeconds()) {
            return false;
        }
        byte[] expected = (VERSION + Base64.getEncoder().encodeToString(mac(id, seconds, body)))
                .getBytes(StandardCharsets.US_ASCII);
        return Arrays.stream(signatures.split(" ", 16))
                .anyMatch(given -> MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.US_ASCII)));
    }

    private byte[] mac(String id, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update((id + "." + seconds + ".").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, impossible);
        }
    }
}
