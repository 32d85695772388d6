package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.CanonicalJson;
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
 * Writes the messages that tell receivers of a new ticket: the payload form of Standard Webhooks ({@code type}, {@code timestamp}, {@code
 * data}). Arguments go in as data, never as prose, so that nothing in them can pose as part of the message.
 */
public final class ApprovalNotices {
    /** Larger arguments are left out ({@code null}); their digest is there, and the ticket itself has them. */
    private static final int MAX_ARGUMENTS = 1 << 16;

    private final URI decisions;
    private final Supplier<UUID> ids;
    private final @Nullable ApprovalLinks links;

    /** Notices without links to a page. */
    public ApprovalNotices(URI decisions, Supplier<UUID> ids) {
        this(decisions, ids, null);
    }

    /**
     * @param decisions the URL under which receivers answer: {@code <decisions>/<ticket>/decision}
     * @param ids gives unique ids for messages
     * @param links make a page for each approver that the rules name; {@code null} for none
     */
    public ApprovalNotices(URI decisions, Supplier<UUID> ids, @Nullable ApprovalLinks links) {
        this.decisions = decisions;
        this.ids = ids;
        this.links = links;
    }

    /** Of a new ticket. */
    List<Notice> of(Ticket ticket, List<Webhook> webhooks) {
        return of("approval.requested", ticket, webhooks);
    }

    /** Of more people who may decide. */
    List<Notice> escalated(Ticket ticket, List<Webhook> webhooks) {
        return of("approval.escalated", ticket, webhooks);
    }

    private List<Notice> of(String type, Ticket ticket, List<Webhook> webhooks) {
        return webhooks.stream()
                .map(webhook -> new Notice(
                        ids.get(),
                        Way.WEBHOOK,
                        webhook.url().toString(),
                        body(type, ticket).getBytes(StandardCharsets.UTF_8),
                        ticket.id()))
                .toList();
    }

    private String body(String type, Ticket ticket) {
        TicketRequest request = ticket.request();
        String approvers = ticket.deciders().stream().map(CanonicalJson::quote).collect(Collectors.joining(","));
        return "{\"type\":" + quote(type) + ",\"timestamp\":" + quote(ticket.readAt())
                + ",\"data\":{\"ticket\":" + quote(ticket.id())
                + ",\"tenant\":" + quote(request.tenant())
                + ",\"requester\":" + quote(request.member())
                + ",\"tool\":" + quote(request.tool().name())
                + ",\"arguments\":" + arguments(request)
                + ",\"arguments_sha256\":" + quote(request.arguments().digest())
                + ",\"rule\":" + quote(request.rules())
                + ",\"approvers\":[" + approvers
                + "],\"later\":[" + later(ticket)
                + "],\"quorum\":" + request.quorum()
                + ",\"approved_by\":["
                + ticket.yes().stream().map(CanonicalJson::quote).collect(Collectors.joining(","))
                + "]"
                + ",\"expires_at\":" + quote(ticket.expiresAt())
                + ",\"links\":[" + links(ticket)
                + "],\"decision_url\":" + quote(decisionUrl(ticket.id()))
                + "}}";
    }

    private String links(Ticket ticket) {
        ApprovalLinks pages = links;
        if (pages == null) {
            return "";
        }
        return ticket.deciders().stream()
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

    private static String arguments(TicketRequest request) {
        byte[] canonical = request.arguments().canonical();
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
