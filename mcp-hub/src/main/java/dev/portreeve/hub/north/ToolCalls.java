package dev.portreeve.hub.north;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.price.ToolPrices;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.TaskTurn;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns a {@code tools/call} message into a governed call and its outcome into an answer; the same for both eras. */
final class ToolCalls {
    private static final String CALL_ID_HEADER = "x-portreeve-call-id";

    private final ToolCatalog catalog;
    private final CallGovernor governor;
    private final Supplier<AccessPolicy> access;
    private final RuleFits fits;
    private final PriceFits prices = new PriceFits();
    private final Bridge bridge;
    private final Tasks tasks;
    private final OwnTasks own;
    private final Supplier<CallId> callIds;
    private final AlarmClock alarms;
    private final NorthLimits limits;
    private final ApprovalWait waits;

    ToolCalls(
            ToolCatalog catalog,
            CallGovernor governor,
            Supplier<AccessPolicy> access,
            Bridge bridge,
            Tasks tasks,
            OwnTasks own,
            Supplier<CallId> callIds,
            AlarmClock alarms,
            NorthLimits limits,
            WaitingPages pages) {
        this.catalog = catalog;
        this.governor = governor;
        this.access = access;
        this.fits = new RuleFits(access);
        this.bridge = bridge;
        this.tasks = tasks;
        this.own = own;
        this.callIds = callIds;
        this.alarms = alarms;
        this.limits = limits;
        this.waits = new ApprovalWait(pages, bridge);
    }

    /** Looks whether rules fit what servers say of their tools now. */
    void checkRules() {
        Collection<CatalogTool> tools = catalog.snapshot(new View.Everything()).tools();
        fits.look(tools);
        tools.forEach(prices::of);
    }

    /** What of the tools there are now would not fit other rules, for people. */
    List<String> misfits(AccessPolicy rules) {
        return RuleFits.misfits(rules, catalog.snapshot(new View.Everything()).tools());
    }

    /**
     * Runs one call to its end on the calling thread.
     *
     * @throws dev.portreeve.hub.wire.BadMessage if the params cannot be used
     */
    Reply call(Counterpart caller, @Nullable RawJson params, Answer answer, Cancellation cancellation) {
        CallParams read = CallParams.read(params);
        Optional<CatalogTool> tool = catalog.snapshot(caller.view()).find(read.tool());
        if (tool.isEmpty()) {
            catalog.missed(caller.view(), read.tool());
            // Only who may use a tool hears that it is there.
            return catalog.waiting(caller.view(), read.tool())
                    .filter(waiting -> access.get().mayUse(caller.subject(), waiting.tool()))
                    .map(waiting -> OutcomeReplies.waitingTool(read.tool(), waiting))
                    .orElseGet(() -> OutcomeReplies.unknownTool(read.tool()));
        }
        RawJson wish = read.members().get("task");
        Tasks.Plan plan = plan(caller, tool.get(), wish);
        Reply refusal = Tasks.refusal(plan);
        if (refusal != null && access.get().mayUse(caller.subject(), tool.get().resource())) {
            return refusal;
        }
        RequestMeta meta = RequestMeta.read(params, answer).of(caller, answer);
        Bridge.Errand errand = new Bridge.Errand(
                caller,
                tool.get().owner(),
                read.digest(caller.view(), tool.get().resource()),
                tasks.asking(plan, caller, tool.get().owner(), wish));
        Round round = bridge.open(errand, read.members());
        Beside beside = Beside.of(meta.others(), round.responses());
        TaskTurn turn = takesTask(caller, tool.get(), plan, wish) && round.isFirst() ? TaskTurn.FIRST : null;
        ToolCall call = governed(callIds.get(), caller, tool.get(), read.arguments(), beside, round, meta, turn);
        AlarmClock.Alarm grace = alarms.after(limits.streamAfter(), answer::stream);
        try {
            Work work = new Work(call, tool.get(), plan, errand, round, beside, meta);
            Ended ended = govern(work, answer, cancellation);
            return turn == null ? ended.reply() : own.instead(caller, work.tool(), plan, call.id(), wish, ended);
        } finally {
            grace.close();
        }
    }

    /**
     * How a call ended.
     *
     * @param outcome {@code null} if there is none, or the caller may not know it
     */
    record Ended(Reply reply, @Nullable CallOutcome outcome) {}

    // A tool that its server runs as no task can be called as one of the gateway's if a person may have to approve it.
    private Tasks.Plan plan(Counterpart caller, CatalogTool tool, @Nullable RawJson wish) {
        Tasks.Plan plan = tasks.plan(caller, tool, wish);
        if (plan != Tasks.Plan.REFUSED || !own.areOn() || !access.get().mayAsk(caller.subject(), tool.resource())) {
            return plan;
        }
        return own.hasRoom(caller.subject()) ? Tasks.Plan.OWN : Tasks.Plan.TOO_MANY;
    }

    private boolean takesTask(Counterpart caller, CatalogTool tool, Tasks.Plan plan, @Nullable RawJson wish) {
        boolean wanted = wish != null && (plan == Tasks.Plan.OWN || plan == Tasks.Plan.HAND_OVER);
        boolean takes = OwnTasks.isModern(caller) ? Tasks.declares(caller) : wanted;
        return takes && own.areOn() && access.get().mayAsk(caller.subject(), tool.resource());
    }

    /**
     * Runs what a task of the gateway's own waited for, to its end, on the calling thread; nobody hears of it meanwhile.
     *
     * @param arguments as they were stored when it was asked for
     * @param turn the ticket whose yes is used
     */
    Ended comeBack(
            Counterpart caller,
            CatalogTool tool,
            Arguments arguments,
            TaskTurn turn,
            CallId id,
            Cancellation cancellation) {
        Tasks.Plan plan = tasks.plan(caller, tool, null);
        Bridge.Errand errand =
                new Bridge.Errand(caller, tool.owner(), "", tasks.asking(plan, caller, tool.owner(), null));
        Beside nothing = Beside.of(Map.of(), null);
        RequestMeta meta = new RequestMeta(null, Map.of(), Map.of(), Correlation.NONE);
        ToolCall call = governed(id, caller, tool, arguments, nothing, Round.FIRST, meta, turn);
        return govern(new Work(call, tool, plan, errand, Round.FIRST, nothing, meta), Silence.answer(), cancellation);
    }

    /** All that is known of one call. */
    private record Work(
            ToolCall call,
            CatalogTool tool,
            Tasks.Plan plan,
            Bridge.Errand errand,
            Round round,
            Beside beside,
            RequestMeta meta) {}

    private ToolCall governed(
            CallId id,
            Counterpart caller,
            CatalogTool tool,
            Arguments arguments,
            Beside beside,
            Round round,
            RequestMeta meta,
            @Nullable TaskTurn turn) {
        ToolPrices.Fitted price = prices.of(tool);
        String misfit = fits.misfit(tool);
        return new ToolCall(
                id,
                caller.subject(),
                tool.resource(),
                arguments,
                new Content(Stream.concat(arguments.texts().stream(), beside.texts().stream())
                        .toList()),
                Estimate.of(price.tariff(), arguments),
                tool.readOnly(),
                Deadline.in(bridge.patience(caller, tool.owner().callTimeout())),
                meta.correlation(),
                tool.withheld(),
                misfit == null ? price.misfit() : misfit,
                round.earlier(),
                turn);
    }

    private Ended govern(Work work, Answer answer, Cancellation cancellation) {
        ToolCall call = work.call();
        ReleasedResult released = new ReleasedResult();
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
                        BudgetHeaders.write(answer, cleared.attempts().left());
                        return execute(work, relay, cleared, released, out);
                    }),
                    released);
            if (released.isError && outcome instanceof CallOutcome.Completed && released.result != null) {
                return new Ended(Refused.reply(McpError.URL_ELICITATION_REQUIRED, released.result.raw()), outcome);
            }
            if (isHidden(outcome, call)) {
                return new Ended(OutcomeReplies.unknownTool(work.tool().name()), null);
            }
            answer.header(CALL_ID_HEADER, call.id().toString());
            BudgetHeaders.write(answer, outcome);
            Reply reply = released.instead == null
                    ? waits.of(outcome, work.errand(), work.round(), work.tool().name())
                            .orElseGet(() -> released.noted(
                                    OutcomeReplies.of(
                                            outcome, call.id(), work.tool().name(), released.result),
                                    outcome))
                    : released.instead;
            return new Ended(reply, outcome);
        } catch (EvidenceUnavailable unavailable) {
            return new Ended(OutcomeReplies.evidenceUnavailable(), null);
        }
    }

    // Who may not even see the tool learns nothing from calling it, not even by a header. Who sees it in the list, but
    // may
    // not use it with these arguments, is told so.
    private boolean isHidden(CallOutcome outcome, ToolCall call) {
        return outcome instanceof CallOutcome.Denied denied
                && denied.denial().stage() == Denial.Stage.ACCESS
                && !access.get().mayUse(call.subject(), call.resource());
    }

    private Usage execute(
            Work work, CallRelay relay, Clearance cleared, ReleasedResult released, OutputSink<ToolResult> out)
            throws CallEnded {
        ToolCall call = work.call();
        released.edit = cleared.approval() == null ? null : cleared.approval().edit();
        requireUnchanged(work);
        work.errand().caller().uses(call.resource());
        relay.begin(cleared.aside());
        Content input = cleared.content();
        int own = call.arguments().texts().size();
        RawJson arguments = arguments(call, cleared);
        Beside beside =
                work.beside().with(input.runs().subList(own, input.runs().size()));
        ServerRequest request = ServerRequest.call(
                        call.resource().tool(), arguments, relay.wantsProgress(), meta(work, cleared, beside))
                .with(work.tool().mirrored().headers(arguments))
                .logging(work.errand().caller().logLevel());
        Answered answered = bridge.governed(
                work.errand(),
                request,
                work.round().with(beside.responses(), cleared.approval(), call.id()),
                relay,
                reply -> released.instead = reply);
        Optional<RawJson> task =
                tasks.begun(answered, work.plan(), work.errand().caller(), work.tool(), call.id());
        if (task.isPresent()) {
            out.emit(read(work.tool(), task.get()));
            return Usage.TASK;
        }
        if (UrlElicitation.isRequired(answered)
                && UrlElicitation.canBeSent(work.errand().caller())) {
            released.isError = true;
            out.emit(read(work.tool(), Refused.json(((Answered.Refusal) answered).error())));
            return Usage.UNFINISHED;
        }
        PriceFits.weigh(call.estimate().quote(), answered, out);
        out.emit(result(work.tool(), work.errand().caller(), answered));
        return InputRequired.of(answered).isPresent() ? Usage.UNFINISHED : Usage.NO_TOKENS;
    }

    // What a person saw is what runs, to the byte.
    private static RawJson arguments(ToolCall call, Clearance cleared) {
        Approval approval = cleared.approval();
        int own = call.arguments().texts().size();
        return RawJson.of(
                approval == null
                        ? call.arguments()
                                .withTexts(cleared.content().runs().subList(0, own))
                                .raw()
                        : approval.arguments().canonical());
    }

    // What was approved is what runs, and whoever approves sees the arguments only.
    private static Map<String, RawJson> meta(Work work, Clearance cleared, Beside beside) {
        Map<String, RawJson> meta = new HashMap<>(work.meta().traceContext());
        if (cleared.approval() == null) {
            meta.putAll(beside.meta());
        }
        return meta;
    }

    // Rules, people and budgets spoke about this definition; before that or meanwhile, the server may have changed it.
    private void requireUnchanged(Work work) throws CallEnded {
        ToolCall call = work.call();
        View view = work.errand().caller().view();
        if (!settled(call) || !catalog.offers(view, work.tool().name(), call.resource())) {
            throw changed(
                    "the tool changed while the call was being decided: list the tools again, then repeat the call");
        }
    }

    private boolean settled(ToolCall call) throws CallEnded {
        try {
            return catalog.settle(call.resource().server(), call.deadline());
        } catch (ToolServerFault asleep) {
            throw new CallEnded(new CallOutcome.Failed(asleep.fault()));
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static CallEnded changed(String detail) {
        return new CallEnded(
                new CallOutcome.Denied(new Denial(Denial.Stage.APPROVAL, Denial.Reason.DEFINITION_CHANGED, detail)));
    }

    private static CallEnded failed(UpstreamFault.Kind kind, String detail) {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(kind, 0, detail, true)));
    }

    private ToolResult result(CatalogTool tool, Counterpart caller, Answered answered) throws CallEnded {
        return read(
                tool,
                switch (answered) {
                    case Answered.Result result ->
                        Links.inToolResult(
                                ForeignMeta.without(result.result()),
                                caller.view(),
                                tool.owner().slug());
                    case Answered.Refusal refusal -> refused(tool, refusal.error());
                });
    }

    private static ToolResult read(CatalogTool tool, RawJson result) throws CallEnded {
        try {
            return ToolResult.of(result);
        } catch (MalformedJson unreadable) {
            throw failed(
                    UpstreamFault.Kind.GARBAGE,
                    "tool server \"" + tool.owner().slug() + "\" sent a result that is "
                            + unreadable.problem().message());
        }
    }

    private RawJson refused(CatalogTool tool, McpError error) {
        if (error.code() == McpError.INVALID_PARAMS || error.code() == McpError.METHOD_NOT_FOUND) {
            // Perhaps it does not know the tool any more.
            catalog.refreshSoon(tool.owner().slug());
        }
        return OutcomeReplies.refusal(error);
    }
}
