package dev.portreeve.examples.approver;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Standard Webhooks in one page: who knows the secret can sign a message, and nobody else. The signed text is {@code
 * id.timestamp.body}, the body as it came over the wire; do not parse it before it is verified. Thread-safe.
 */
final class WebhookSecret {
    /** An older message could be a replay, a younger one has a wrong clock. */
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String HMAC = "HmacSHA256";
    private final SecretKeySpec key;

    /** @throws IllegalArgumentException not {@code whsec_} and base64 */
    WebhookSecret(String secret) {
        if (!secret.startsWith("whsec_")) {
            throw new IllegalArgumentException("a webhook secret begins with whsec_");
        }
        key = new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), HMAC);
    }

    /** The header {@code webhook-signature} of a message. */
    String sign(String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this Java has no " + HMAC, impossible);
        }
    }

    /**
     * Whether a message came from somebody who knows the secret, and just now.
     *
     * @param signatures one or more, separated by spaces: while a secret is being changed, a sender signs with both
     */
    boolean verifies(String id, String timestamp, String signatures, byte[] body, Instant now) {
        long seconds;
        try {
            seconds = Long.parseLong(timestamp);
        } catch (NumberFormatException notATime) {
            return false;
        }
        if (seconds < now.minus(TOLERANCE).getEpochSecond()
                || seconds > now.plus(TOLERANCE).getEpochSecond()) {
            return false;
        }
        byte[] expected = sign(id, seconds, body).getBytes(StandardCharsets.US_ASCII);
        for (String signature : signatures.split(" ", -1)) {
            // Takes the same time wherever the first difference is, so that nobody can guess byte by byte.
            if (MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.US_ASCII))) {
                return true;
            }
        }
        return false;
    }
}
