package dev.portreeve.policy.notice;

import java.time.Instant;

/**
 * A message in Standard Webhooks form as it came in; an absent header is an empty string. What is in it counts only once it is verified.
 *
 * @param body not to be changed
 */
public record SignedText(String id, String timestamp, String signatures, byte[] body) {
    /** Whether somebody claims to have signed it. */
    public boolean isSigned() {
        return !signatures.isEmpty();
    }

    /** What its signature is worth under a secret. */
    public WebhookSecret.Verification under(WebhookSecret secret, Instant now) {
        return secret.verify(id, timestamp, signatures, body, now);
    }
}
