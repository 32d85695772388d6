package dev.portreeve.policy.approval;

import dev.portreeve.policy.approval.ApprovalChannel.Occasion;
import dev.portreeve.policy.call.CanonicalJson;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A ticket in Slack's Block Kit. Everything that others wrote is plain text, escaped, with what would hide shown by its code, and bounded: a
 * section has 3,000 characters and a message 50 blocks at most. So nothing in it is a link, a mention or a picture.
 */
public final class SlackMessage {
    /** The button that says yes. */
    public static final String APPROVE = "portreeve_approve";
    /** The button that says no. */
    public static final String DENY = "portreeve_deny";

    private static final int MAX_SECTION = 2800;
    private static final int MAX_SECTIONS = 12;

    private SlackMessage() {}

    /** A ticket with buttons. */
    static String asking(Occasion occasion, Ticket ticket, @Nullable String channel) {
        String title =
                occasion == Occasion.REQUESTED ? "A call waits for a decision" : "A call still waits for a decision";
        List<String> blocks = blocks(title, ticket);
        blocks.add("{\"type\":\"actions\",\"block_id\":" + quote("portreeve-" + ticket.id()) + ",\"elements\":["
                + button(APPROVE, "Approve", "primary", ticket) + "," + button(DENY, "Deny", "danger", ticket) + "]}");
        String in = channel == null ? "" : "\"channel\":" + quote(channel) + ",";
        return message(in, title, ticket, blocks);
    }

    /** What takes a message's place once the ticket waits no longer, or somebody has said yes. */
    public static String after(Ticket ticket) {
        String state = ticket.over() ? "expired" : ticket.state().name().code();
        String by = ticket.decidedBy() == null ? "" : " by " + ticket.decidedBy();
        String reason = ticket.reason() == null ? "" : ": " + ticket.reason();
        String title = "A call was decided";
        if (ticket.isWaiting()) {
            return asking(Occasion.REQUESTED, ticket, null).replaceFirst("\\{", "{\"replace_original\":true,");
        }
        List<String> blocks = blocks(title, ticket);
        blocks.add(section(state.replace('_', ' ') + by + reason));
        return message("\"replace_original\":true,", title, ticket, blocks);
    }

    /** A word to the one who clicked, which nobody else sees. */
    public static String aside(String text) {
        return "{\"response_type\":\"ephemeral\",\"replace_original\":false,\"text\":" + quote(escaped(text)) + "}";
    }

    private static String message(String more, String title, Ticket ticket, List<String> blocks) {
        String summary = title + ": " + ticket.request().tool().name() + " for "
                + ticket.request().member();
        return "{" + more + "\"text\":" + quote(escaped(summary))
                + ",\"mrkdwn\":false,\"unfurl_links\":false,\"unfurl_media\":false,\"blocks\":["
                + String.join(",", blocks) + "]}";
    }

    private static List<String> blocks(String title, Ticket ticket) {
        TicketRequest request = ticket.request();
        List<String> blocks = new ArrayList<>();
        blocks.add("{\"type\":\"header\",\"text\":" + plain(title) + "}");
        String facts = "tool: " + request.tool().name() + "\nasked by: " + request.member() + "\nrule: "
                + request.rules()
                + "\nmay decide: " + (request.seats().isEmpty() ? "anybody" : String.join(", ", ticket.deciders()))
                + "\nwanted: " + request.quorum() + " yes, so far: "
                + (ticket.yes().isEmpty() ? "none" : String.join(", ", ticket.yes()))
                + (request.terms().costsAtMost().isZero()
                        ? ""
                        : "\ncosts at most: " + request.terms().costsAtMost())
                + "\nuntil: " + ticket.expiresAt() + "\nticket: " + ticket.id();
        blocks.add(section(facts));
        ArgumentView view = ArgumentView.of(ticket.arguments());
        List<String> pages = pages(view);
        pages.stream().limit(MAX_SECTIONS).map(SlackMessage::section).forEach(blocks::add);
        if (pages.size() > MAX_SECTIONS || view.leftOut() > 0) {
            blocks.add(section("There is more than fits here: look at the ticket's page or on the admin page."));
        }
        blocks.add("{\"type\":\"context\",\"elements\":[" + plain("SHA-256 of all arguments: " + view.digest()) + "]}");
        return blocks;
    }

    /** The arguments in pieces that fit a section each; no value is cut, since each is short by itself. */
    private static List<String> pages(ArgumentView view) {
        List<String> pages = new ArrayList<>();
        StringBuilder page = new StringBuilder();
        for (ArgumentView.Entry entry : view.entries()) {
            String line = shown(entry.path()) + " = " + shown(entry.value())
                    + (entry.sha256() == null
                            ? ""
                            : " (" + entry.length() + " characters, SHA-256 " + entry.sha256() + ")")
                    + (entry.mixedScripts() ? " (a word mixes letters of several alphabets)" : "");
            if (!page.isEmpty() && escaped(page + line).length() > MAX_SECTION) {
                pages.add(page.toString());
                page.setLength(0);
            }
            page.append(page.isEmpty() ? "" : "\n").append(line);
        }
        if (!page.isEmpty()) {
            pages.add(page.toString());
        }
        return pages;
    }

    private static String shown(List<ArgumentView.Piece> pieces) {
        return pieces.stream().map(ArgumentView.Piece::text).collect(Collectors.joining());
    }

    private static String button(String id, String text, String style, Ticket ticket) {
        return "{\"type\":\"button\",\"action_id\":" + quote(id) + ",\"text\":" + plain(text) + ",\"style\":"
                + quote(style) + ",\"value\":" + quote(ticket.id().toString()) + "}";
    }

    private static String section(String text) {
        return "{\"type\":\"section\",\"text\":" + plain(text) + "}";
    }

    private static String plain(String text) {
        String escaped = escaped(text);
        String bounded = escaped.length() <= MAX_SECTION + 200 ? escaped : escaped.substring(0, MAX_SECTION) + "…";
        return "{\"type\":\"plain_text\",\"emoji\":false,\"text\":" + quote(bounded) + "}";
    }

    /** The three characters that mean something to Slack in any text. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String quote(String text) {
        return CanonicalJson.quote(text);
    }
}
