package dev.portreeve.gateway.admin;

import dev.portreeve.policy.access.NarrowCondition;
import dev.portreeve.policy.approval.RememberOffer;
import dev.portreeve.policy.approval.StandingApproval;
import io.helidon.webserver.http.HttpRules;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/remembered-approvals}: yeses that hold for further calls, to look at and to take back. */
final class RememberedApi {
    private final RememberedDesk desk;
    private final AdminJson json;

    RememberedApi(RememberedDesk desk, AdminJson json) {
        this.desk = desk;
        this.json = json;
    }

    /** Newest first. */
    record StandingList(List<Standing> remembered) {}

    /** One of them. */
    record Standing(
            String id,
            String tenant,
            String state,
            String requester,
            String key,
            String tool,
            String definitionHash,
            String condition,
            List<String> arguments,
            String scope,
            @Nullable String session,
            String rules,
            String approvedBy,
            String ticket,
            int uses,
            int maxUses,
            @Nullable Instant lastUsedAt,
            Instant givenAt,
            Instant expiresAt,
            @Nullable String endedBy,
            @Nullable String endedReason,
            @Nullable Instant endedAt) {
        static Standing of(StandingApproval standing) {
            StandingApproval.Grant grant = standing.grant();
            StandingApproval.End end = standing.end();
            return new Standing(
                    standing.id().toString(),
                    grant.tenant(),
                    state(standing),
                    grant.member(),
                    grant.keyId(),
                    grant.tool().name(),
                    grant.tool().definitionHash(),
                    grant.condition(),
                    grant.arguments().stream().sorted().toList(),
                    grant.scope().name().toLowerCase(Locale.ROOT),
                    grant.session(),
                    grant.ruleIds(),
                    grant.by(),
                    grant.ticket().toString(),
                    standing.uses(),
                    grant.maxUses(),
                    standing.lastUsedAt(),
                    standing.givenAt(),
                    standing.expiresAt(),
                    end == null ? null : end.by(),
                    end == null ? null : end.reason(),
                    end == null ? null : end.at());
        }

        /** One whose time is over has expired, whether or not that was recorded yet. */
        private static String state(StandingApproval standing) {
            boolean over = standing.state() == StandingApproval.State.IN_FORCE && !standing.isInForce();
            return (over ? StandingApproval.State.EXPIRED : standing.state()).code();
        }
    }

    /**
     * What an approver of a ticket may have remembered.
     *
     * @param when the narrowest condition; {@code null} where something must be chosen for an argument
     * @param kept what holds beside it, whatever is chosen
     */
    record Offer(
            String atMost,
            List<String> scopes,
            int uses,
            String session,
            String kept,
            @Nullable String when,
            List<Choices> arguments) {
        static @Nullable Offer of(@Nullable RememberOffer offer) {
            return offer == null
                    ? null
                    : new Offer(
                            minutes(offer.terms().atMost()),
                            names(offer.terms().scopes()),
                            offer.terms().uses(),
                            offer.session(),
                            offer.kept(),
                            offer.when(),
                            offer.arguments().stream().map(Choices::of).toList());
        }

        private static String minutes(Duration span) {
            return span.toSeconds() % 60 == 0 ? span.toMinutes() + "m" : span.toSeconds() + "s";
        }

        private static List<String> names(Set<? extends Enum<?>> values) {
            return values.stream()
                    .map(value -> value.name().toLowerCase(Locale.ROOT))
                    .sorted()
                    .toList();
        }
    }

    /** What may be chosen for an argument. */
    record Choices(String argument, List<String> choices) {
        static Choices of(NarrowCondition.Argument argument) {
            return new Choices(
                    argument.name(),
                    argument.choices().stream().map(RememberWish::code).toList());
        }
    }

    /** Who takes one back, and why. */
    record Revocation(@Nullable String by, @Nullable String reason) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/remembered-approvals", this::list);
        routes.api(
                rules::get,
                "/api/v1/remembered-approvals/{id}",
                exchange -> exchange.json(200, json.write(Standing.of(desk.find(exchange.path("id"))))));
        routes.api(rules::post, "/api/v1/remembered-approvals/{id}/revoke", this::revoke);
    }

    private void list(AdminExchange exchange) {
        boolean over = "all".equals(exchange.query("state"));
        exchange.json(
                200,
                json.write(new StandingList(
                        desk.list(over).stream().map(Standing::of).toList())));
    }

    private void revoke(AdminExchange exchange) {
        Revocation wish;
        try {
            wish = json.read(exchange.body(), Revocation.class);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
        String by = wish.by() == null || wish.by().isBlank() ? ApprovalDesk.OPERATOR : wish.by();
        exchange.json(200, json.write(Standing.of(desk.revoke(exchange.path("id"), by, wish.reason()))));
    }
}
