package dev.portreeve.gateway.admin;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.ApprovalLinks;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Ballot;
import dev.portreeve.policy.approval.RememberOffer;
import dev.portreeve.policy.approval.Seat;
import dev.portreeve.policy.approval.SignedDecisions;
import dev.portreeve.policy.approval.StandingApproval;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketFilter;
import dev.portreeve.policy.approval.TicketPage;
import dev.portreeve.policy.approval.TicketState;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.notice.SignedText;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /api/v1/approvals}. A decision is taken from a holder of the admin token, or from anybody who signs it with the
 * secret of a configured webhook.
 */
final class ApprovalsApi {
    /** As many tickets as a page has if nothing is said. */
    static final int PAGE = 50;

    private static final String WAITING = "waiting";
    private final ApprovalDesk desk;
    private final RememberedDesk remembered;
    private final ApprovalLinks links;
    private final SignedDecisions decisions;
    private final AdminJson json;

    ApprovalsApi(
            ApprovalDesk desk,
            RememberedDesk remembered,
            ApprovalLinks links,
            SignedDecisions decisions,
            AdminJson json) {
        this.desk = desk;
        this.remembered = remembered;
        this.links = links;
        this.decisions = decisions;
        this.json = json;
    }

    /**
     * Tickets, newest first.
     *
     * @param next what to send as {@code before} for the page after this; {@code null} if there is none
     */
    record TicketList(List<TicketView> approvals, @Nullable String next) {}

    /** A ticket with the arguments as they would run. */
    record TicketView(
            String id,
            String tenant,
            String requester,
            String tool,
            JsonNode arguments,
            String argumentsSha256,
            @Nullable String editedBy,
            @Nullable JsonNode askedArguments,
            List<List<String>> edits,
            String rules,
            List<String> approvers,
            List<SeatView> seats,
            int quorum,
            @Nullable String costsAtMostUsd,
            List<String> approvedBy,
            String state,
            @Nullable String decidedBy,
            @Nullable String reason,
            Instant requestedAt,
            Instant expiresAt,
            @Nullable Instant refusedUntil,
            RememberedApi.@Nullable Offer remember,
            RememberedApi.@Nullable Standing remembered) {

        static TicketView of(Ticket ticket) {
            return of(ticket, null);
        }

        /** @param remembered what came with its yes */
        static TicketView of(Ticket ticket, @Nullable StandingApproval remembered) {
            return new TicketView(
                    ticket.id().toString(),
                    ticket.tenant(),
                    ticket.request().member(),
                    ticket.request().tool().name(),
                    JsonMapper.shared().readTree(ticket.arguments().canonical()),
                    ticket.arguments().digest(),
                    ticket.edit() == null ? null : ticket.edit().by(),
                    ticket.edit() == null
                            ? null
                            : JsonMapper.shared()
                                    .readTree(ticket.request().arguments().canonical()),
                    ticket.isWaiting() ? ticket.request().terms().edits() : List.of(),
                    ticket.request().rules(),
                    ticket.deciders(),
                    ticket.request().seats().stream()
                            .map(seat -> SeatView.of(seat, ticket))
                            .toList(),
                    ticket.request().quorum(),
                    ticket.request().terms().costsAtMost().isZero()
                            ? null
                            : ticket.request().terms().costsAtMost().toDecimal(),
                    ticket.yes(),
                    ticket.state().name().code(),
                    ticket.decidedBy(),
                    ticket.reason(),
                    ticket.requestedAt(),
                    ticket.expiresAt(),
                    ticket.refusedUntil(),
                    RememberedApi.Offer.of(ticket.isWaiting() ? RememberOffer.of(ticket) : null),
                    remembered == null ? null : RememberedApi.Standing.of(remembered));
        }
    }

    /** Somebody who may decide, and when. */
    record SeatView(
            String approver,
            Instant from,
            @Nullable Instant until,
            @Nullable String standsFor) {
        static SeatView of(Seat seat, Ticket ticket) {
            return new SeatView(seat.person(), seat.opensAt(ticket.requestedAt()), seat.until(), seat.standsFor());
        }
    }

    /** For whom a page is wanted. */
    record LinkWish(@Nullable String approver) {}

    /** A page for one ticket and one person. */
    record Link(String url) {}

    /**
     * A decision as it is sent.
     *
     * @param arguments those that are to run instead
     * @param argumentsSha256 the digest of those that the approver saw
     */
    record Decision(
            @Nullable String decision,
            @Nullable String approver,
            @Nullable String reason,
            @Nullable JsonNode arguments,
            @Nullable String argumentsSha256,
            @Nullable RememberWish remember) {}

    /** A request taken back, as it is sent. */
    record Withdrawal(@Nullable String by, @Nullable String reason) {}

    /** A no lifted, as it is sent. */
    record Lift(@Nullable String approver, @Nullable String reason) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/approvals", this::list);
        routes.api(rules::get, "/api/v1/approvals/{id}", this::show);
        routes.api(rules::post, "/api/v1/approvals/{id}/withdraw", this::withdraw);
        routes.api(rules::post, "/api/v1/approvals/{id}/lift", this::lift);
        routes.api(rules::post, "/api/v1/approvals/{id}/links", this::link);
        // The one address that opens without the token: it looks for a signature itself.
        routes.open(rules::post, "/api/v1/approvals/{id}/decision", exchange -> decide(routes, exchange));
    }

    private void list(AdminExchange exchange) {
        TicketPage page = desk.page(
                exchange.query("tenant"),
                filter(exchange.query("state"), exchange.query("approver")),
                exchange.query("before"),
                limit(exchange.query("limit")));
        exchange.json(
                200,
                json.write(new TicketList(
                        page.tickets().stream().map(TicketView::of).toList(), Objects.toString(page.next(), null))));
    }

    /** What waits for one person is what somebody looks for; what they could have decided once is not kept in any order. */
    private static TicketFilter filter(@Nullable String state, @Nullable String approver) {
        if (approver != null) {
            if (!WAITING.equals(state)) {
                throw new AdminRefusal(Problem.badRequest("\"approver\" goes with state=waiting only"));
            }
            return new TicketFilter.WaitingFor(approver);
        }
        return switch (state) {
            case null -> new TicketFilter.All();
            case WAITING -> new TicketFilter.Waiting();
            default -> new TicketFilter.In(state(state));
        };
    }

    private static int limit(@Nullable String sent) {
        try {
            int limit = sent == null ? PAGE : Integer.parseInt(sent);
            if (limit >= 1 && limit <= Approvals.MAX_PAGE) {
                return limit;
            }
        } catch (NumberFormatException ignored) {
            // Said below, as of a number that is too large.
        }
        throw new AdminRefusal(Problem.badRequest("\"limit\" is a number from 1 to " + Approvals.MAX_PAGE));
    }

    private static TicketState.Name state(String name) {
        for (TicketState.Name state : TicketState.Name.values()) {
            if (state.code().equals(name)) {
                return state;
            }
        }
        String names = Arrays.stream(TicketState.Name.values())
                .map(TicketState.Name::code)
                .collect(Collectors.joining(", "));
        throw new AdminRefusal(Problem.badRequest("there is no state \"" + name + "\": waiting, " + names));
    }

    private void show(AdminExchange exchange) {
        Ticket ticket = desk.find(exchange.path("id"));
        exchange.json(
                200, json.write(TicketView.of(ticket, remembered.of(ticket).orElse(null))));
    }

    private void link(AdminExchange exchange) {
        String approver = read(exchange.body(), LinkWish.class).approver();
        if (approver == null || approver.isBlank()) {
            throw new AdminRefusal(Problem.badRequest("\"approver\" is missing: for whom"));
        }
        ApprovalDesk.requirePerson(approver);
        Ticket ticket = desk.find(exchange.path("id"));
        exchange.json(201, json.write(new Link(links.of(ticket.id(), approver).toString())));
    }

    private void withdraw(AdminExchange exchange) {
        Withdrawal wish = read(exchange.body(), Withdrawal.class);
        String by = wish.by() == null || wish.by().isBlank() ? ApprovalDesk.OPERATOR : wish.by();
        exchange.json(200, json.write(TicketView.of(desk.withdraw(exchange.path("id"), by, wish.reason()))));
    }

    private void lift(AdminExchange exchange) {
        Lift wish = read(exchange.body(), Lift.class);
        Ticket lifted = desk.lift(exchange.path("id"), operator(wish.approver()), wish.reason());
        exchange.json(200, json.write(TicketView.of(lifted)));
    }

    private void decide(AdminRoutes routes, AdminExchange exchange) {
        byte[] body = exchange.body();
        if (exchange.header(HeaderNames.create("webhook-signature")) != null) {
            // Yes or no, and no more: what a message that is signed could say beside that is refused as it is read.
            Ticket decided = desk.decide(exchange.path("id"), signed(exchange, body));
            exchange.json(200, json.write(TicketView.of(decided)));
            return;
        }
        routes.requireToken(exchange);
        Decision decision = read(body, Decision.class);
        Vote vote = new Vote(
                operator(decision.approver()), choice(decision.decision()), decision.reason(), Vote.Channel.API);
        RawJson edit = decision.arguments() == null ? null : RawJson.of(body).member("arguments");
        Ballot ballot = new Ballot(
                vote,
                decision.argumentsSha256(),
                edit == null ? null : EditForm.arguments(edit.toBytes()),
                decision.remember() == null ? null : decision.remember().wish());
        Ticket decided = desk.decide(exchange.path("id"), ballot);
        StandingApproval granted =
                decision.remember() == null ? null : remembered.of(decided).orElse(null);
        exchange.json(200, json.write(TicketView.of(decided, granted)));
    }

    /** Who decides with the admin token. A system that decides by signed messages does so by nothing else. */
    private static String operator(@Nullable String approver) {
        if (approver == null || approver.isBlank()) {
            return ApprovalDesk.OPERATOR;
        }
        ApprovalDesk.requirePerson(approver);
        return approver;
    }

    private Vote signed(AdminExchange exchange, byte[] body) {
        SignedText message = new SignedText(
                header(exchange, "webhook-id"),
                header(exchange, "webhook-timestamp"),
                header(exchange, "webhook-signature"),
                body);
        return switch (decisions.sent(ApprovalDesk.uuid(exchange.path("id")), message)) {
            case SignedDecisions.Worth.Genuine(Vote vote) -> vote;
            case SignedDecisions.Worth.Refused(SignedDecisions.Why why, String detail) ->
                throw new AdminRefusal(
                        switch (why) {
                            case NOT_SIGNED -> Problem.unauthorized(detail);
                            case UNREADABLE -> Problem.badRequest(detail);
                            case OTHER_TICKET, NOT_ITS_VOICE -> Problem.forbidden(detail);
                        });
        };
    }

    static Vote.Choice choice(@Nullable String decision) {
        return switch (decision) {
            case "approve" -> Vote.Choice.APPROVE;
            case "deny" -> Vote.Choice.DENY;
            case null, default -> throw new AdminRefusal(Problem.badRequest("\"decision\" must be approve or deny"));
        };
    }

    private static String header(AdminExchange exchange, String name) {
        String value = exchange.header(HeaderNames.create(name));
        return value == null ? "" : value;
    }

    private <T extends Record> T read(byte[] body, Class<T> type) {
        try {
            return json.read(body, type);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }
}
