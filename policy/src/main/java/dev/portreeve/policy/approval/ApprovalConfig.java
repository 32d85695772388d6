package dev.portreeve.policy.approval;

import dev.portreeve.policy.notice.Webhook;
import java.time.Duration;
import java.util.List;

/**
 * How approvals are asked for.
 *
 * @param webhooks who is told of a new ticket, and may answer with a signed decision
 * @param hold how long a call is held for a quick yes before it ends with its ticket; clients give up early, so seconds
 * @param timeout how long a ticket waits for a decision; then it is a no
 * @param redeemWithin how long a yes may be used
 * @param money what becomes of a call's held money when it ends with its ticket: {@code released}, or {@code held} for the same call
 *     when it comes again
 */
public record ApprovalConfig(
        List<Webhook> webhooks, Duration hold, Duration timeout, Duration redeemWithin, Money money) {
    private static final Duration HOLD = Duration.ofSeconds(4);
    private static final Duration TIMEOUT = Duration.ofMinutes(15);
    private static final Duration REDEEM_WITHIN = Duration.ofMinutes(5);
    public static final ApprovalConfig DEFAULT = new ApprovalConfig(List.of(), HOLD, TIMEOUT, REDEEM_WITHIN);

    /** What becomes of the money of a call that waits for a person. */
    public enum Money {
        /** Given back with the ticket; the call that comes again needs it anew. */
        RELEASED,
        /** Stays held for the ticket as long as that can lead to a call. */
        HELD
    }

    public ApprovalConfig {
        webhooks = webhooks == null ? List.of() : List.copyOf(webhooks);
        hold = hold == null ? HOLD : hold;
        timeout = timeout == null ? TIMEOUT : timeout;
        redeemWithin = redeemWithin == null ? REDEEM_WITHIN : redeemWithin;
        money = money == null ? Money.RELEASED : money;
        if (hold.isNegative() || !timeout.isPositive() || !redeemWithin.isPositive()) {
            throw new IllegalArgumentException(
                    "approvals need a hold of at least 0, and a timeout and redeem-within above 0");
        }
    }

    /** One that gives the money of waiting calls back. */
    public ApprovalConfig(List<Webhook> webhooks, Duration hold, Duration timeout, Duration redeemWithin) {
        this(webhooks, hold, timeout, redeemWithin, Money.RELEASED);
    }
}
