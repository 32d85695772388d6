package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;

import dev.portreeve.audit.log.AuditStatus;
import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.policy.approval.TicketFilter;
import dev.portreeve.policy.approval.Vote;
import io.helidon.webserver.http.HttpRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page for people: what passes the gate, what waits for them, what is spent, and whether the evidence holds. */
final class AdminPage {
    private final AdminServices services;
    private final AdminAccess access;
    private final ApprovalDesk approvals;
    private final RememberedDesk remembered;
    private final CallFeed calls;
    private final boolean secure;
    private final String style = resource("page.css");
    private final String script = resource("page.js");

    /** @param secure whether browsers come by https, so that the cookie may be kept to that */
    AdminPage(AdminServices services, AdminAccess access, boolean secure) {
        this.services = services;
        this.access = access;
        this.approvals = new ApprovalDesk(services.approvals(), services.tools(), services.tenants());
        this.remembered = new RememberedDesk(services.approvals().remembered(), services.tenants());
        this.calls = new CallFeed(services.records());
        this.secure = secure;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        routes.open(rules::get, "/assets/page.css", exchange -> exchange.asset(200, "text/css; charset=utf-8", style));
        routes.open(
                rules::get,
                "/assets/page.js",
                exchange -> exchange.asset(200, "text/javascript; charset=utf-8", script));
        routes.open(rules::get, AdminRoutes.LOGIN, this::askToLogIn);
        routes.open(rules::post, AdminRoutes.LOGIN, this::logIn);
        routes.page(rules::get, "/", this::show);
        routes.page(rules::get, "/live", this::live);
        routes.page(rules::post, "/logout", this::logOut);
        routes.page(rules::post, "/verify", this::verify);
        routes.page(rules::get, "/approvals/{id}", this::showTicket);
        routes.page(rules::post, "/approvals/{id}", this::decide);
        routes.page(rules::post, "/approvals", this::decideTogether);
        routes.page(rules::post, "/remembered/{id}", this::forget);
        new SearchPage(services.keeping(), services.tenants()).register(routes, rules);
        new ApprovalPage(approvals, services.approvals().links()).register(routes, rules);
        routes.page(rules::post, "/tools/{name}", this::decideTool);
        routes.page(rules::post, "/definitions/{server}/{kind}/{hash}", this::decideDefinition);
        routes.open(rules::any, "/*", exchange -> {
            throw new AdminRefusal(Problem.notFound("there is no such page"));
        });
    }

    private void askToLogIn(AdminExchange exchange) {
        String code = exchange.query("code");
        exchange.html(200, code == null ? PageShell.signedOut() : PageShell.login(code));
    }

    private void logIn(AdminExchange exchange) {
        exchange.requireSameOrigin();
        AdminAccess.Session session = access.redeem(exchange.form().getOrDefault("code", ""));
        if (session == null) {
            throw new AdminRefusal(Problem.unauthorized("this link was used before or is too old"));
        }
        services.signIns().signedIn();
        exchange.setCookie(cookie(session.id(), AdminAccess.SESSION_LIFE.toSeconds()));
        exchange.seeOther("/");
    }

    private void logOut(AdminExchange exchange, AdminAccess.Session session) {
        requireForm(exchange, session);
        access.end(session);
        exchange.setCookie(cookie("", 0));
        exchange.seeOther("/login");
    }

    private String cookie(String value, long seconds) {
        return AdminRoutes.SESSION_COOKIE + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + seconds
                + (secure ? "; Secure" : "");
    }

    private void show(AdminExchange exchange, AdminAccess.Session session) {
        EvidencePanel.State evidence = evidence();
        exchange.html(
                200,
                PageShell.page(
                        "Portreeve",
                        PageShell.header(session, EvidencePanel.pill(evidence)),
                        main(session, evidence, exchange.query("before"))));
    }

    private void showTicket(AdminExchange exchange, AdminAccess.Session session) {
        exchange.html(
                200,
                PageShell.page(
                        "Portreeve: a call that waits",
                        PageShell.header(session, Html.EMPTY),
                        ApprovalsPanel.alone(approvals.find(exchange.path("id")), session)));
    }

    private void live(AdminExchange exchange, AdminAccess.Session session) {
        EvidencePanel.State evidence = evidence();
        exchange.html(200, concat(EvidencePanel.pill(evidence), main(session, evidence, exchange.query("before"))));
    }

    /** @param before where the page of tickets begins; {@code null} for the newest */
    private Html main(AdminAccess.Session session, EvidencePanel.State evidence, @Nullable String before) {
        Html left = concat(
                ApprovalsPanel.of(
                        approvals.page(null, new TicketFilter.Waiting(), before, ApprovalsApi.PAGE),
                        before != null,
                        session),
                RememberedPanel.of(remembered.list(false), session),
                ToolsPanel.of(
                        services.tools().waiting(ToolsPanel.MAX_SHOWN),
                        services.servers().get().stream()
                                .mapToInt(ServerStatus::waiting)
                                .sum(),
                        session),
                CallsPanel.of(calls.lines()));
        Html right = concat(
                StopsPanel.of(services.stops().inForce()),
                BudgetsPanel.of(services.budgets().get()),
                EvidencePanel.of(evidence, session),
                ServersPanel.of(
                        services.servers().get().stream().map(AdminPage::server).toList()));
        return tag(
                "main", List.of(new Attribute("id", "live")), tag("div", "column", left), tag("div", "column", right));
    }

    private EvidencePanel.State evidence() {
        return new EvidencePanel.State(
                services.logs().get().stream().map(AdminPage::tree).toList(),
                services.anchors().states(),
                services.verifications().last());
    }

    private static EvidencePanel.Tree tree(AuditStatus status) {
        long signed =
                status.lastCheckpoint() == null ? 0 : status.lastCheckpoint().size();
        return new EvidencePanel.Tree(status.tenant(), status.size(), signed, status.problem());
    }

    private static ServersPanel.Server server(ServerStatus status) {
        String problem = status.problem();
        String said = problem == null
                ? status.transport() + " " + status.protocolVersion()
                        + (status.state() == ServerStatus.State.ASLEEP ? " · sleeps until it is called" : "")
                : problem;
        boolean usable = status.state() == ServerStatus.State.UP || status.state() == ServerStatus.State.ASLEEP;
        return new ServersPanel.Server(
                status.slug(), usable, status.tools(), status.waiting(), status.quarantined(), said);
    }

    private void verify(AdminExchange exchange, AdminAccess.Session session) {
        requireForm(exchange, session);
        services.verifications().run();
        exchange.seeOther("/#evidence");
    }

    private void decide(AdminExchange exchange, AdminAccess.Session session) {
        Map<String, String> form = requireForm(exchange, session);
        requireFresh(session);
        String approver = form.getOrDefault("approver", ApprovalDesk.OPERATOR);
        approvals.decide(exchange.path("id"), ApprovalPage.ballot(approver, Vote.Channel.CONSOLE, form));
        exchange.seeOther("/#approvals");
    }

    private void requireFresh(AdminAccess.Session session) {
        if (!access.isFresh(session, services.freshLogin())) {
            throw new AdminRefusal(Problem.unauthorized(
                    "to decide, sign in anew with a one-time link: this session is older than approvals.fresh-login"));
        }
    }

    private void decideTogether(AdminExchange exchange, AdminAccess.Session session) {
        Map<String, String> form = requireForm(exchange, session);
        requireFresh(session);
        Vote vote = new Vote(
                form.getOrDefault("approver", ApprovalDesk.OPERATOR),
                ApprovalsApi.choice(form.get("decision")),
                form.get("reason"),
                Vote.Channel.CONSOLE);
        BundlesApi.Answer answer = BundlesApi.Answer.of(approvals.decide(BundleForm.shown(form), vote), vote);
        if (!answer.decided()) {
            throw new AdminRefusal(Problem.conflict(String.valueOf(answer.detail())));
        }
        exchange.seeOther("/#approvals");
    }

    private void forget(AdminExchange exchange, AdminAccess.Session session) {
        requireForm(exchange, session);
        remembered.revoke(exchange.path("id"), ApprovalDesk.OPERATOR, null);
        exchange.seeOther("/#remembered");
    }

    private void decideTool(AdminExchange exchange, AdminAccess.Session session) {
        Map<String, String> form = requireForm(exchange, session);
        requireFresh(session);
        decideOffer(ToolsApi.find(services.tools(), exchange.path("name")), form);
        exchange.seeOther("/#tools");
    }

    private void decideDefinition(AdminExchange exchange, AdminAccess.Session session) {
        Map<String, String> form = requireForm(exchange, session);
        requireFresh(session);
        decideOffer(DefinitionsApi.find(services.tools(), exchange), form);
        exchange.seeOther("/#tools");
    }

    private void decideOffer(DefinitionDesk.Offer offer, Map<String, String> form) {
        DefinitionsApi.decide(
                services.tools(),
                offer,
                DefinitionsApi.choice(form.get("decision")),
                form.get("hash"),
                new DefinitionsApi.Decider(DefinitionsApi.OPERATOR, "console", form.get("reason")));
    }

    private static Map<String, String> requireForm(AdminExchange exchange, AdminAccess.Session session) {
        exchange.requireSameOrigin();
        Map<String, String> form = exchange.form();
        if (!PageShell.isCsrf(session, form)) {
            throw new AdminRefusal(Problem.forbidden("this form is not of this session: reload the page"));
        }
        return form;
    }

    private static String resource(String name) {
        try (InputStream in = AdminPage.class.getResourceAsStream("/admin/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
