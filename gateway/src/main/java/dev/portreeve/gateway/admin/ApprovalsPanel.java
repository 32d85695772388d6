package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.approval.ArgumentView;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketPage;
import dev.portreeve.policy.approval.TicketPlace;
import dev.portreeve.policy.call.NanoUsd;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Calls that wait for a person, with exactly the arguments that would run. */
final class ApprovalsPanel {
    private ApprovalsPanel() {}

    /** @param later whether newer ones than on this page wait too */
    static Html of(TicketPage page, boolean later, AdminAccess.Session session) {
        List<Ticket> tickets = page.tickets();
        Html body = tickets.isEmpty()
                ? tag("p", "empty", later ? "Nothing older waits for approval." : "Nothing waits for approval.")
                : concat(
                        concat(tickets.stream()
                                .map(ticket -> ticket(ticket, ArgumentView.of(ticket.arguments()), session))
                                .toList()),
                        BundleForm.of(tickets, session));
        body = concat(body, pages(page.next(), later));
        return PageShell.part("approvals", tickets.isEmpty() ? "" : "asks", tag("h2", "", "Approvals"), body);
    }

    private static Html pages(@Nullable TicketPlace next, boolean later) {
        Html newest = later ? link("/#approvals", "Newest") : Html.EMPTY;
        Html older = next == null
                ? Html.EMPTY
                : link(
                        "/?before=" + URLEncoder.encode(next.toString(), StandardCharsets.UTF_8) + "#approvals",
                        "Older");
        return next == null && !later
                ? Html.EMPTY
                : tag(
                        "nav",
                        List.of(new Attribute("class", "pages"), new Attribute("aria-label", "more approvals")),
                        newest,
                        older);
    }

    private static Html link(String address, String text) {
        return tag("a", List.of(new Attribute("href", address)), text(text));
    }

    /** One ticket on a page of its own, on which long values are there whole. */
    static Html alone(Ticket ticket, AdminAccess.Session session) {
        Html body = ticket.isWaiting()
                ? ticket(ticket, ArgumentView.whole(ticket.arguments()), session)
                : tag(
                        "article",
                        "ticket",
                        tag("h3", "", ticket.request().tool().name()),
                        asked(ticket),
                        arguments(ArgumentView.whole(ticket.arguments()), null),
                        tag("p", "notice", "This ticket waits no longer."));
        return tag("main", "single", tag("section", "asks", tag("p", "", link("/#approvals", "All approvals")), body));
    }

    private static Html ticket(Ticket ticket, ArgumentView view, AdminAccess.Session session) {
        boolean shortened = view.entries().stream()
                .anyMatch(entry -> entry.sha256() != null && entry.whole().isEmpty());
        return tag(
                "article",
                "ticket",
                tag(
                        "h3",
                        "",
                        BundleForm.box(ticket),
                        text(ticket.request().tool().name())),
                asked(ticket),
                votes(ticket),
                EditForm.asked(ticket),
                arguments(view, null),
                shortened
                        ? tag("p", "", link("/approvals/" + ticket.id(), "A page of its own has long values whole"))
                        : Html.EMPTY,
                decide(ticket, session));
    }

    static Html asked(Ticket ticket) {
        return tag(
                "p",
                "quiet",
                text(ticket.request().member() + " of " + ticket.tenant() + " asked at "),
                CallsPanel.day(ticket.requestedAt()),
                text(" · rule " + ticket.request().rules() + cost(ticket) + " · a no after "),
                CallsPanel.day(ticket.expiresAt()));
    }

    private static String cost(Ticket ticket) {
        NanoUsd most = ticket.request().terms().costsAtMost();
        return most.isZero() ? "" : " · costs at most " + most;
    }

    /** How far a ticket is that wants several people. */
    static Html votes(Ticket ticket) {
        int quorum = ticket.request().quorum();
        if (quorum == 1) {
            return Html.EMPTY;
        }
        String yes =
                ticket.yes().isEmpty() ? "nobody has said yes so far" : String.join(", ", ticket.yes()) + " said yes";
        return tag("p", "quiet", quorum + " people must say yes; " + yes);
    }

    /**
     * Arguments as a table.
     *
     * @param before those of a call to compare with; {@code null} to compare with none
     */
    static Html arguments(ArgumentView view, @Nullable ArgumentView before) {
        Html head = tag(
                "tr",
                "",
                tag("th", "", "argument"),
                tag("th", "", "type"),
                tag("th", "", "value"),
                before == null ? Html.EMPTY : tag("th", "", "last approved call"));
        Html rows = concat(
                concat(view.entries().stream()
                        .map(entry -> row(entry, earlier(entry, before)))
                        .toList()),
                before == null ? Html.EMPTY : gone(view, before));
        Html leftOut = view.leftOut() == 0
                ? Html.EMPTY
                : tag("p", "notice bad", view.leftOut() + " more values are not shown: deny what you cannot read");
        return concat(
                tag("table", "arguments", head, rows),
                leftOut,
                tag("p", "quiet mono", "sha-256 of all arguments " + view.digest()));
    }

    /** What the call to compare with had at the same place; nothing where there is no such call. */
    private static Html earlier(ArgumentView.Entry entry, @Nullable ArgumentView before) {
        if (before == null) {
            return Html.EMPTY;
        }
        ArgumentView.Entry then = at(entry.path(), before);
        if (then == null) {
            return tag("td", "value changed", "not there");
        }
        return then.equals(entry)
                ? tag("td", "quiet", "the same")
                : tag("td", "value changed", pieces(then.value()), whole(then));
    }

    /** What the call to compare with had and this one has not. */
    private static Html gone(ArgumentView view, ArgumentView before) {
        return concat(before.entries().stream()
                .filter(then -> at(then.path(), view) == null)
                .map(then -> tag(
                        "tr",
                        "",
                        tag("td", "place", pieces(then.path())),
                        tag("td", "type", "not there"),
                        tag("td", "", ""),
                        tag("td", "value changed", pieces(then.value()), whole(then))))
                .toList());
    }

    private static ArgumentView.@Nullable Entry at(List<ArgumentView.Piece> path, ArgumentView view) {
        return view.entries().stream()
                .filter(entry -> entry.path().equals(path))
                .findFirst()
                .orElse(null);
    }

    private static Html row(ArgumentView.Entry entry, Html earlier) {
        String type = entry.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String length = entry.kind() == ArgumentView.Kind.STRING ? ", " + entry.length() + " characters" : "";
        Html warning = entry.mixedScripts()
                ? tag("div", "warning", "⚠ mixes letters of several alphabets, which can look like others")
                : Html.EMPTY;
        Html direction = Stream.of(entry.path(), entry.value(), entry.whole())
                        .flatMap(List::stream)
                        .anyMatch(piece -> Directions.goesLeft(piece.text()))
                ? tag("div", "warning", "⚠ has letters that are read from right to left")
                : Html.EMPTY;
        String sha256 = entry.sha256();
        Html hash = sha256 == null ? Html.EMPTY : tag("div", "quiet", "sha-256 of the whole value " + sha256);
        return tag(
                "tr",
                "",
                tag("td", "place", pieces(entry.path())),
                tag("td", "type", type + length),
                tag("td", "value", pieces(entry.value()), warning, direction, hash, whole(entry)),
                earlier);
    }

    /** All of a long value, to be opened without a script. */
    private static Html whole(ArgumentView.Entry entry) {
        return entry.whole().isEmpty()
                ? Html.EMPTY
                : tag(
                        "details",
                        "whole",
                        tag("summary", "", "all " + entry.length() + " characters"),
                        tag("div", "", pieces(entry.whole())));
    }

    static Html pieces(List<ArgumentView.Piece> pieces) {
        return concat(pieces.stream()
                .map(piece -> piece.chip() ? tag("span", "chip", piece.text()) : Directions.isolated(piece.text()))
                .toList());
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
                PageShell.onlyByItsButtons(),
                approver(ticket.deciders()),
                reason,
                EditForm.of(ticket, Map.of()),
                RememberForm.of(ticket, Map.of(), false),
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
