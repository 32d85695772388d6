package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.CanonicalJson;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.Way;
import dev.portreeve.policy.notice.Webhook;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tickets to receivers of webhooks: the payload form of Standard Webhooks ({@code type}, {@code timestamp}, {@code data}). Arguments go in as
 * data, never as prose, so that nothing in them can pose as part of the message.
 */
final class WebhookReceivers implements ApprovalChannel {
    /** Larger arguments are left out ({@code null}); their digest is there, and the ticket itself has them. */
    private static final int MAX_ARGUMENTS = 1 << 16;

    private final List<Webhook> webhooks;
    private final URI decisions;
    private final @Nullable ApprovalLinks links;

    /**
     * @param decisions the URL under which receivers answer: {@code <decisions>/<ticket>/decision}
     * @param links make a page for each approver that the rules name; {@code null} for none
     */
    WebhookReceivers(List<Webhook> webhooks, URI decisions, @Nullable ApprovalLinks links) {
        this.webhooks = List.copyOf(webhooks);
        this.decisions = decisions;
        this.links = links;
    }

    @Override
    public List<Notice> write(Occasion occasion, Ticket ticket, Supplier<UUID> ids) {
        return webhooks.stream()
                .filter(webhook -> isFor(webhook, ticket))
                .map(webhook -> new Notice(
                        ids.get(),
                        Way.WEBHOOK,
                        webhook.url().toString(),
                        body(occasion.type(), ticket, webhook).getBytes(StandardCharsets.UTF_8),
                        ticket.id()))
                .toList();
    }

    /** A system that decides as itself hears only what it may decide. */
    private static boolean isFor(Webhook webhook, Ticket ticket) {
        List<String> asked = ticket.request().approvers();
        return webhook.id() == null || asked.isEmpty() || asked.contains(SignedDecisions.EXTERNAL + webhook.id());
    }

    private String body(String type, Ticket ticket, Webhook webhook) {
        TicketRequest request = ticket.request();
        String approvers = ticket.deciders().stream().map(CanonicalJson::quote).collect(Collectors.joining(","));
        return "{\"type\":" + quote(type) + ",\"timestamp\":" + quote(ticket.readAt())
                + ",\"data\":{\"ticket\":" + quote(ticket.id())
                + ",\"tenant\":" + quote(request.tenant())
                + ",\"requester\":" + quote(request.member())
                + ",\"tool\":" + quote(request.tool().name())
                + ",\"arguments\":" + arguments(ticket)
                + ",\"arguments_sha256\":" + quote(ticket.arguments().digest())
                + ",\"rule\":" + quote(request.rules())
                + ",\"approvers\":[" + approvers
                + "],\"later\":[" + later(ticket)
                + "],\"quorum\":" + request.quorum()
                + costs(request)
                + ",\"approved_by\":["
                + ticket.yes().stream().map(CanonicalJson::quote).collect(Collectors.joining(","))
                + "]"
                + ",\"expires_at\":" + quote(ticket.expiresAt())
                + ",\"links\":[" + (webhook.id() == null ? links(ticket) : "")
                + "],\"decision_url\":" + quote(decisionUrl(ticket.id()))
                + "}}";
    }

    private static String costs(TicketRequest request) {
        NanoUsd most = request.terms().costsAtMost();
        return most.isZero() ? "" : ",\"costs_at_most_usd\":" + quote(most.toDecimal());
    }

    private String links(Ticket ticket) {
        ApprovalLinks pages = links;
        if (pages == null) {
            return "";
        }
        return ticket.deciders().stream()
                .filter(approver -> !approver.startsWith(SignedDecisions.EXTERNAL))
                .map(approver ->
                        "{\"approver\":" + quote(approver) + ",\"url\":" + quote(pages.of(ticket.id(), approver)) + "}")
                .collect(Collectors.joining(","));
    }

    /** Who may decide only from some time on. */
    private static String later(Ticket ticket) {
        return ticket.request().seats().stream()
                .filter(seat -> seat.opensAt(ticket.requestedAt()).isAfter(ticket.readAt()))
                .map(seat -> "{\"approver\":" + quote(seat.person()) + ",\"from\":"
                        + quote(seat.opensAt(ticket.requestedAt())) + "}")
                .collect(Collectors.joining(","));
    }

    private static String arguments(Ticket ticket) {
        byte[] canonical = ticket.arguments().canonical();
        return canonical.length > MAX_ARGUMENTS ? "null" : new String(canonical, StandardCharsets.UTF_8);
    }

    private String decisionUrl(UUID ticket) {
        String base = decisions.toString();
        return (base.endsWith("/") ? base : base + "/") + ticket + "/decision";
    }

    private static String quote(Object value) {
        return CanonicalJson.quote(value.toString());
    }
}
