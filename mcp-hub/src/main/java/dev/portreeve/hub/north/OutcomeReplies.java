package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Every ending of a governed call in the words of MCP. Endings that a model can act on are tool results flagged as errors. */
final class OutcomeReplies {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private OutcomeReplies() {}

    /** @param released the result that passed every guardrail; there if and only if the call completed */
    static Reply of(CallOutcome outcome, CallId id, String tool, @Nullable ToolResult released) {
        return switch (outcome) {
            case CallOutcome.Completed completed -> completed(tool, released);
            case CallOutcome.Pending ignored -> throw CallOutcome.Pending.elsewhere();
            case CallOutcome.Denied denied -> denied(denied.denial(), id);
            case CallOutcome.AwaitingApproval waiting -> awaiting(waiting, id);
            case CallOutcome.Failed failed ->
                failure(
                        "the tool call failed: " + failed.fault().detail(),
                        Map.of(MetaKey.REASON, failed.fault().kind().code(), MetaKey.CALL_ID, id.toString()));
            case CallOutcome.Abandoned abandoned -> new Reply.Nothing();
        };
    }

    /** The endings of what fetches a prompt, resource or completion, which has no result that could say an error. */
    static Reply ofContext(CallOutcome outcome, CallId id, ContextRequest request, @Nullable Reply released) {
        return switch (outcome) {
            case CallOutcome.Completed completed -> found(request, released);
            case CallOutcome.Pending ignored -> throw CallOutcome.Pending.elsewhere();
            case CallOutcome.Denied denied ->
                denied.denial().stage() == Denial.Stage.ACCESS
                        ? request.unknown()
                        : error(
                                "the gateway refused this: " + denied.denial().detail(),
                                denied.denial().reason().code(),
                                id);
            case CallOutcome.AwaitingApproval waiting ->
                error("this waits for approval " + waiting.ticket(), "approval_required", id);
            case CallOutcome.Failed failed ->
                error(failed.fault().detail(), failed.fault().kind().code(), id);
            case CallOutcome.Abandoned abandoned -> new Reply.Nothing();
        };
    }

    /** The endings of a request about a task. */
    static Reply ofTask(CallOutcome outcome, CallId id, @Nullable Reply released) {
        return switch (outcome) {
            case CallOutcome.Completed completed -> {
                if (released == null) {
                    throw new IllegalStateException("a request about a task completed without a result");
                }
                yield released;
            }
            case CallOutcome.Pending ignored -> throw CallOutcome.Pending.elsewhere();
            case CallOutcome.Denied denied ->
                error(
                        "the gateway refused this: " + denied.denial().detail(),
                        denied.denial().reason().code(),
                        id);
            case CallOutcome.AwaitingApproval waiting ->
                error("this waits for approval " + waiting.ticket(), "approval_required", id);
            case CallOutcome.Failed failed ->
                error(failed.fault().detail(), failed.fault().kind().code(), id);
            case CallOutcome.Abandoned abandoned -> new Reply.Nothing();
        };
    }

    private static Reply found(ContextRequest request, @Nullable Reply released) {
        if (released == null) {
            throw new IllegalStateException("a " + request.method() + " completed without a result");
        }
        boolean unknownResource = released instanceof Reply.Error(int status, McpError error)
                && request.isOfResource()
                && (error.code() == McpError.RESOURCE_NOT_FOUND || error.code() == McpError.INVALID_PARAMS);
        // In the same words as what is forbidden.
        return unknownResource ? request.unknown() : released;
    }

    private static Reply error(String message, String reason, CallId id) {
        ObjectNode data = JsonRpc.object().put(MetaKey.REASON, reason).put(MetaKey.CALL_ID, id.toString());
        return new Reply.Error(OK, new McpError(McpError.INTERNAL_ERROR, message, RawJson.of(data)));
    }

    private static Reply completed(String tool, @Nullable ToolResult released) {
        if (released == null) {
            throw new IllegalStateException("the call of \"" + tool + "\" completed without a result");
        }
        return new Reply.Result(released.raw());
    }

    private static Reply denied(Denial denial, CallId id) {
        return failure(
                "the gateway refused this tool call: " + denial.detail(),
                Map.of(MetaKey.REASON, denial.reason().code(), MetaKey.CALL_ID, id.toString()));
    }

    private static Reply awaiting(CallOutcome.AwaitingApproval waiting, CallId id) {
        return failure(
                waitingText(waiting),
                Map.of(
                        MetaKey.REASON,
                        "approval_required",
                        MetaKey.CALL_ID,
                        id.toString(),
                        MetaKey.APPROVAL_TICKET,
                        waiting.ticket().toString(),
                        MetaKey.APPROVAL_EXPIRES_AT,
                        waiting.expiresAt().toString()));
    }

    /** What a model is told of a call that waits: nothing by which it could be decided. */
    static String waitingText(CallOutcome.AwaitingApproval waiting) {
        return "this tool call has not run yet: a person must approve it first, as ticket " + waiting.ticket()
                + ", by " + waiting.expiresAt()
                + ". Go on with other work if there is any, and later repeat exactly the same call with exactly"
                + " the same arguments; changed arguments need a new approval."
                + (waiting.note() == null ? "" : " Note: " + waiting.note() + ".");
    }

    static Reply unknownTool(String tool) {
        return new Reply.Error(OK, new McpError(McpError.INVALID_PARAMS, "unknown tool \"" + tool + "\""));
    }

    // Not the command that accepts: a model that reads this may have a shell, and a person is to look.
    static Reply waitingTool(String tool, ToolCatalog.Waiting waiting) {
        int count = waiting.ofServer();
        return new Reply.Error(
                OK,
                new McpError(
                        McpError.INVALID_PARAMS,
                        "unknown tool \"" + tool + "\": " + count + (count == 1 ? " tool" : " tools") + " of server \""
                                + waiting.tool().server() + "\" "
                                + (count == 1 ? "waits" : "wait")
                                + " until a person has looked at what the server says about them; tell whoever runs the"
                                + " gateway, who finds them with: portreeve tools list --waiting"));
    }

    // As with tools: that a person is to look, not how.
    static Reply waiting(Reply unknown, String server) {
        return unknown instanceof Reply.Error(int status, McpError error)
                ? new Reply.Error(
                        status,
                        new McpError(
                                error.code(),
                                error.message() + ": what server \"" + server
                                        + "\" says of it waits until a person has looked at it; tell whoever runs the"
                                        + " gateway, who finds it with: portreeve tools list --waiting",
                                error.data()))
                : unknown;
    }

    static Reply evidenceUnavailable() {
        return new Reply.Error(
                UNAVAILABLE,
                new McpError(
                        McpError.INTERNAL_ERROR,
                        "the gateway cannot record this call now, so nothing of it is released"));
    }

    /** A server's protocol error, as a result that the model can read and that guardrails have seen. */
    static RawJson refusal(McpError error) {
        return result(
                "the tool server refused the call (error " + error.code() + "): " + error.message(),
                JsonRpc.object()
                        .put(MetaKey.REASON, "upstream_refused")
                        .put(MetaKey.UPSTREAM_ERROR_CODE, error.code()));
    }

    private static Reply failure(String text, Map<String, String> meta) {
        ObjectNode metaNode = JsonRpc.object();
        meta.forEach(metaNode::put);
        return new Reply.Result(result(text, metaNode));
    }

    private static RawJson result(String text, ObjectNode meta) {
        ObjectNode result = JsonRpc.object();
        result.putArray("content").addObject().put("type", "text").put("text", text);
        result.put("isError", true);
        result.set("_meta", meta);
        return RawJson.of(result);
    }
}
