package dev.portreeve.policy.notice;

import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signing secret of a Slack app: HMAC-SHA256 over {@code v0:timestamp:body}, in hex behind {@code v0=}. Immutable and thread-safe; prints as
 * stars.
 */
public final class SlackSecret {
    private static final String HMAC = "HmacSHA256";
    private static final String VERSION = "v0";
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    private final SecretKeySpec key;

    public SlackSecret(Secret secret) {
        this.key = new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), HMAC);
    }

    /** The value of {@code X-Slack-Signature} for a body. */
    public String sign(long timestamp, byte[] body) {
        return VERSION + "=" + HexFormat.of().formatHex(hmac(String.valueOf(timestamp), body));
    }

    /**
     * Whether a request came from Slack, and just now.
     *
     * @param timestamp the header {@code X-Slack-Request-Timestamp}; empty if absent
     * @param signature the header {@code X-Slack-Signature}; empty if absent
     * @param body as it came over the wire
     */
    public boolean verifies(String timestamp, String signature, byte[] body, Instant now) {
        if (!timestamp.matches("[0-9]{1,12}")) {
            return false;
        }
        Instant signed = Instant.ofEpochSecond(Long.parseLong(timestamp));
        String expected = VERSION + "=" + HexFormat.of().formatHex(hmac(timestamp, body));
        return Duration.between(signed, now).abs().compareTo(TOLERANCE) <= 0
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] hmac(String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update((VERSION + ':' + timestamp + ':').getBytes(StandardCharsets.UTF_8));
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
