package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.definition.DefinitionDiff;
import dev.portreeve.hub.definition.StoredDefinition;
import java.util.List;
import java.util.Locale;

/** Definitions of all kinds that wait for a person, with everything that is different in them. */
final class ToolsPanel {
    /** More would make the page slow; the rest comes when these are decided. */
    static final int MAX_SHOWN = 20;

    private ToolsPanel() {}

    /**
     * @param waiting the first of those that wait
     * @param all how many there are
     */
    static Html of(List<DefinitionDesk.Offer> waiting, int all, AdminAccess.Session session) {
        Html body = waiting.isEmpty()
                ? tag("p", "empty", "No definition waits to be looked at.")
                : concat(waiting.stream().map(offer -> offer(offer, session)).toList());
        Html more = all > waiting.size()
                ? tag("p", "quiet", (all - waiting.size()) + " more wait; all of them: portreeve tools list")
                : Html.EMPTY;
        return PageShell.part("tools", waiting.isEmpty() ? "" : "asks", tag("h2", "", "Definitions"), body, more);
    }

    private static Html offer(DefinitionDesk.Offer offer, AdminAccess.Session session) {
        StoredDefinition row = offer.definition();
        boolean first = offer.replaces() == null;
        Html said = tag(
                "p",
                "quiet",
                text((first ? "a new " : "a changed ") + row.kind().one() + " of server " + row.server()
                        + ", first seen "),
                CallsPanel.time(row.seenAt()),
                text(row.verdict().inForce() ? " · in use meanwhile" : " · not in use before somebody accepts it"));
        Html suspicions = concat(offer.suspicions().stream()
                .map(one -> tag("div", "warning", "⚠ " + one.place() + " " + one.detail()))
                .toList());
        return tag(
                "article",
                "ticket",
                tag("h3", "", offer.name()),
                said,
                suspicions,
                diff(offer.diff()),
                tag("p", "quiet mono", "sha-256 of the whole definition " + row.hash()),
                decide(offer, session));
    }

    private static Html diff(List<DefinitionDiff.Line> lines) {
        Html head = tag("tr", "", tag("th", "", "place"), tag("th", "", "before"), tag("th", "", "now"));
        return tag(
                "table",
                "arguments",
                head,
                concat(lines.stream().map(ToolsPanel::line).toList()));
    }

    private static Html line(DefinitionDiff.Line line) {
        String before = line.before();
        String after = line.after();
        return tag(
                "tr",
                "",
                tag(
                        "td",
                        "mono",
                        text(line.place() + " "),
                        tag("div", "quiet", line.kind().name().toLowerCase(Locale.ROOT))),
                tag("td", "value", before == null ? "" : before),
                tag("td", "value", after == null ? "" : after));
    }

    private static Html decide(DefinitionDesk.Offer offer, AdminAccess.Session session) {
        StoredDefinition row = offer.definition();
        Html reason = tag(
                "input",
                List.of(
                        new Attribute("type", "text"),
                        new Attribute("name", "reason"),
                        new Attribute("maxlength", "500"),
                        new Attribute("placeholder", "reason (optional, recorded)"),
                        new Attribute("aria-label", "reason")));
        return PageShell.form(
                "/definitions/" + row.server() + "/" + row.kind().code() + "/" + row.hash(),
                session,
                "decide",
                PageShell.hidden("hash", row.hash()),
                reason,
                PageShell.button("good", "decision", "accept", "Accept this definition"),
                PageShell.button("bad", "decision", "reject", "Reject"));
    }
}
