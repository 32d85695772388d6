package dev.portreeve.hub.north;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MirroredArguments;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns a {@code tools/call} message into a governed call and its outcome into an answer; the same for both eras. */
final class ToolCalls {
    private static final String CALL_ID_HEADER = "x-portreeve-call-id";
    private static final String PRICE_VERSION = "configuration";

    private final ToolCatalog catalog;
    private final CallGovernor governor;
    private final AccessPolicy access;
    private final Supplier<CallId> callIds;
    private final AlarmClock alarms;
    private final NorthLimits limits;

    ToolCalls(
            ToolCatalog catalog,
            CallGovernor governor,
            AccessPolicy access,
            Supplier<CallId> callIds,
            AlarmClock alarms,
            NorthLimits limits) {
        this.catalog = catalog;
        this.governor = governor;
        this.access = access;
        this.callIds = callIds;
        this.alarms = alarms;
        this.limits = limits;
    }

    /**
     * Runs one call to its end on the calling thread.
     *
     * @throws dev.portreeve.hub.wire.BadMessage if the params cannot be used
     */
    Reply call(Subject subject, View view, @Nullable RawJson params, Answer answer, Cancellation cancellation) {
        CallParams read = CallParams.read(params);
        Optional<CatalogTool> tool = catalog.snapshot(view).find(read.tool());
        if (tool.isEmpty()) {
            catalog.missed(view, read.tool());
            return OutcomeReplies.unknownTool(read.tool());
        }
        ToolCall call = governed(subject, tool.get(), read.arguments());
        AlarmClock.Alarm grace = alarms.after(limits.streamAfter(), answer::stream);
        try {
            return govern(call, tool.get(), read, answer, cancellation);
        } finally {
            grace.close();
        }
    }

    private ToolCall governed(Subject subject, CatalogTool tool, Arguments arguments) {
        return new ToolCall(
                callIds.get(),
                subject,
                tool.resource(),
                arguments,
                new Content(arguments.texts()),
                new Estimate(0, 0, Price.perCall(tool.owner().pricePerCall(), PRICE_VERSION)),
                tool.readOnly(),
                Deadline.in(tool.owner().callTimeout()));
    }

    private Reply govern(ToolCall call, CatalogTool tool, CallParams params, Answer answer, Cancellation cancellation) {
        Released released = new Released();
        RawJson token = params.progressToken();
        try (ProgressRelay relay =
                token == null ? null : ProgressRelay.start(answer, token, alarms, limits.reportEvery())) {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.<ToolResult>guard((input, out) -> {
                        answer.header(CALL_ID_HEADER, call.id().toString());
                        return execute(call, tool, params, relay, input, out);
                    }),
                    released);
            if (isHidden(outcome, call)) {
                return OutcomeReplies.unknownTool(params.tool());
            }
            answer.header(CALL_ID_HEADER, call.id().toString());
            return OutcomeReplies.of(outcome, call.id(), params.tool(), released.result);
        } catch (EvidenceUnavailable unavailable) {
            return OutcomeReplies.evidenceUnavailable();
        }
    }

    // Who may not even see the tool learns nothing from calling it, not even by a header. Who sees it in the list, but
    // may
    // not use it with these arguments, is told so.
    private boolean isHidden(CallOutcome outcome, ToolCall call) {
        return outcome instanceof CallOutcome.Denied denied
                && denied.denial().stage() == Denial.Stage.ACCESS
                && !access.mayUse(call.subject(), call.resource());
    }

    private Usage execute(
            ToolCall call,
            CatalogTool tool,
            CallParams params,
            @Nullable ProgressRelay relay,
            Content input,
            OutputSink<ToolResult> out)
            throws CallEnded {
        requireUnchanged(call, tool);
        if (relay != null) {
            relay.begin();
        }
        RawJson arguments = RawJson.of(call.arguments().withTexts(input.runs()).raw());
        ServerRequest request = ServerRequest.call(
                        call.resource().tool(), arguments, relay != null, params.traceContext())
                .with(MirroredArguments.of(tool.listing().member("inputSchema")).headers(arguments));
        out.emit(ask(tool, request, relay == null ? Meanwhile.NOTHING : relay, call.deadline()));
        return Usage.NO_TOKENS;
    }

    // Rules, people and budgets spoke about this definition; before that or meanwhile, the server may have changed it.
    private void requireUnchanged(ToolCall call, CatalogTool tool) throws CallEnded {
        if (tool.withheld()) {
            throw changed(
                    "the server changed this tool, and nobody has accepted that yet: ask whoever runs the gateway");
        }
        if (!settled(call) || !catalog.offers(call.resource())) {
            throw changed(
                    "the tool changed while the call was being decided: list the tools again, then repeat the call");
        }
    }

    private boolean settled(ToolCall call) {
        try {
            return catalog.settle(call.resource().server(), call.deadline());
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static CallEnded changed(String detail) {
        return new CallEnded(
                new CallOutcome.Denied(new Denial(Denial.Stage.APPROVAL, Denial.Reason.DEFINITION_CHANGED, detail)));
    }

    private ToolResult ask(CatalogTool tool, ServerRequest request, Meanwhile meanwhile, Deadline deadline)
            throws CallEnded {
        try {
            return ToolResult.of(
                    switch (tool.owner().server().ask(Party.GATEWAY, request, meanwhile, deadline)) {
                        case Answered.Result result -> result.result();
                        case Answered.Refusal refusal -> refused(tool, refusal.error());
                    });
        } catch (ToolServerFault fault) {
            throw new CallEnded(new CallOutcome.Failed(fault.fault()));
        } catch (MalformedJson unreadable) {
            throw new CallEnded(new CallOutcome.Failed(new UpstreamFault(
                    UpstreamFault.Kind.GARBAGE,
                    0,
                    "tool server \"" + tool.owner().slug() + "\" sent a result that is "
                            + unreadable.problem().message(),
                    true)));
        }
    }

    private RawJson refused(CatalogTool tool, McpError error) {
        if (error.code() == McpError.INVALID_PARAMS || error.code() == McpError.METHOD_NOT_FOUND) {
            // Perhaps it does not know the tool any more.
            catalog.refreshSoon(tool.owner().slug());
        }
        return OutcomeReplies.refusal(error);
    }

    /** Takes what passed the guardrails: the whole result, once. */
    private static final class Released implements OutputSink<ToolResult> {
        private @Nullable ToolResult result;

        @Override
        public void emit(ToolResult chunk) {
            result = chunk;
        }
    }
}
