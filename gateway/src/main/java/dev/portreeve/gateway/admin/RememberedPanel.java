package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.policy.approval.StandingApproval;
import java.util.List;
import java.util.Locale;

/** Yeses that hold for further calls; nothing where there are none. */
final class RememberedPanel {
    private RememberedPanel() {}

    static Html of(List<StandingApproval> remembered, AdminAccess.Session session) {
        if (remembered.isEmpty()) {
            return PageShell.part("remembered", "hidden");
        }
        return PageShell.part(
                "remembered",
                "",
                tag("h2", "", "Remembered approvals"),
                concat(remembered.stream().map(one -> line(one, session)).toList()));
    }

    private static Html line(StandingApproval standing, AdminAccess.Session session) {
        StandingApproval.Grant grant = standing.grant();
        return tag(
                "div",
                "budget",
                tag(
                        "div",
                        "",
                        grant.member() + " of " + grant.tenant() + " may call "
                                + grant.tool().name()),
                tag("div", "mono", grant.condition()),
                tag(
                        "div",
                        "quiet",
                        text("by " + grant.by() + " · per "
                                + grant.scope().name().toLowerCase(Locale.ROOT) + " · " + standing.uses() + " of "
                                + grant.maxUses() + " calls · until "),
                        CallsPanel.time(standing.expiresAt())),
                PageShell.form(
                        "/remembered/" + standing.id(), session, "decide", PageShell.button("bad", "", "", "Revoke")));
    }
}
