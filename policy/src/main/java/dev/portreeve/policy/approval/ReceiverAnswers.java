package dev.portreeve.policy.approval;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.policy.notice.AnswerReader;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.SignedText;
import dev.portreeve.policy.notice.Webhook;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes decisions that receivers give in the very answer to a message. What is not signed for this message and this ticket is left aside
 * with a warning, and the ticket waits on. Thread-safe; blocks on the database.
 */
public final class ReceiverAnswers implements AnswerReader {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverAnswers.class);

    private final Approvals approvals;
    private final SignedDecisions decisions;

    public ReceiverAnswers(Approvals approvals, SignedDecisions decisions) {
        this.approvals = approvals;
        this.decisions = decisions;
    }

    @Override
    public @Nullable String read(Outbox.Due message, Webhook receiver, SignedText answer) {
        UUID ticket = message.ticket();
        if (ticket == null || !SignedDecision.isMeant(answer)) {
            return null;
        }
        switch (decisions.answered(ticket, message.publicId(), receiver, answer)) {
            case SignedDecisions.Worth.Refused(SignedDecisions.Why ignored, String detail) ->
                warn(ticket, receiver, detail);
            case SignedDecisions.Worth.Genuine(Vote vote) -> {
                try {
                    told(ticket, receiver, approvals.decide(message.tenant(), ticket, vote));
                } catch (EvidenceUnavailable away) {
                    return "its decision could not be recorded";
                }
            }
        }
        return null;
    }

    private static void told(UUID ticket, Webhook receiver, VoteResult result) {
        switch (result) {
            case VoteResult.Decided ignored -> {}
            case VoteResult.Counted ignored -> {}
            case VoteResult.CountedBefore ignored -> {}
            case VoteResult.AlreadyDecided before ->
                LOG.info(
                        "ticket {} was {} before",
                        ticket,
                        before.ticket().state().name());
            case VoteResult.Expired ignored -> warn(ticket, receiver, "the ticket has expired");
            case VoteResult.NotAllowed refused ->
                warn(ticket, receiver, "who it says decided may not: " + refused.why());
            case VoteResult.Changed ignored -> warn(ticket, receiver, "somebody changed its arguments meanwhile");
            case VoteResult.NotEdited refused -> warn(ticket, receiver, refused.why());
            case VoteResult.NotRemembered refused -> warn(ticket, receiver, refused.why());
            case VoteResult.Unknown ignored -> warn(ticket, receiver, "there is no such ticket");
        }
    }

    private static void warn(UUID ticket, Webhook receiver, String why) {
        LOG.warn(
                "the answer of {} about ticket {} counts for nothing: {}",
                receiver.url().getHost(),
                ticket,
                why);
    }
}
