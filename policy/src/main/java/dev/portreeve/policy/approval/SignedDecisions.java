package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.notice.SignedText;
import dev.portreeve.policy.notice.Webhook;
import dev.portreeve.policy.notice.WebhookSecret;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/**
 * Decides what a signed decision is worth: who signed it, when, about which ticket, and as whom. The one place for both ways it can come in,
 * the answer to a message and a request of its own. Thread-safe; never blocks.
 */
public final class SignedDecisions {
    /** Stands before the id of a webhook that decides as itself. */
    public static final String EXTERNAL = Rule.EXTERNAL;

    private final List<Webhook> webhooks;
    private final InstantSource clock;

    /** @param webhooks whose secrets sign decisions */
    public SignedDecisions(List<Webhook> webhooks, InstantSource clock) {
        this.webhooks = List.copyOf(webhooks);
        this.clock = clock;
    }

    /** What a message is worth. */
    public sealed interface Worth {
        /** It is a decision about this ticket by somebody whose word the signer may pass on. */
        record Genuine(Vote vote) implements Worth {}

        /**
         * It counts for nothing.
         *
         * @param why for the sender and the log; nothing of the message is in it
         */
        record Refused(Why why, String detail) implements Worth {}
    }

    /** Why a message counts for nothing. */
    public enum Why {
        /** The signature is missing, wrong or old. */
        NOT_SIGNED,
        /** It is no decision. */
        UNREADABLE,
        /** It is signed, and about another ticket. */
        OTHER_TICKET,
        /** Its signer may not speak for the one it names. */
        NOT_ITS_VOICE
    }

    /** A decision that comes by itself, about this ticket. */
    public Worth sent(UUID ticket, SignedText message) {
        return worth(ticket, message, webhooks);
    }

    /**
     * A decision in the answer to a message about this ticket.
     *
     * @param messageId what the message was sent under: an answer is signed under the same
     * @param receiver who was asked, and nobody else answers for it
     */
    public Worth answered(UUID ticket, String messageId, Webhook receiver, SignedText answer) {
        if (!answer.isSigned()) {
            return refused(Why.NOT_SIGNED, "it is not signed");
        }
        if (!answer.id().equals(messageId)) {
            return refused(Why.NOT_SIGNED, "its webhook-id is not that of the message it answers");
        }
        return worth(ticket, answer, List.of(receiver));
    }

    private Worth worth(UUID ticket, SignedText message, List<Webhook> signers) {
        Instant now = clock.instant();
        WebhookSecret.Verification best = WebhookSecret.Verification.FORGED;
        for (Webhook signer : signers) {
            WebhookSecret.Verification said = message.under(WebhookSecret.of(signer.secret()), now);
            if (said == WebhookSecret.Verification.GENUINE) {
                return read(ticket, message, signer);
            }
            best = said;
        }
        return refused(
                Why.NOT_SIGNED,
                switch (best) {
                    case INCOMPLETE -> "a signed decision needs webhook-id, webhook-timestamp and webhook-signature";
                    case STALE -> "the decision was signed more than five minutes from now: sign it anew";
                    case FORGED, GENUINE -> "the signature fits none of the configured webhooks";
                });
    }

    private static Worth read(UUID ticket, SignedText message, Webhook signer) {
        SignedDecision decision;
        try {
            decision = SignedDecision.read(message.body());
        } catch (SignedDecision.Unreadable unreadable) {
            return refused(Why.UNREADABLE, String.valueOf(unreadable.getMessage()));
        }
        if (!decision.ticket().equals(ticket)) {
            return refused(Why.OTHER_TICKET, "the decision was signed for another ticket");
        }
        String named = decision.approver() == null ? "" : decision.approver();
        if (signer.id() != null) {
            String itself = EXTERNAL + signer.id();
            return named.isBlank() || named.equals(itself)
                    ? genuine(itself, decision)
                    : refused(Why.NOT_ITS_VOICE, "this receiver decides as " + itself + " and for nobody else");
        }
        if (named.isBlank()) {
            return refused(Why.UNREADABLE, "\"approver\" is missing: who decided");
        }
        return named.startsWith(EXTERNAL)
                ? refused(Why.NOT_ITS_VOICE, "only the receiver with that id decides as " + EXTERNAL + " and its id")
                : genuine(named, decision);
    }

    private static Worth genuine(String approver, SignedDecision decision) {
        return new Worth.Genuine(new Vote(approver, decision.choice(), decision.reason(), Vote.Channel.WEBHOOK));
    }

    private static Worth refused(Why why, String detail) {
        return new Worth.Refused(why, detail);
    }
}
