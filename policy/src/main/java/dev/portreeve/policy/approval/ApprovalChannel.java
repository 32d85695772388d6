package dev.portreeve.policy.approval;

import dev.portreeve.policy.notice.Notice;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A way by which people hear of tickets that wait for them. It writes messages in the transaction that opens a ticket, and somebody else sends
 * them; so it never blocks and never fails. A page for one person goes to that person only.
 */
sealed interface ApprovalChannel permits WebhookReceivers, SlackChannel, Mailboxes {
    /** Why people are told. */
    enum Occasion {
        /** A ticket is new. */
        REQUESTED("approval.requested"),
        /** More people may decide about it. */
        ESCALATED("approval.escalated");

        private final String type;

        Occasion(String type) {
            this.type = type;
        }

        /** As it stands in messages. */
        String type() {
            return type;
        }
    }

    /**
     * The messages of a ticket.
     *
     * @param ids gives unique ids for messages
     */
    List<Notice> write(Occasion occasion, Ticket ticket, Supplier<UUID> ids);
}
