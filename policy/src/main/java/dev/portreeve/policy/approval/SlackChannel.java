package dev.portreeve.policy.approval;

import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.SlackConfig;
import dev.portreeve.policy.notice.Way;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Tickets as messages with buttons in a channel of Slack. No page is linked: those are for single people, and many read a channel. */
record SlackChannel(SlackConfig config) implements ApprovalChannel {
    private static final String ENDPOINT = "slack";

    @Override
    public List<Notice> write(Occasion occasion, Ticket ticket, Supplier<UUID> ids) {
        byte[] body = SlackMessage.asking(occasion, ticket, config.channel()).getBytes(StandardCharsets.UTF_8);
        return List.of(new Notice(ids.get(), Way.SLACK, ENDPOINT, body, ticket.id()));
    }
}
