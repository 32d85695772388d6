package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.approval.ApprovalLinks;
import dev.portreeve.policy.approval.ArgumentView;
import dev.portreeve.policy.approval.Ballot;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.call.Arguments;
import io.helidon.webserver.http.HttpRules;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * {@code /approve/…}: one ticket for one person, behind a signed link, without an account on this machine. Looking at it decides nothing, so a
 * mail scanner that follows links does no harm; a decision is a form of this page.
 */
final class ApprovalPage {
    /** What comes behind it in an address of this page says who decides, and proves it. */
    static final String BELOW = "/approve/";

    private static final String PATH = BELOW + "{ticket}/{approver}/{signature}";

    private final ApprovalDesk desk;
    private final ApprovalLinks links;

    ApprovalPage(ApprovalDesk desk, ApprovalLinks links) {
        this.desk = desk;
        this.links = links;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        routes.open(rules::get, PATH, exchange -> show(exchange, open(exchange), Map.of()));
        routes.open(rules::post, PATH, this::decide);
    }

    /** Who may see and do what here. */
    private record Visit(Ticket ticket, String approver, AdminAccess.Session form) {}

    private Visit open(AdminExchange exchange) {
        String approver = name(exchange.path("approver"));
        String id = exchange.path("ticket");
        if (!isGenuine(id, approver, exchange.path("signature"))) {
            throw new AdminRefusal(Problem.forbidden("this link was not made here, or is not whole: copy all of it"));
        }
        Ticket ticket = desk.find(id);
        return new Visit(
                ticket,
                approver,
                new AdminAccess.Session("", links.formToken(ticket.id(), approver), ticket.expiresAt()));
    }

    private boolean isGenuine(String id, String approver, String signature) {
        try {
            return links.isGenuine(UUID.fromString(id), approver, signature);
        } catch (IllegalArgumentException notOne) {
            return false;
        }
    }

    private static String name(String encoded) {
        try {
            return new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notOne) {
            return "";
        }
    }

    private void decide(AdminExchange exchange) {
        exchange.requireSameOrigin();
        Visit visit = open(exchange);
        Map<String, String> form = exchange.form();
        if (!PageShell.isCsrf(visit.form(), form)) {
            throw new AdminRefusal(Problem.forbidden("this form is not of this page: reload it"));
        }
        if (RememberForm.PREVIEW.equals(form.get("decision"))) {
            show(exchange, visit, RememberForm.written(visit.ticket(), form));
            return;
        }
        Ticket unused = desk.decide(visit.ticket().id().toString(), ballot(visit.approver(), Vote.Channel.LINK, form));
        exchange.seeOther(address(visit));
    }

    /** What a form of a page says. */
    static Ballot ballot(String approver, Vote.Channel channel, Map<String, String> form) {
        Arguments edit = EditForm.edit(form);
        Vote.Choice choice = edit == null ? ApprovalsApi.choice(form.get("decision")) : Vote.Choice.APPROVE;
        RememberWish wish = choice == Vote.Choice.DENY ? null : RememberForm.wish(form);
        return new Ballot(
                new Vote(approver, choice, form.get("reason"), channel),
                form.get("shown"),
                edit,
                wish == null ? null : wish.wish());
    }

    private String address(Visit visit) {
        return links.of(visit.ticket().id(), visit.approver()).getRawPath();
    }

    private void show(AdminExchange exchange, Visit visit, Map<String, String> form) {
        Ticket ticket = visit.ticket();
        ArgumentView before = desk.lastUsed(ticket)
                .map(used -> ArgumentView.whole(used.arguments()))
                .orElse(null);
        Html body = tag(
                "article",
                "ticket",
                tag("h3", "", ticket.request().tool().name()),
                ApprovalsPanel.asked(ticket),
                ApprovalsPanel.votes(ticket),
                EditForm.asked(ticket),
                ApprovalsPanel.arguments(ArgumentView.whole(ticket.arguments()), before),
                before == null ? tag("p", "quiet", "No call of this tool was approved before.") : Html.EMPTY,
                ending(visit, form));
        exchange.html(
                200,
                PageShell.page(
                        "Portreeve: approve a call",
                        PageShell.header(null, Html.EMPTY),
                        tag("main", "single", tag("section", "asks", tag("h2", "", "A call waits for you"), body))));
    }

    private Html ending(Visit visit, Map<String, String> form) {
        Ticket ticket = visit.ticket();
        if (!ticket.isWaiting()) {
            String state = ticket.over() ? "expired" : ticket.state().name().code();
            String by = ticket.decidedBy() == null ? "" : " by " + ticket.decidedBy();
            return tag("p", "notice", "This ticket waits no longer: " + state.replace('_', ' ') + by + ".");
        }
        if (ticket.yes().contains(visit.approver())) {
            return tag("p", "notice", "You said yes. More people have to.");
        }
        Html reason = tag(
                "input",
                List.of(
                        new Attribute("type", "text"),
                        new Attribute("name", "reason"),
                        new Attribute("maxlength", "500"),
                        new Attribute("placeholder", "reason (optional, recorded)"),
                        new Attribute("aria-label", "reason")));
        return concat(
                tag("p", "", text("You decide as "), tag("strong", "", visit.approver()), text(".")),
                PageShell.form(
                        address(visit),
                        visit.form(),
                        "decide",
                        PageShell.onlyByItsButtons(),
                        reason,
                        EditForm.of(ticket, form),
                        RememberForm.of(ticket, form, true),
                        PageShell.button("good", "decision", "approve", "Approve this call"),
                        PageShell.button("bad", "decision", "deny", "Deny")));
    }
}
