package dev.portreeve.hub.approver;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.policy.approval.ArgumentView;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.call.NanoUsd;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tickets as a model may read them: arguments as data in which nothing hides, with no address, token or word by which anything could be
 * decided.
 */
final class TicketTexts {
    private static final int LISTED_VALUES = 8;

    private TicketTexts() {}

    /** Short, for a list. */
    static ObjectNode brief(Ticket ticket) {
        return of(ticket, LISTED_VALUES);
    }

    /** With all arguments that a page shows. */
    static ObjectNode whole(Ticket ticket) {
        return of(ticket, ArgumentView.MAX_ENTRIES);
    }

    private static ObjectNode of(Ticket ticket, int values) {
        ObjectNode node = JsonRpc.object()
                .put("ticket", ticket.id().toString())
                .put("state", ticket.over() ? "expired" : ticket.state().name().code())
                .put("tool", ticket.request().tool().name())
                .put("requested_by", ticket.request().member())
                .put("requested_at", ticket.requestedAt().toString())
                .put("expires_at", ticket.expiresAt().toString())
                .put("rules", ticket.request().rules())
                .put("quorum", ticket.request().quorum());
        NanoUsd costs = ticket.request().terms().costsAtMost();
        if (!costs.isZero()) {
            node.put("costs_at_most_usd", costs.toDecimal());
        }
        ArrayNode yes = node.putArray("approved_by");
        ticket.yes().forEach(yes::add);
        if (ticket.decidedBy() != null) {
            node.put("decided_by", ticket.decidedBy());
        }
        ArgumentView view = ArgumentView.of(ticket.arguments());
        ArrayNode arguments = node.putArray("arguments");
        view.entries().stream().limit(values).forEach(entry -> arguments.add(value(entry)));
        int left = view.leftOut() + Math.max(0, view.entries().size() - values);
        if (left > 0) {
            node.put("arguments_left_out", left);
        }
        return node.put("arguments_sha256", view.digest());
    }

    private static ObjectNode value(ArgumentView.Entry entry) {
        ObjectNode node = JsonRpc.object().put("at", shown(entry.path())).put("value", shown(entry.value()));
        if (entry.sha256() != null) {
            node.put("characters", entry.length()).put("sha256", entry.sha256());
        }
        if (entry.mixedScripts()) {
            node.put("warning", "a word mixes letters of several alphabets");
        }
        return node;
    }

    private static String shown(List<ArgumentView.Piece> pieces) {
        return pieces.stream().map(ArgumentView.Piece::text).collect(Collectors.joining());
    }
}
