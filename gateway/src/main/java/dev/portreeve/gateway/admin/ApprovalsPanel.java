package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.approval.Ticket;
import java.util.ArrayList;
import java.util.List;

/** Calls that wait for a person, with exactly the arguments that would run. */
final class ApprovalsPanel {
    private ApprovalsPanel() {}

    /** One argument. */
    record Row(String path, String type, List<Piece> value, List<String> warnings) {
        Row {
            value = List.copyOf(value);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * A stretch of a value.
     *
     * @param hidden whether it names a character that would not be seen
     */
    record Piece(String text, boolean hidden) {}

    static Html of(List<Ticket> tickets, AdminAccess.Session session) {
        Html body = tickets.isEmpty()
                ? tag("p", "empty", "Nothing waits for approval.")
                : concat(tickets.stream().map(ticket -> ticket(ticket, session)).toList());
        return PageShell.part("approvals", tickets.isEmpty() ? "" : "asks", tag("h2", "", "Approvals"), body);
    }

    private static Html ticket(Ticket ticket, AdminAccess.Session session) {
        Html asked = tag(
                "p",
                "quiet",
                text(ticket.request().member() + " of " + ticket.tenant() + " asked at "),
                CallsPanel.time(ticket.requestedAt()),
                text(" · rule " + ticket.request().rules() + " · a no after "),
                CallsPanel.time(ticket.expiresAt()));
        return tag(
                "article",
                "ticket",
                tag("h3", "", ticket.request().tool().name()),
                asked,
                arguments(ArgumentRows.of(ticket.request().arguments().canonical())),
                decide(ticket, session));
    }

    private static Html arguments(List<Row> rows) {
        if (rows.isEmpty()) {
            return tag("p", "quiet", "No arguments.");
        }
        Html head = tag("tr", "", tag("th", "", "argument"), tag("th", "", "type"), tag("th", "", "value"));
        return tag(
                "table",
                "arguments",
                head,
                concat(rows.stream().map(ApprovalsPanel::row).toList()));
    }

    private static Html row(Row row) {
        List<Html> value = new ArrayList<>();
        for (Piece piece : row.value()) {
            value.add(piece.hidden() ? tag("span", "chip", piece.text()) : text(piece.text()));
        }
        row.warnings().forEach(warning -> value.add(tag("div", "warning", "⚠ " + warning)));
        return tag(
                "tr",
                "",
                tag("td", "mono", row.path()),
                tag("td", "type", row.type()),
                tag("td", "value", concat(value)));
    }

    private static Html decide(Ticket ticket, AdminAccess.Session session) {
        Html reason = tag(
                "input",
                List.of(
                        new Attribute("type", "text"),
                        new Attribute("name", "reason"),
                        new Attribute("maxlength", "500"),
                        new Attribute("placeholder", "reason (optional, recorded)"),
                        new Attribute("aria-label", "reason")));
        return PageShell.form(
                "/approvals/" + ticket.id(),
                session,
                "decide",
                approver(ticket.request().approvers()),
                reason,
                PageShell.button("good", "decision", "approve", "Approve this call"),
                PageShell.button("bad", "decision", "deny", "Deny"));
    }

    /** Where the rule names who may decide, the operator says who of them they are; the record keeps it. */
    private static Html approver(List<String> named) {
        if (named.isEmpty()) {
            return Html.EMPTY;
        }
        Html options = concat(named.stream()
                .map(name -> tag("option", List.of(new Attribute("value", name)), text("as " + name)))
                .toList());
        return tag(
                "select",
                List.of(new Attribute("name", "approver"), new Attribute("aria-label", "who decides")),
                options);
    }
}
