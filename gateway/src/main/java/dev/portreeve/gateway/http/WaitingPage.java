package dev.portreeve.gateway.http;

import dev.portreeve.hub.north.WaitingPages;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketState;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * {@code /waiting/…}: how the approval of one call stands, for whoever the caller's program sends there. The caller has the address too,
 * so the page decides nothing, has no form, and shows of the call only which tool it is. Its address is sealed: nobody finds another's.
 * Thread-safe; looking at it reads one row.
 */
public final class WaitingPage implements WaitingPages {
    static final String PATH = "/waiting/";
    static final String TOKEN = "token";
    /** As long as a ticket may live. */
    private static final Duration VALID = Duration.ofDays(8);

    private static final Binding BINDING = Binding.ofGateway(Purpose.WAITING_PAGE, "", "");
    private static final String POLICY =
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final SealedTokens tokens;
    private final Approvals approvals;
    private final Supplier<URI> base;

    /** @param base how callers reach the data listener; asked with each address, since the listener opens later */
    public WaitingPage(SealedTokens tokens, Approvals approvals, Supplier<URI> base) {
        this.tokens = tokens;
        this.approvals = approvals;
        this.base = base;
    }

    @Override
    public Optional<URI> of(String tenant, UUID ticket) {
        String token = tokens.seal(BINDING, VALID, (ticket + " " + tenant).getBytes(StandardCharsets.UTF_8));
        String to = base.get().toString();
        return Optional.of(URI.create((to.endsWith("/") ? to.substring(0, to.length() - 1) : to) + PATH + token));
    }

    void show(ServerRequest request, ServerResponse response) {
        Optional<Ticket> ticket = tokens.open(request.path().pathParameters().get(TOKEN), BINDING)
                .map(content -> new String(content, StandardCharsets.UTF_8).split(" ", 2))
                .flatMap(parts -> approvals.find(parts[1], UUID.fromString(parts[0])));
        response.headers().set(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        response.headers().set(Names.NO_STORE);
        response.headers().set(HeaderNames.create("Content-Security-Policy"), POLICY);
        response.headers().set(HeaderNames.create("X-Content-Type-Options"), "nosniff");
        response.headers().set(HeaderNames.create("Referrer-Policy"), "no-referrer");
        response.status(ticket.isPresent() ? Status.OK_200 : Status.NOT_FOUND_404);
        response.send(ticket.map(WaitingPage::page).orElse(NOT_THERE).getBytes(StandardCharsets.UTF_8));
    }

    private static final String NOT_THERE =
            html("", "<p>There is no such ticket, or this address is not whole: copy all of it.</p>");

    private static String page(Ticket ticket) {
        boolean living = ticket.isLiving() && !ticket.over();
        String tool = escape(ticket.request().tool().name());
        return html(
                living ? "<meta http-equiv=\"refresh\" content=\"5\">" : "",
                "<p>A call of <strong>" + tool + "</strong>, ticket " + ticket.id() + ".</p><p>" + escape(said(ticket))
                        + "</p><p>Nothing is decided on this page. Whoever may decide was asked.</p>");
    }

    private static String said(Ticket ticket) {
        return switch (ticket.state()) {
            case TicketState.Waiting ignored when ticket.over() -> "Nobody decided in time.";
            case TicketState.Waiting waiting -> {
                String who = ticket.deciders().isEmpty() ? "an approver" : String.join(", ", ticket.deciders());
                String yes =
                        waiting.yes().isEmpty() ? "" : " Said yes so far: " + String.join(", ", waiting.yes()) + ".";
                yield "It waits for " + who + ", until " + ticket.expiresAt() + "." + yes;
            }
            case TicketState.Approved ignored when ticket.over() -> "It was approved, and not used in time.";
            case TicketState.Approved ignored -> "It is approved: the same call, repeated, runs once.";
            case TicketState.Redeemed ignored -> "It was approved, and the call was made.";
            case TicketState.Denied ignored -> "It was denied.";
            case TicketState.Expired ignored -> "It was not decided, or not used, in time.";
            case TicketState.Withdrawn ignored -> "It was withdrawn.";
        };
    }

    private static String html(String head, String body) {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">" + head
                + "<title>Portreeve: a call waits for approval</title></head><body><h1>A call waits for approval</h1>"
                + body + "</body></html>";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
