package dev.portreeve.policy.approval;

import dev.portreeve.policy.approval.ApprovalChannel.Occasion;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.SlackConfig;
import dev.portreeve.policy.notice.Webhook;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes the messages that tell people of tickets, by each way that is configured. Thread-safe; never blocks. */
public final class ApprovalNotices {
    private final List<ApprovalChannel> channels;
    private final Supplier<UUID> ids;

    private ApprovalNotices(List<ApprovalChannel> channels, Supplier<UUID> ids) {
        this.channels = List.copyOf(channels);
        this.ids = ids;
    }

    /** To webhooks only, without links to pages. */
    public ApprovalNotices(List<Webhook> webhooks, URI decisions, Supplier<UUID> ids) {
        this(List.of(new WebhookReceivers(webhooks, decisions, null)), ids);
    }

    /**
     * By all ways that are configured.
     *
     * @param mailed whose users are told by e-mail if they have an address; without users for nobody
     * @param decisions the URL under which receivers answer: {@code <decisions>/<ticket>/decision}
     * @param ids gives unique ids for messages
     * @param links make a page for each approver that the rules name
     */
    public static ApprovalNotices of(
            ApprovalConfig config, OrganisationConfig mailed, URI decisions, Supplier<UUID> ids, ApprovalLinks links) {
        List<ApprovalChannel> channels = new ArrayList<>();
        channels.add(new WebhookReceivers(config.webhooks(), decisions, links));
        @Nullable SlackConfig slack = config.slack();
        if (slack != null) {
            channels.add(new SlackChannel(slack));
        }
        channels.add(new Mailboxes(mailed.addresses(), links));
        return new ApprovalNotices(channels, ids);
    }

    /** Of a new ticket. */
    List<Notice> of(Ticket ticket) {
        return write(Occasion.REQUESTED, ticket);
    }

    /** Of more people who may decide. */
    List<Notice> escalated(Ticket ticket) {
        return write(Occasion.ESCALATED, ticket);
    }

    private List<Notice> write(Occasion occasion, Ticket ticket) {
        return channels.stream()
                .flatMap(channel -> channel.write(occasion, ticket, ids).stream())
                .toList();
    }
}
