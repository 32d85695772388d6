package dev.portreeve.policy.approval;

import dev.portreeve.policy.notice.Notice;
import dev.portreeve.policy.notice.Way;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Tickets by e-mail, to each person who is asked now and has an address: what will run as plain text, and that person's own page.
 *
 * @param addresses by tenant and user
 * @param pages make the page of a person for a ticket
 */
record Mailboxes(Map<String, Map<String, String>> addresses, ApprovalLinks pages) implements ApprovalChannel {
    private static final int MAX_LINES = 60;

    @Override
    public List<Notice> write(Occasion occasion, Ticket ticket, Supplier<UUID> ids) {
        Map<String, String> known = addresses.getOrDefault(ticket.tenant(), Map.of());
        List<Notice> notices = new ArrayList<>();
        for (String person : asked(occasion, ticket)) {
            String address = known.get(person);
            if (address != null) {
                byte[] mail = mail(ticket, person).getBytes(StandardCharsets.UTF_8);
                notices.add(new Notice(ids.get(), Way.EMAIL, address, mail, ticket.id()));
            }
        }
        return notices;
    }

    /** Who was asked before is not told again that others are asked too. */
    private static List<String> asked(Occasion occasion, Ticket ticket) {
        List<Seat> open = ticket.request().seats().stream()
                .filter(seat -> seat.isOpen(ticket.requestedAt(), ticket.readAt()))
                .toList();
        Duration last = open.stream().map(Seat::after).max(Duration::compareTo).orElse(Duration.ZERO);
        return open.stream()
                .filter(seat -> occasion == Occasion.REQUESTED || seat.after().equals(last))
                .map(Seat::person)
                .distinct()
                .toList();
    }

    private String mail(Ticket ticket, String person) {
        TicketRequest request = ticket.request();
        String what = request.member() + " wants to call " + request.tool().name();
        ArgumentView view = ArgumentView.of(ticket.arguments());
        StringBuilder text = new StringBuilder("[portreeve] " + what + "\n" + what + ", and that waits for you.\n\n");
        text.append("rule: ").append(request.rules()).append('\n');
        if (!request.terms().costsAtMost().isZero()) {
            text.append("costs at most: ").append(request.terms().costsAtMost()).append('\n');
        }
        text.append("until: ").append(ticket.expiresAt()).append('\n');
        text.append("ticket: ").append(ticket.id()).append("\n\n");
        view.entries().stream().limit(MAX_LINES).forEach(entry -> text.append(line(entry)));
        int left = view.leftOut() + Math.max(0, view.entries().size() - MAX_LINES);
        if (left > 0) {
            text.append(left).append(" more values stand on the page.\n");
        }
        text.append("SHA-256 of all arguments: ").append(view.digest()).append("\n\n");
        return text.append("Decide as ")
                .append(person)
                .append(" on this page. It is yours alone; who has its address decides in your name:\n")
                .append(pages.of(ticket.id(), person))
                .append('\n')
                .toString();
    }

    private static String line(ArgumentView.Entry entry) {
        String whole =
                entry.sha256() == null ? "" : " (" + entry.length() + " characters, SHA-256 " + entry.sha256() + ")";
        String mixed = entry.mixedScripts() ? " (a word mixes letters of several alphabets)" : "";
        return shown(entry.path()) + " = " + shown(entry.value()) + whole + mixed + "\n";
    }

    private static String shown(List<ArgumentView.Piece> pieces) {
        return pieces.stream().map(ArgumentView.Piece::text).collect(Collectors.joining());
    }
}
