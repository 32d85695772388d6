package dev.portreeve.gateway.admin;

import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.approval.VoteResult;
import io.helidon.webserver.http.HttpRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/approvals/decisions}: several tickets of one requester, decided together. Wants the admin token. */
final class BundlesApi {
    private final ApprovalDesk desk;
    private final AdminJson json;

    BundlesApi(ApprovalDesk desk, AdminJson json) {
        this.desk = desk;
        this.json = json;
    }

    /** A ticket, and the digest of the arguments that the approver saw. */
    record Shown(@Nullable String ticket, @Nullable String argumentsSha256) {}

    /** One decision about all of them. */
    record Wish(
            @Nullable List<Shown> tickets,
            @Nullable String decision,
            @Nullable String approver,
            @Nullable String reason) {}

    /**
     * What came of one of them.
     *
     * @param state where the ticket stands; {@code null} if there is none
     * @param why it could not be decided so; {@code null} if it could
     */
    record Outcome(
            String ticket, @Nullable String state, @Nullable String why) {}

    /**
     * What came of all.
     *
     * @param detail why nothing was decided; {@code null} if all was
     */
    record Answer(
            boolean decided,
            @Nullable String title,
            @Nullable String detail,
            List<Outcome> outcomes) {
        static Answer of(Approvals.Bundled bundled, Vote vote) {
            List<Outcome> outcomes = new ArrayList<>();
            List<String> objections = new ArrayList<>();
            for (Map.Entry<UUID, VoteResult> each : bundled.results().entrySet()) {
                String why = ApprovalDesk.objection(each.getValue(), vote);
                outcomes.add(
                        new Outcome(each.getKey().toString(), bundled.taken() ? state(each.getValue()) : null, why));
                if (why != null) {
                    objections.add(each.getKey() + " " + why);
                }
            }
            return bundled.taken()
                    ? new Answer(true, null, null, outcomes)
                    : new Answer(
                            false,
                            "conflict",
                            "nothing was decided, because not all of it can be: " + String.join("; ", objections),
                            outcomes);
        }

        private static @Nullable String state(VoteResult result) {
            return switch (result) {
                case VoteResult.Decided decided ->
                    decided.ticket().state().name().code();
                case VoteResult.Counted counted ->
                    counted.ticket().state().name().code();
                case VoteResult.CountedBefore before ->
                    before.ticket().state().name().code();
                case VoteResult.AlreadyDecided before ->
                    before.ticket().state().name().code();
                case VoteResult.Expired ignored -> null;
                case VoteResult.NotAllowed ignored -> null;
                case VoteResult.NotRemembered ignored -> null;
                case VoteResult.NotEdited ignored -> null;
                case VoteResult.Changed ignored -> null;
                case VoteResult.Unknown ignored -> null;
            };
        }
    }

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::post, "/api/v1/approvals/decisions", this::decide);
    }

    private void decide(AdminExchange exchange) {
        Wish wish;
        try {
            wish = json.read(exchange.body(), Wish.class);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
        Map<String, String> shown = new LinkedHashMap<>();
        for (Shown each : wish.tickets() == null ? List.<Shown>of() : wish.tickets()) {
            if (each == null || each.ticket() == null || each.argumentsSha256() == null) {
                throw new AdminRefusal(
                        Problem.badRequest("each of \"tickets\" has a \"ticket\" and its \"arguments_sha256\""));
            }
            if (shown.put(each.ticket(), each.argumentsSha256()) != null) {
                throw new AdminRefusal(Problem.badRequest("ticket \"" + each.ticket() + "\" is there twice"));
            }
        }
        String approver = wish.approver();
        Vote vote = new Vote(
                approver == null || approver.isBlank() ? ApprovalDesk.OPERATOR : approver,
                ApprovalsApi.choice(wish.decision()),
                wish.reason(),
                Vote.Channel.API);
        Answer answer = Answer.of(desk.decide(shown, vote), vote);
        exchange.json(answer.decided() ? 200 : 409, json.write(answer));
    }
}
