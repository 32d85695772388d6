package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.TaskRun;
import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Quote;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One governed request about a task at its server, and what of the answer was released. For one request, on its thread. */
final class TaskExchange implements OutputSink<ToolResult> {
    private static final int OK = 200;
    private static final RawJson COMPLETE = RawJson.string("complete");
    private final TaskRequest request;
    private final Quote quote;
    private final Tasks tasks;
    private final TaskQuestions questions;
    private int code;
    /** Of the tool's result, as its server sent it; 0 while there is none. */
    private long resultBytes;

    private @Nullable Reply released;

    /** @param quote what the task's result costs when it comes */
    TaskExchange(TaskRequest request, Quote quote, Tasks tasks, TaskQuestions questions) {
        this.request = request;
        this.quote = quote;
        this.tasks = tasks;
        this.questions = questions;
    }

    /** What passed the guardrails. */
    @Nullable
    Reply released() {
        return released;
    }

    @Override
    public void emit(ToolResult chunk) {
        RawJson json = chunk.raw();
        RawJson message = json.member("message");
        released = code == 0
                ? new Reply.Result(json)
                : new Reply.Error(
                        OK,
                        new McpError(
                                code, message == null ? "" : message.asString().orElse("")));
    }

    Usage run(CallRelay relay, Clearance cleared, OutputSink<ToolResult> out) throws CallEnded {
        request.caller().uses(request.token().tool());
        relay.begin(cleared.aside());
        Beside beside = request.beside().with(cleared.content().runs());
        try {
            Answered answered = ask(relay, beside.responses());
            PriceFits.weigh(quote, resultBytes, out);
            out.emit(ToolResult.of(
                    switch (answered) {
                        case Answered.Result result -> ForeignMeta.without(result.result());
                        case Answered.Refusal(McpError error) -> {
                            // Its words are the server's, so guardrails read them like a result.
                            code = error.code();
                            yield RawJson.object(Map.of(
                                    "message",
                                    RawJson.string(error.message()
                                            .replace(request.token().id(), request.id()))));
                        }
                    }));
            return Usage.NO_TOKENS;
        } catch (ToolServerFault fault) {
            throw new CallEnded(new CallOutcome.Failed(fault.fault()));
        } catch (BadMessage | MalformedJson unreadable) {
            throw new CallEnded(new CallOutcome.Failed(new UpstreamFault(
                    UpstreamFault.Kind.GARBAGE,
                    0,
                    "tool server \"" + request.owner().slug() + "\" answered what cannot be read",
                    true)));
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    private Answered ask(CallRelay relay, @Nullable RawJson responses) throws InterruptedException {
        TaskWatch watch = request.watch();
        if (watch != null && request.method().equals(TaskRequest.LISTEN)) {
            // Before it is looked at, so that nothing happens unheard in between.
            watch.attend(request.ofModernServer());
        }
        if (!request.isOfModernCaller()) {
            return olderToOlder(relay);
        }
        return request.ofModernServer() ? newerToNewer(responses) : newerToOlder(responses);
    }

    private Answered newerToNewer(@Nullable RawJson responses) {
        ServerRequest asked = about(request.asked());
        Answered answered = south(
                responses == null ? asked : asked.withParams(Map.of("inputResponses", responses)), Meanwhile.NOTHING);
        return request.asked().equals(TaskState.GET) ? shown(answered) : answered;
    }

    private Answered olderToOlder(CallRelay relay) {
        // Nobody can be asked on a stream that nobody has; the question waits for one that somebody has.
        Meanwhile ears =
                request.watch() == null ? TaskRun.about(request.token().id(), request.id(), relay) : Meanwhile.NOTHING;
        Answered answered = south(about(request.asked()), ears);
        if (!request.asked().equals(TaskState.RESULT)) {
            return shown(answered);
        }
        if (!(answered instanceof Answered.Result(RawJson result))) {
            return answered;
        }
        resultBytes = result.length();
        return new Answered.Result(linked(TaskState.related(result, request.id())));
    }

    private Answered newerToOlder(@Nullable RawJson responses) throws InterruptedException {
        return switch (request.asked()) {
            case TaskState.UPDATE -> {
                questions.answer(request.id(), responses == null ? RawJson.EMPTY_OBJECT : responses);
                yield acknowledged();
            }
            case TaskState.CANCEL -> {
                Answered answered = south(about(TaskState.CANCEL), Meanwhile.NOTHING);
                questions.forget(request.id());
                // Over already, or never there: in the modern era no reason to refuse.
                yield answered instanceof Answered.Refusal(McpError error) && error.code() != McpError.INVALID_PARAMS
                        ? answered
                        : acknowledged();
            }
            default -> looked(south(about(TaskState.GET), Meanwhile.NOTHING));
        };
    }

    private static Answered acknowledged() {
        return new Answered.Result(RawJson.object(Map.of("resultType", COMPLETE)));
    }

    // One look at a task of the older era, told with its result or its questions as the modern one wants it.
    private Answered looked(Answered answered) throws InterruptedException {
        Optional<TaskState> state = state(answered);
        if (state.isEmpty()) {
            return answered;
        }
        tasks.open().seen(request.id(), state.get());
        Map<String, RawJson> shown = tasks.shown(state.get(), request.id(), true);
        shown.put("resultType", COMPLETE);
        switch (state.get().status()) {
            case "completed", "failed" -> {
                questions.forget(request.id());
                switch (south(about(TaskState.RESULT), Meanwhile.NOTHING)) {
                    case Answered.Result(RawJson result) -> {
                        // A result that says isError is a result.
                        resultBytes = result.length();
                        shown.put("status", RawJson.string("completed"));
                        shown.put("result", completed(linked(TaskState.related(result, null))));
                    }
                    case Answered.Refusal(McpError error) -> {
                        shown.put("status", RawJson.string("failed"));
                        shown.put(
                                "error",
                                RawJson.object(Map.of(
                                        "code", RawJson.of(Integer.toString(error.code())),
                                        "message", RawJson.string(error.message()))));
                    }
                }
            }
            case "input_required" -> {
                Optional<RawJson> asked = questions.of(request);
                shown.put("status", RawJson.string(asked.isPresent() ? "input_required" : "working"));
                asked.ifPresent(requests -> shown.put("inputRequests", requests));
            }
            default -> {
                // Nothing to add.
            }
        }
        return new Answered.Result(RawJson.object(shown));
    }

    private static RawJson completed(RawJson result) {
        Map<String, RawJson> members = new LinkedHashMap<>(result.members());
        members.putIfAbsent("resultType", COMPLETE);
        return RawJson.object(members);
    }

    private RawJson linked(RawJson result) {
        return Links.inToolResult(
                result, request.caller().view(), request.owner().slug());
    }

    // A task in the words of the server's own era, which is the caller's.
    private Answered shown(Answered answered) {
        Optional<TaskState> state = state(answered);
        if (state.isEmpty()) {
            return answered;
        }
        tasks.open().seen(request.id(), state.get());
        Map<String, RawJson> shown = tasks.shown(state.get(), request.id(), request.isOfModernCaller());
        RawJson result = shown.get("result");
        if (result != null && result.isObject()) {
            resultBytes = result.length();
            shown.put("result", linked(result));
        }
        InputRequired asked = InputRequired.ofMembers(shown);
        if (!asked.questions().isEmpty()) {
            shown = new LinkedHashMap<>(request.questioner().shown(asked).members());
        }
        return new Answered.Result(RawJson.object(shown));
    }

    private Optional<TaskState> state(Answered answered) {
        if (!(answered instanceof Answered.Result(RawJson result))) {
            return Optional.empty();
        }
        Optional<TaskState> state = TaskState.of(result)
                .filter(found -> found.id().equals(request.token().id()));
        if (state.isEmpty()) {
            throw new ToolServerFault(new UpstreamFault(
                    UpstreamFault.Kind.GARBAGE,
                    0,
                    "tool server \"" + request.owner().slug()
                            + "\" answered with another task than the one asked about",
                    true));
        }
        return state;
    }

    private ServerRequest about(String method) {
        ServerRequest bare = TaskRun.about(method, request.token().id());
        return new ServerRequest(
                bare.method(),
                bare.name(),
                bare.params(),
                request.meta().traceContext(),
                Map.of(),
                request.caller().logLevel(),
                false);
    }

    private Answered south(ServerRequest asked, Meanwhile ears) {
        return request.owner()
                .server()
                .ask(request.party(), asked, ears, Deadline.in(request.owner().callTimeout()));
    }
}
