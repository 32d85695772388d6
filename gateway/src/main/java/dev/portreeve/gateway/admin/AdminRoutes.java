package dev.portreeve.gateway.admin;

import dev.portreeve.audit.EvidenceUnavailable;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What holds for every admin address: the name it is called by, who calls, the size of bodies, what each answer's headers
 * say, and how problems are answered.
 */
final class AdminRoutes {
    static final String SESSION_COOKIE = "portreeve_session";

    /** Where one-time links are used up. */
    static final String LOGIN = "/login";

    private static final List<HeaderName> SIGNATURES =
            List.of(HeaderNames.create("webhook-signature"), HeaderNames.create("x-slack-signature"));
    private static final Logger LOGGER = LoggerFactory.getLogger(AdminRoutes.class);
    private static final Map<String, String> HEADERS = Map.of(
            "Cache-Control", "no-store",
            "Content-Security-Policy", PageShell.CONTENT_SECURITY_POLICY,
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            // Not no-referrer: with it browsers also hide the origin of our own forms, which is checked.
            "Referrer-Policy", "same-origin",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY");

    private final AdminAccess access;
    private final HostAllowList hosts;
    private final AdminJson json;
    private final int maxBodyBytes;
    private final Consumer<String> refused;

    /** @param refused hears why a credential was refused, as a code */
    AdminRoutes(AdminAccess access, HostAllowList hosts, AdminJson json, int maxBodyBytes, Consumer<String> refused) {
        this.refused = refused;
        this.access = access;
        this.hosts = hosts;
        this.json = json;
        this.maxBodyBytes = maxBodyBytes;
    }

    /** An address that anybody may call. */
    interface Open {
        void handle(AdminExchange exchange);
    }

    /** An address behind a signed-in browser. */
    interface Paged {
        void handle(AdminExchange exchange, AdminAccess.Session session);
    }

    /** A method of Helidon's rules, such as {@code rules::get}. */
    interface Rule {
        void add(String path, Handler... handlers);
    }

    void open(Rule rule, String path, Open handler) {
        rule.add(path, (request, response) -> handler.handle(exchange(request, response)));
    }

    /** For programs with the admin token. A browser's session opens nothing here, so no foreign form can. */
    void api(Rule rule, String path, Open handler) {
        open(rule, path, exchange -> {
            requireToken(exchange);
            handler.handle(exchange);
        });
    }

    /** A page or fragment: only looks. */
    void page(Rule rule, String path, Paged handler) {
        open(rule, path, exchange -> handler.handle(exchange, requireSession(exchange)));
    }

    void requireToken(AdminExchange exchange) {
        String token = exchange.bearer();
        if (token == null || !access.isToken(token)) {
            throw new AdminRefusal(
                    Problem.unauthorized(
                            "this address needs the admin token: Authorization: Bearer, from the file admin-token in the data directory"));
        }
    }

    AdminAccess.Session requireSession(AdminExchange exchange) {
        String id = exchange.cookie(SESSION_COOKIE);
        AdminAccess.Session session = id == null ? null : access.session(id);
        if (session == null) {
            throw new AdminRefusal(Problem.unauthorized("sign in with a one-time link: portreeve admin-link"));
        }
        return session;
    }

    /** The rules around every address. */
    void surround(HttpRouting.Builder routing) {
        routing.addFilter((chain, request, response) -> {
            HEADERS.forEach(response::header);
            if (hosts.allows(request.authority())) {
                chain.proceed();
            } else {
                answer(
                        request.path().path(),
                        response,
                        Problem.forbidden("this server does not go by the name \"" + shorten(request.authority())
                                + "\"; add it to server.allowed-hosts"));
            }
        });
        routing.error(AdminRefusal.class, (request, response, refusal) -> {
            if (refusal.problem().status() == 401) {
                refused(request);
            }
            fail(request, response, refusal.problem());
        });
        routing.error(
                EvidenceUnavailable.class,
                (request, response, lost) -> fail(
                        request,
                        response,
                        Problem.unavailable("this cannot be recorded now, so it is not done: " + lost.getMessage())));
        routing.error(Throwable.class, (request, response, bug) -> {
            LOGGER.error(
                    "an admin request failed: {} {}",
                    request.prologue().method(),
                    withoutSecrets(request.path().path()),
                    bug);
            fail(request, response, new Problem(500, "failed", "this is a mistake in Portreeve; its log says more"));
        });
    }

    /** The address of a ticket's page decides, so who reads a log must not find it there. */
    static String withoutSecrets(String path) {
        return path.startsWith(ApprovalPage.BELOW) ? ApprovalPage.BELOW + "…" : path;
    }

    /** A browser that is not signed in, or no more, presented nothing that could be refused. */
    private void refused(ServerRequest request) {
        String path = request.path().path();
        if (SIGNATURES.stream().anyMatch(request.headers()::contains)) {
            refused.accept("signature_refused");
        } else if (path.equals(LOGIN)) {
            refused.accept("admin_link_refused");
        } else if (request.headers().contains(HeaderNames.AUTHORIZATION)) {
            refused.accept("admin_token_refused");
        } else if (path.startsWith("/api/")) {
            refused.accept("admin_token_missing");
        }
    }

    /** Headers of an answer that is not given any more, a cookie say, must not go out with the problem. */
    private void fail(ServerRequest request, ServerResponse response, Problem problem) {
        response.headers().clear();
        HEADERS.forEach(response::header);
        answer(request.path().path(), response, problem);
    }

    private void answer(String path, ServerResponse response, Problem problem) {
        boolean api = path.startsWith("/api/");
        if (problem.status() == 401 && api) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"portreeve admin\"");
        }
        Html page = problem.status() == 401 ? PageShell.signedOut() : PageShell.problem(problem);
        byte[] body = api ? json.write(problem) : page.markup().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        response.status(problem.status())
                .header(HeaderNames.CONTENT_TYPE, api ? "application/problem+json" : "text/html; charset=utf-8")
                .send(body);
    }

    private AdminExchange exchange(ServerRequest request, ServerResponse response) {
        return new AdminExchange(request, response, maxBodyBytes);
    }

    private static String shorten(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
