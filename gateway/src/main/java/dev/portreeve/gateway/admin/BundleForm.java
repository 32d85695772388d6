package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.approval.Ticket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Boxes beside tickets, and the form that decides about all whose box is ticked. */
final class BundleForm {
    private static final String FORM = "bundle";
    private static final String TICKET = "ticket.";

    private BundleForm() {}

    /** Carries the digest of what is shown beside it. */
    static Html box(Ticket ticket) {
        return tag(
                "input",
                List.of(
                        new Attribute("type", "checkbox"),
                        new Attribute("form", FORM),
                        new Attribute("name", TICKET + ticket.id()),
                        new Attribute("value", ticket.arguments().digest()),
                        new Attribute(
                                "aria-label",
                                "decide " + ticket.request().tool().name() + " of "
                                        + ticket.request().member() + " together with others")));
    }

    /** Nothing where there is nothing to be decided together. */
    static Html of(List<Ticket> tickets, AdminAccess.Session session) {
        if (tickets.size() < 2) {
            return Html.EMPTY;
        }
        List<Html> names = tickets.stream()
                .flatMap(ticket -> ticket.deciders().stream())
                .distinct()
                .sorted()
                .map(name -> tag("option", List.of(new Attribute("value", name)), text("as " + name)))
                .toList();
        Html approver = names.isEmpty()
                ? Html.EMPTY
                : tag(
                        "select",
                        List.of(new Attribute("name", "approver"), new Attribute("aria-label", "who decides")),
                        concat(names));
        return tag(
                "form",
                List.of(
                        new Attribute("method", "post"),
                        new Attribute("action", "/approvals"),
                        new Attribute("id", FORM),
                        new Attribute("class", "decide")),
                PageShell.hidden("csrf", session.csrf()),
                PageShell.onlyByItsButtons(),
                tag("span", "quiet", "All ticked calls, of one requester:"),
                approver,
                PageShell.button("good", "decision", "approve", "Approve them"),
                PageShell.button("bad", "decision", "deny", "Deny them"));
    }

    /** The digests of what was shown, by ticket. */
    static Map<String, String> shown(Map<String, String> form) {
        Map<String, String> shown = new LinkedHashMap<>();
        form.forEach((name, value) -> {
            if (name.startsWith(TICKET)) {
                shown.put(name.substring(TICKET.length()), value);
            }
        });
        return shown;
    }
}
