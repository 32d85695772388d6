package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.approval.ApprovalChannel.Occasion;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.SlackConfig;
import dev.portreeve.policy.notice.Webhook;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What each way tells of a ticket. */
class ApprovalChannelsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
    private static final URI DECISIONS = URI.create("https://agents.example.com/api/v1/approvals");
    private static final Secret SECRET = new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private static List<ApprovalChannel> channels() {
        ApprovalLinks links = new ApprovalLinks(DECISIONS, Pepper.of(new byte[32]));
        return List.of(
                new WebhookReceivers(
                        List.of(new Webhook(URI.create("https://hooks.example.com/"), SECRET)), DECISIONS, links),
                new SlackChannel(new SlackConfig(
                        new Secret("https://hooks.slack.com/services/T0/B0/x"),
                        null,
                        null,
                        SECRET,
                        Map.of("U0ANN0001", "ann"),
                        null,
                        null)),
                new Mailboxes(Map.of("acme", Map.of("ann", "ann@example.com")), links));
    }

    /** Whom the escalation adds after an approver changed the arguments decides about those. */
    @Test
    void whatIsToldIsWhatWouldRun() {
        Arguments changed = Calls.arguments("{\"amount\":\"eleven\"}");
        Ticket ticket = new Ticket(
                        UUID.randomUUID(),
                        new TicketRequest(
                                "acme",
                                "bot",
                                "k00000000001",
                                Calls.WRITE,
                                Calls.arguments("{\"amount\":\"nineteen\"}"),
                                "pay",
                                List.of(Seat.of("ann", Duration.ZERO)),
                                1,
                                "v1"),
                        new TicketState.Requested(),
                        UUID.randomUUID(),
                        NOW,
                        NOW.plusSeconds(60),
                        NOW)
                .edited(new Ticket.Edit(changed, "bob"));
        for (ApprovalChannel channel : channels()) {
            List<Notice> told = channel.write(Occasion.ESCALATED, ticket, UUID::randomUUID);
            assertEquals(1, told.size(), channel.toString());
            String text = new String(told.getFirst().body(), StandardCharsets.UTF_8);
            assertTrue(text.contains("eleven") && text.contains(changed.digest()), text);
            assertFalse(text.contains("nineteen"), text);
        }
    }
}
