package dev.portreeve.hub.north;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.task.KeptTask;
import dev.portreeve.hub.task.TasksUnavailable;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests about the gateway's own tasks, as governed calls: whoever may not use the tool any more learns nothing. Whoever looks at a task
 * whose approval was decided has it run. Thread-safe.
 */
final class OwnTaskCalls implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final Estimate FREE = new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "configuration"));
    /** A look waits as long for what it had run, so that quick tools are done with it. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /** The longest that {@code tasks/result} waits for an end. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final ToolCatalog catalog;
    private final CallGovernor governor;
    private final OwnTasks tasks;
    private final OwnTaskRuns runs;
    private final Supplier<CallId> callIds;

    OwnTaskCalls(
            ToolCatalog catalog, CallGovernor governor, OwnTasks tasks, OwnTaskRuns runs, Supplier<CallId> callIds) {
        this.catalog = catalog;
        this.governor = governor;
        this.tasks = tasks;
        this.runs = runs;
        this.callIds = callIds;
    }

    /** As {@code tasks/list} has them; none while nobody knows. */
    List<RawJson> list(Counterpart caller) {
        try {
            return tasks.list(caller);
        } catch (TasksUnavailable away) {
            return List.of();
        }
    }

    /**
     * Answers a request about a task of the gateway's own, on the calling thread; blocks.
     *
     * @return empty if the id is of no such task of this caller
     */
    Optional<Reply> call(
            Counterpart caller, String method, String id, RequestMeta meta, Answer answer, Cancellation cancellation) {
        try {
            Optional<KeptTask> task = tasks.find(caller, id);
            Optional<ServerEntry> owner =
                    task.flatMap(found -> catalog.server(found.tool().server()));
            return owner.map(server -> govern(new Request(caller, method, id, task.get()), meta, answer, cancellation));
        } catch (TasksUnavailable away) {
            return Optional.of(unavailable());
        }
    }

    private record Request(Counterpart caller, String method, String id, KeptTask task) {}

    private Reply govern(Request request, RequestMeta meta, Answer answer, Cancellation cancellation) {
        boolean changes = request.method().equals(TaskState.CANCEL);
        TaskCall call = new TaskCall(
                callIds.get(),
                request.caller().subject(),
                request.task().tool(),
                request.method(),
                request.task().begunBy(),
                new Content(List.of()),
                FREE,
                !changes,
                Deadline.in(PATIENCE),
                meta.correlation());
        Said said = new Said();
        try {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.<ToolResult>guard((cleared, out) -> {
                        answer.header("x-portreeve-call-id", call.id().toString());
                        return execute(request, said, out);
                    }),
                    said);
            return outcome instanceof CallOutcome.Denied denied
                            && denied.denial().stage() == Denial.Stage.ACCESS
                    ? TaskCalls.unknown()
                    : OutcomeReplies.ofTask(outcome, call.id(), said.released);
        } catch (EvidenceUnavailable unavailable) {
            return OutcomeReplies.evidenceUnavailable();
        }
    }

    private Usage execute(Request request, Said said, OutputSink<ToolResult> out) throws CallEnded {
        try {
            Reply reply = answer(request);
            switch (reply) {
                case Reply.Result(RawJson result) -> out.emit(ToolResult.of(result));
                case Reply.Error(int status, McpError error) -> {
                    said.error = error;
                    out.emit(ToolResult.of(RawJson.object(Map.of("message", RawJson.string(error.message())))));
                }
                case Reply.Nothing() -> throw new IllegalStateException("a request about a task has an answer");
            }
            return Usage.NO_TOKENS;
        } catch (TasksUnavailable away) {
            throw new CallEnded(new CallOutcome.Failed(new UpstreamFault(
                    UpstreamFault.Kind.UNREACHABLE, 0, "the gateway's tasks cannot be read now: ask again", true)));
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    private Reply answer(Request request) throws InterruptedException {
        boolean modern = OwnTasks.isModern(request.caller());
        return switch (request.method()) {
            case TaskState.GET -> shown(request, looked(request, LINGER));
            case TaskState.RESULT -> result(request);
            case TaskState.CANCEL -> {
                if (request.task().state().isOver() && !modern) {
                    yield error(McpError.INVALID_PARAMS, "the task is over already, so it cannot be cancelled");
                }
                KeptTask cancelled = Undisturbed.get("hub-cancel-task", () -> runs.cancel(request.task()));
                yield modern ? acknowledged() : shown(request, cancelled);
            }
            // It asks its caller nothing.
            default -> acknowledged();
        };
    }

    private KeptTask looked(Request request, Duration linger) throws InterruptedException {
        KeptTask settled =
                Undisturbed.get("hub-look-at-task", () -> runs.settle(tasks.again(request.task()), request.caller()));
        if (settled.state() != KeptTask.State.RUNNING) {
            return settled;
        }
        runs.linger(settled, linger);
        return Undisturbed.get("hub-look-at-task", () -> tasks.again(settled));
    }

    // The older era's way to wait: until there is a result, whoever decides and whatever runs.
    private Reply result(Request request) throws InterruptedException {
        Deadline patience = Deadline.in(PATIENCE.minus(LINGER));
        CountDownLatch never = new CountDownLatch(1);
        KeptTask task = looked(request, LOOK_EVERY);
        while (!task.state().isOver()) {
            if (!patience.remaining().isPositive()) {
                return error(
                        McpError.INTERNAL_ERROR,
                        "the task still waits: look at it with tasks/get, and come back later");
            }
            boolean ignored = never.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            task = looked(request, LOOK_EVERY);
        }
        return OwnTaskWords.result(task, request.id());
    }

    private Reply shown(Request request, KeptTask task) throws InterruptedException {
        return Undisturbed.get("hub-look-at-task", () -> {
            Map<String, RawJson> members = OwnTasks.isModern(request.caller())
                    ? tasks.words().whole(task, request.id(), tasks.ticket(task).orElse(null))
                    : tasks.words()
                            .shown(task, request.id(), false, tasks.ticket(task).orElse(null));
            return new Reply.Result(RawJson.object(members));
        });
    }

    private static Reply acknowledged() {
        return new Reply.Result(RawJson.object(Map.of("resultType", RawJson.string("complete"))));
    }

    private static Reply error(int code, String message) {
        return new Reply.Error(OK, new McpError(code, message));
    }

    private static Reply unavailable() {
        return new Reply.Error(
                UNAVAILABLE,
                new McpError(McpError.INTERNAL_ERROR, "the gateway's tasks cannot be read now: ask again"));
    }

    /** What passed the guardrails: the whole answer, once. */
    private static final class Said implements OutputSink<ToolResult> {
        private @Nullable McpError error;
        private @Nullable Reply released;

        @Override
        public void emit(ToolResult chunk) {
            RawJson json = chunk.raw();
            McpError refused = error;
            if (refused == null) {
                released = new Reply.Result(json);
                return;
            }
            RawJson message = json.member("message");
            released = new Reply.Error(
                    OK,
                    new McpError(
                            refused.code(),
                            message == null ? "" : message.asString().orElse(""),
                            refused.data()));
        }
    }

    /** Stops what runs. */
    @Override
    public void close() {
        runs.close();
    }
}
