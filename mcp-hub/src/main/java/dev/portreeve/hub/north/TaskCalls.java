package dev.portreeve.hub.north;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Tariff;
import dev.portreeve.policy.call.TaskCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests about tasks, as governed calls: what becomes of them, answers to what they ask, their end. Whose task it is says its
 * sealed id.
 */
final class TaskCalls {
    private static final int OK = 200;
    private static final int MAX_ID_CHARS = 8 * 1024;
    private static final String LIST = "tasks/list";
    private static final String CALL_ID_HEADER = "x-portreeve-call-id";

    private final ToolCatalog catalog;
    private final CallGovernor governor;
    private final Tasks tasks;
    private final OwnTaskCalls own;
    private final TaskQuestions questions;
    private final RateLimit rate;
    private final RateLimit looks;
    private final Supplier<CallId> callIds;
    private final AlarmClock alarms;
    private final NorthLimits limits;

    /**
     * @param rate of what callers ask
     * @param looks of what is looked for them
     */
    TaskCalls(
            ToolCatalog catalog,
            CallGovernor governor,
            Tasks tasks,
            OwnTaskCalls own,
            TaskQuestions questions,
            RateLimit rate,
            RateLimit looks,
            Supplier<CallId> callIds,
            AlarmClock alarms,
            NorthLimits limits) {
        this.catalog = catalog;
        this.governor = governor;
        this.tasks = tasks;
        this.own = own;
        this.questions = questions;
        this.rate = rate;
        this.looks = looks;
        this.callIds = callIds;
        this.alarms = alarms;
        this.limits = limits;
    }

    /** Whether callers of the modern era can be given tasks in a view. */
    boolean areForModernCallers(View view) {
        return tasks.announces(view);
    }

    /** Whether callers with a session of the revision that has tasks can be given some in a view. */
    boolean areForOlderCallers(View view) {
        return tasks.announcesOlder(view);
    }

    /** Whether a method is about tasks, in the caller's era. */
    static boolean isAbout(String method, boolean modern) {
        return switch (method) {
            case TaskState.GET, TaskState.CANCEL -> true;
            case TaskState.UPDATE -> modern;
            case TaskState.RESULT, LIST -> !modern;
            default -> false;
        };
    }

    /**
     * Answers one request on the calling thread.
     *
     * @throws BadMessage if the params cannot be used
     */
    Reply call(Counterpart caller, String method, @Nullable RawJson params, Answer answer, Cancellation cancellation) {
        if (caller instanceof Counterpart.Modern && !Tasks.declares(caller)) {
            return MissingCapability.ofExtension(TaskState.EXTENSION).reply();
        }
        if (!rate.admit(caller.subject())) {
            return error(McpError.INTERNAL_ERROR, "too many requests about tasks: mind their poll interval");
        }
        if (method.equals(LIST)) {
            return list(caller, params);
        }
        RawJson responses = params == null ? null : params.member("inputResponses");
        if (method.equals(TaskState.UPDATE) && (responses == null || !responses.isObject())) {
            throw unusable("tasks/update needs inputResponses, an object");
        }
        Beside beside = Beside.of(Map.of(), method.equals(TaskState.UPDATE) ? responses : null);
        String id = id(params);
        RequestMeta meta = RequestMeta.read(params, answer);
        Optional<TaskRequest> request = request(caller, method, id, beside, meta, null);
        AlarmClock.Alarm grace = alarms.after(limits.streamAfter(), answer::stream);
        try {
            return request.isPresent()
                    ? govern(request.get(), answer, cancellation)
                    : own.call(caller, method, id, meta, answer, cancellation).orElseGet(TaskCalls::unknown);
        } finally {
            grace.close();
        }
    }

    /** Looks at a task for a caller who wants to hear of it, and has its server tell from then on; blocks. */
    Reply listen(Counterpart caller, String id, TaskWatch watch) {
        return look(caller, TaskRequest.LISTEN, id, watch);
    }

    /** Looks at a task for a caller who hears of it, as if he did; blocks. */
    Reply look(Counterpart caller, String id, TaskWatch watch) {
        return look(caller, TaskState.GET, id, watch);
    }

    private Reply look(Counterpart caller, String method, String id, TaskWatch watch) {
        Answer nobody = Silence.answer();
        if (!looks.admit(caller.subject())) {
            return error(McpError.INTERNAL_ERROR, "too many tasks are looked at");
        }
        return request(caller, method, id, Beside.of(Map.of(), null), RequestMeta.read(null, nobody), watch)
                .map(request -> govern(request, nobody, watch.cancellation()))
                .orElseGet(TaskCalls::unknown);
    }

    private Optional<TaskRequest> request(
            Counterpart caller, String method, String id, Beside beside, RequestMeta meta, @Nullable TaskWatch watch) {
        return tasks.find(caller, id)
                .flatMap(token -> catalog.server(token.tool().server())
                        .map(owner -> new TaskRequest(
                                caller, method, owner, tasks.isModern(owner), token, id, beside, meta, watch)));
    }

    private static String id(@Nullable RawJson params) {
        RawJson said = params == null ? null : params.member("taskId");
        String id = said == null ? "" : said.asString().orElse("");
        if (id.isEmpty() || id.length() > MAX_ID_CHARS) {
            throw unusable("the params need the id of a task, a string");
        }
        return id;
    }

    private Reply list(Counterpart caller, @Nullable RawJson params) {
        if (params != null && params.member("cursor") != null) {
            // There is only one page, and nobody was given a cursor.
            throw unusable("the cursor is unknown");
        }
        List<RawJson> all = new ArrayList<>(tasks.open().list(caller));
        all.addAll(own.list(caller));
        return new Reply.Result(RawJson.object(Map.of("tasks", RawJson.array(all))));
    }

    private Reply govern(TaskRequest request, Answer answer, Cancellation cancellation) {
        Counterpart caller = request.caller();
        TaskCall call = new TaskCall(
                callIds.get(),
                caller.subject(),
                request.token().tool(),
                request.method(),
                request.token().begunBy(),
                new Content(request.beside().texts()),
                Estimate.of(price(request)),
                !request.changesSomething(),
                Deadline.in(request.owner().callTimeout().plus(questions.answerWithin())),
                request.meta().correlation());
        TaskExchange exchange = new TaskExchange(request, call.estimate().quote(), tasks, questions);
        try (CallRelay relay =
                CallRelay.open(caller, request.owner(), answer, call.deadline(), null, alarms, limits.reportEvery())) {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.<ToolResult>guard((cleared, out) -> {
                        answer.header(CALL_ID_HEADER, call.id().toString());
                        return exchange.run(relay, cleared, out);
                    }),
                    exchange);
            return reply(outcome, call.id(), exchange);
        } catch (EvidenceUnavailable unavailable) {
            return OutcomeReplies.evidenceUnavailable();
        }
    }

    /** Whoever cancels or answers must be able to, whatever is left: no result comes of that. */
    private static Tariff price(TaskRequest request) {
        return request.method().equals(TaskState.CANCEL) || request.method().equals(TaskState.UPDATE)
                ? Tariff.FREE
                : request.owner().prices().ofLaterResult(request.token().tool().tool());
    }

    private static Reply reply(CallOutcome outcome, CallId id, TaskExchange exchange) {
        return outcome instanceof CallOutcome.Denied denied && denied.denial().stage() == Denial.Stage.ACCESS
                ? unknown()
                : OutcomeReplies.ofTask(outcome, id, exchange.released());
    }

    /** What a caller is told of any id that names no task of his. */
    static Reply unknown() {
        return error(McpError.INVALID_PARAMS, "unknown task: it is over, was never begun, or is somebody else's");
    }

    private static Reply error(int code, String message) {
        return new Reply.Error(OK, new McpError(code, message));
    }

    private static BadMessage unusable(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }
}
