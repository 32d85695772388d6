package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How approvals are asked for.
 *
 * @param webhooks who is told of a new ticket, and may answer with a signed decision
 * @param hold how long a call is held for a quick yes before it ends with its ticket; clients give up early, so seconds
 * @param timeout how long a ticket waits for a decision; then it is a no
 * @param redeemWithin how long a yes may be used
 */
public record ApprovalConfig(List<Webhook> webhooks, Duration hold, Duration timeout, Duration redeemWithin) {
    public static final ApprovalConfig DEFAULT = new ApprovalConfig(List.of(), null, null, null);

    /** A receiver in Standard Webhooks form; the secret ({@code whsec_…}) signs what we send and what it answers. */
    public record Webhook(URI url, Secret secret) {}

    public ApprovalConfig {
        webhooks = webhooks == null ? List.of() : List.copyOf(webhooks);
        hold = hold == null ? Duration.ofSeconds(4) : hold;
        timeout = timeout == null ? Duration.ofMinutes(15) : timeout;
        redeemWithin = redeemWithin == null ? Duration.ofMinutes(5) : redeemWithin;
    }
}
