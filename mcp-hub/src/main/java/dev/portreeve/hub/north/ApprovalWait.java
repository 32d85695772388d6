package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallOutcome;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells a caller that can send its user to a page that a person has to approve its call: once, with the call that asked. The page shows
 * how it stands and decides nothing. Whoever repeats the call while it waits is told by a result, so nobody is sent there in a loop.
 */
final class ApprovalWait {
    private static final int OK = 200;
    private static final String KEY = "approval";

    private final WaitingPages pages;
    private final Bridge bridge;

    ApprovalWait(WaitingPages pages, Bridge bridge) {
        this.pages = pages;
        this.bridge = bridge;
    }

    /** Empty for a caller that is told by a result, as any is that repeats its call. */
    Optional<Reply> of(CallOutcome outcome, Bridge.Errand errand, Round round, String tool) {
        if (!(outcome instanceof CallOutcome.AwaitingApproval waiting)
                || !waiting.asked()
                || !round.isFirst()
                || !UrlElicitation.canBeSent(errand.caller())) {
            return Optional.empty();
        }
        return pages.of(errand.caller().subject().tenant(), waiting.ticket()).map(page -> switch (errand.caller()) {
            case Counterpart.Modern ignored -> new Reply.Result(bridge.waiting(errand, question(waiting, page, tool)));
            case Counterpart.Legacy ignored -> required(waiting, page, tool);
        });
    }

    private static InputRequired question(CallOutcome.AwaitingApproval waiting, URI page, String tool) {
        Map<String, RawJson> request = new LinkedHashMap<>();
        request.put("method", RawJson.string(Questioner.ELICITATION));
        RawJson params = RawJson.object(page(waiting, page, tool));
        request.put("params", params);
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("resultType", RawJson.string("input_required"));
        members.put("inputRequests", RawJson.object(Map.of(KEY, RawJson.object(request))));
        members.put("_meta", RawJson.of(meta(waiting)));
        return new InputRequired(
                Map.of(KEY, new InputRequired.Question(Questioner.ELICITATION, params)), null, members);
    }

    private static Reply required(CallOutcome.AwaitingApproval waiting, URI page, String tool) {
        Map<String, RawJson> elicitation = page(waiting, page, tool);
        elicitation.put("elicitationId", RawJson.string(UUID.randomUUID().toString()));
        Map<String, RawJson> data =
                new LinkedHashMap<>(RawJson.of(meta(waiting)).members());
        data.put("elicitations", RawJson.array(List.of(RawJson.object(elicitation))));
        return new Reply.Error(
                OK,
                new McpError(
                        McpError.URL_ELICITATION_REQUIRED, OutcomeReplies.waitingText(waiting), RawJson.object(data)));
    }

    private static Map<String, RawJson> page(CallOutcome.AwaitingApproval waiting, URI page, String tool) {
        Map<String, RawJson> params = new LinkedHashMap<>();
        params.put("mode", RawJson.string("url"));
        params.put(
                "message",
                RawJson.string("This call of " + tool + " waits until somebody has approved it, as ticket "
                        + waiting.ticket() + ", by " + waiting.expiresAt()
                        + ". The page shows how it stands; nothing is decided there."));
        params.put("url", RawJson.string(page.toString()));
        return params;
    }

    private static ObjectNode meta(CallOutcome.AwaitingApproval waiting) {
        return JsonRpc.object()
                .put(MetaKey.REASON, "approval_required")
                .put(MetaKey.APPROVAL_TICKET, waiting.ticket().toString())
                .put(MetaKey.APPROVAL_EXPIRES_AT, waiting.expiresAt().toString());
    }
}
