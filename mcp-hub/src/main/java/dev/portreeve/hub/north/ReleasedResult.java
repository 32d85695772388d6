package dev.portreeve.hub.north;

import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.OutputSink;
import org.jspecify.annotations.Nullable;

/** Takes what passed the guardrails of one call: the whole result, once. For one thread. */
final class ReleasedResult implements OutputSink<ToolResult> {
    @Nullable
    ToolResult result;

    /** Whether the result is a protocol error that a caller must see as such. */
    boolean isError;

    /** What an approver changed before the call ran. */
    Approval.@Nullable Edit edit;

    /** What the caller is told instead of the outcome, in the protocol's own words. */
    @Nullable
    Reply instead;

    @Override
    public void emit(ToolResult chunk) {
        result = chunk;
    }

    /** The reply, which says so if something else ran than was asked for. */
    Reply noted(Reply reply, CallOutcome outcome) {
        return edit != null && outcome instanceof CallOutcome.Completed && reply instanceof Reply.Result(var json)
                ? new Reply.Result(EditNote.in(json, edit))
                : reply;
    }
}
