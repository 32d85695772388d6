package dev.portreeve.hub.north;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs what fetches prompts, resources and completions as governed calls; the same for both eras. */
final class ContextCalls {
    private static final String CALL_ID_HEADER = "x-portreeve-call-id";
    private static final Estimate FREE = new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "configuration"));

    private final CallGovernor governor;
    private final Bridge bridge;
    private final ContextFinder finder;
    private final Supplier<CallId> callIds;
    private final AlarmClock alarms;
    private final NorthLimits limits;

    ContextCalls(
            CallGovernor governor,
            Bridge bridge,
            ContextFinder finder,
            Supplier<CallId> callIds,
            AlarmClock alarms,
            NorthLimits limits) {
        this.governor = governor;
        this.bridge = bridge;
        this.finder = finder;
        this.callIds = callIds;
        this.alarms = alarms;
        this.limits = limits;
    }

    /**
     * Runs one call to its end on the calling thread.
     *
     * @throws BadMessage if the params cannot be used
     */
    Reply call(
            Counterpart caller,
            ContextRequest request,
            @Nullable RawJson params,
            Answer answer,
            Cancellation cancellation) {
        RequestMeta meta = RequestMeta.read(params, answer);
        Bridge.Errand errand = new Bridge.Errand(
                caller, request.owner(), request.digest(caller), request.owner().server()::ask);
        Round round = bridge.open(errand, params == null ? Map.of() : params.members());
        Beside beside = Beside.of(meta.others(), round.responses());
        AlarmClock.Alarm grace = alarms.after(limits.streamAfter(), answer::stream);
        try {
            return govern(
                    new Work(governed(caller, request, beside, meta), request, errand, round, beside, meta),
                    answer,
                    cancellation);
        } finally {
            grace.close();
        }
    }

    /** All that is known of one call. */
    private record Work(
            ContextCall call,
            ContextRequest request,
            Bridge.Errand errand,
            Round round,
            Beside beside,
            RequestMeta meta) {}

    private ContextCall governed(Counterpart caller, ContextRequest request, Beside beside, RequestMeta meta) {
        Arguments arguments = request.arguments();
        return new ContextCall(
                callIds.get(),
                caller.subject(),
                request.resource(),
                request.method(),
                arguments,
                new Content(Stream.concat(arguments.texts().stream(), beside.texts().stream())
                        .toList()),
                FREE,
                Deadline.in(bridge.patience(caller, request.owner().callTimeout())),
                meta.correlation(),
                request.standing().hash(),
                request.isWithheld());
    }

    private Reply govern(Work work, Answer answer, Cancellation cancellation) {
        Released released = new Released();
        ContextCall call = work.call();
        try (CallRelay relay = CallRelay.open(
                work.errand().caller(),
                work.errand().server(),
                answer,
                call.deadline(),
                work.meta().progressToken(),
                alarms,
                limits.reportEvery())) {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.<ToolResult>guard((cleared, out) -> {
                        answer.header(CALL_ID_HEADER, call.id().toString());
                        return execute(work, relay, cleared, released, out);
                    }),
                    released);
            Reply instead = released.instead;
            return instead == null
                    ? OutcomeReplies.ofContext(outcome, call.id(), work.request(), released.result)
                    : instead;
        } catch (EvidenceUnavailable unavailable) {
            return OutcomeReplies.evidenceUnavailable();
        }
    }

    private Usage execute(Work work, CallRelay relay, Clearance cleared, Released released, OutputSink<ToolResult> out)
            throws CallEnded {
        finder.requireUnchanged(work.request(), work.call().deadline());
        work.errand().caller().uses(work.call().resource());
        relay.begin(cleared.aside());
        Content input = cleared.content();
        int own = work.call().arguments().texts().size();
        RawJson screened = RawJson.of(
                work.call().arguments().withTexts(input.runs().subList(0, own)).raw());
        Beside beside =
                work.beside().with(input.runs().subList(own, input.runs().size()));
        Map<String, RawJson> meta = new HashMap<>(beside.meta());
        meta.putAll(work.meta().traceContext());
        ContextRequest asked = work.request();
        ServerRequest request = new ServerRequest(
                asked.method(),
                asked.headerName(),
                asked.params(screened),
                meta,
                Map.of(),
                work.errand().caller().logLevel(),
                relay.wantsProgress());
        Answered answered = bridge.governed(
                work.errand(),
                request,
                work.round()
                        .with(
                                beside.responses(),
                                cleared.approval(),
                                work.call().id()),
                relay,
                reply -> released.instead = reply);
        out.emit(result(work, answered, released));
        return InputRequired.of(answered).isPresent() ? Usage.UNFINISHED : Usage.NO_TOKENS;
    }

    private static CallEnded failed(String detail, UpstreamFault.Kind kind) {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(kind, 0, detail, true)));
    }

    private static ToolResult result(Work work, Answered answered, Released released) throws CallEnded {
        ServerEntry owner = work.request().owner();
        try {
            return released.taking(
                    answered instanceof Answered.Result(RawJson result)
                            ? new Answered.Result(work.request()
                                    .linked(result, work.errand().caller().view()))
                            : answered);
        } catch (MalformedJson unreadable) {
            throw failed(
                    "tool server \"" + owner.slug() + "\" sent a result that is "
                            + unreadable.problem().message(),
                    UpstreamFault.Kind.GARBAGE);
        }
    }

    /** What passed the guardrails. */
    static final class Released implements OutputSink<ToolResult> {
        private @Nullable Reply result;
        private @Nullable Reply instead;
        private int code;

        /** An answer as guardrails read it. */
        ToolResult taking(Answered answered) {
            return switch (answered) {
                case Answered.Result result -> ToolResult.of(result.result());
                case Answered.Refusal refusal -> {
                    // Its words are the server's, so guardrails read them like a result.
                    code = refusal.error().code();
                    yield ToolResult.of(Refused.json(refusal.error()));
                }
            };
        }

        /** What was released; {@code null} if nothing was. */
        @Nullable
        Reply reply() {
            return result;
        }

        @Override
        public void emit(ToolResult chunk) {
            RawJson json = chunk.raw();
            result = code == 0 ? new Reply.Result(json) : Refused.reply(code, json);
        }
    }
}
