package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs a tool call that its server makes a task of to the task's end, for a caller who knows no tasks: one request with one
 * answer. If nobody waits for that any more, the server is asked to cancel the task. Blocks as {@link ToolServer#ask} does.
 */
public final class TaskRun {
    private static final Duration SHORTEST_POLL = Duration.ofMillis(100);
    private static final Duration LONGEST_POLL = Duration.ofSeconds(5);
    private static final Duration COURTESY = Duration.ofSeconds(5);
    private static final String ELICITATION = "elicitation/create";

    private final String slug;
    private final ToolServer server;
    private final Party party;
    private final Meanwhile meanwhile;

    /** @param meanwhile hears what the task says and asks */
    public TaskRun(String slug, ToolServer server, Party party, Meanwhile meanwhile) {
        this.slug = slug;
        this.server = server;
        this.party = party;
        this.meanwhile = meanwhile;
    }

    /** A call that is a task from its beginning on (2025-11-25). */
    public Answered older(ServerRequest call, Duration ttl, Deadline deadline) {
        Answered begun = server.ask(
                party,
                call.withParams(Map.of("task", RawJson.of("{\"ttl\":" + ttl.toMillis() + "}"))),
                meanwhile,
                deadline);
        Optional<TaskState> task = TaskState.begunBy(begun, false);
        if (task.isEmpty()) {
            return begun;
        }
        String id = task.get().id();
        try {
            return switch (server.ask(party, about(TaskState.RESULT, id), about(id, null, meanwhile), deadline)) {
                case Answered.Result(RawJson result) -> new Answered.Result(TaskState.related(result, null));
                case Answered.Refusal refusal -> refusal;
            };
        } catch (RuntimeException givenUp) {
            cancel(id);
            throw givenUp;
        }
    }

    /** A call that its server refuses to answer but with a task (2026-07-28). */
    public Answered newer(ServerRequest call, Deadline deadline) {
        Answered begun = server.ask(party, call, meanwhile, deadline);
        Optional<TaskState> task = TaskState.begunBy(begun, true);
        if (task.isEmpty()) {
            return begun;
        }
        String id = task.get().id();
        try {
            return polled(id, task.get(), deadline);
        } catch (InterruptedException left) {
            cancel(id);
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        } catch (RuntimeException givenUp) {
            cancel(id);
            throw givenUp;
        }
    }

    private Answered polled(String id, TaskState begun, Deadline deadline) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Set<String> answered = new HashSet<>();
        TaskState state = begun;
        Deadline until = deadline;
        while (true) {
            switch (state.status()) {
                case "completed" -> {
                    RawJson result = state.members().get("result");
                    if (result == null || !result.isObject()) {
                        throw ToolServerFault.garbage(slug, "completed a task without a result");
                    }
                    return new Answered.Result(result);
                }
                case "failed" -> {
                    return new Answered.Refusal(error(state.members().get("error")));
                }
                case "cancelled" -> {
                    return new Answered.Refusal(new McpError(McpError.INTERNAL_ERROR, "the task was cancelled"));
                }
                case "input_required" -> until = answer(id, state, answered, until);
                default -> {
                    // It works.
                }
            }
            Duration pause = between(state.pollInterval().orElse(SHORTEST_POLL));
            if (until.remaining().compareTo(pause) <= 0) {
                throw ToolServerFault.timeout(slug);
            }
            boolean ignored = never.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            Answered got = server.ask(party, about(TaskState.GET, id), Meanwhile.NOTHING, until);
            if (!(got instanceof Answered.Result(RawJson result))) {
                return got;
            }
            state = TaskState.of(result).orElseThrow(() -> ToolServerFault.garbage(slug, "answered without a task"));
        }
    }

    private static Duration between(Duration poll) {
        if (poll.compareTo(SHORTEST_POLL) < 0) {
            return SHORTEST_POLL;
        }
        return poll.compareTo(LONGEST_POLL) > 0 ? LONGEST_POLL : poll;
    }

    // The time that the caller takes does not count.
    private Deadline answer(String id, TaskState state, Set<String> answered, Deadline until)
            throws InterruptedException {
        RawJson questions = state.members().get("inputRequests");
        Duration left = until.remaining();
        Map<String, RawJson> responses = new LinkedHashMap<>();
        for (Map.Entry<String, RawJson> one : questions == null
                ? Set.<Map.Entry<String, RawJson>>of()
                : questions.members().entrySet()) {
            if (answered.add(one.getKey())) {
                responses.put(one.getKey(), response(one.getValue()));
            }
        }
        if (!responses.isEmpty()) {
            Answered ignored = server.ask(
                    party,
                    about(TaskState.UPDATE, id).withParams(Map.of("inputResponses", RawJson.object(responses))),
                    Meanwhile.NOTHING,
                    Deadline.in(left));
        }
        return Deadline.in(left);
    }

    private RawJson response(RawJson question) throws InterruptedException {
        RawJson said = question.member("method");
        String method = said == null ? "" : said.asString().orElse("");
        return switch (meanwhile.question(
                new JsonRpcMessage.Request(RequestId.of(0), method, question.member("params")))) {
            case Answered.Result result -> result.result();
            case Answered.Refusal refusal -> {
                if (method.equals(ELICITATION)) {
                    yield RawJson.of("{\"action\":\"cancel\"}");
                }
                throw ToolServerFault.garbage(slug, "asked the caller for " + method + " and got no answer");
            }
        };
    }

    private static McpError error(@Nullable RawJson error) {
        RawJson code = error == null ? null : error.member("code");
        RawJson message = error == null ? null : error.member("message");
        return new McpError(
                code == null || !code.toString().matches("-?\\d{1,9}")
                        ? McpError.INTERNAL_ERROR
                        : Integer.parseInt(code.toString()),
                message == null ? "the task failed" : message.asString().orElse("the task failed"));
    }

    // On another thread: this one may be interrupted, and nobody should wait for a courtesy.
    private void cancel(String id) {
        Thread.ofVirtual().name("hub-" + slug + "-cancel-task").start(() -> {
            try {
                Answered ignored =
                        server.ask(party, about(TaskState.CANCEL, id), Meanwhile.NOTHING, Deadline.in(COURTESY));
            } catch (ToolServerFault unheard) {
                // It ends by itself then, at the latest after its time to live.
                return;
            }
        });
    }

    /** A request about one task of a server. */
    public static ServerRequest about(String method, String id) {
        return new ServerRequest(method, id, Map.of("taskId", RawJson.string(id)), Map.of(), Map.of(), null, false);
    }

    /**
     * Ears for one task: what a shared connection brings about another one is not its caller's to answer.
     *
     * @param known the id under which its caller knows it; {@code null} if he knows of no task
     */
    public static Meanwhile about(String id, @Nullable String known, Meanwhile meanwhile) {
        return new Meanwhile() {
            @Override
            public void progress(ObjectNode params) {
                meanwhile.progress(params);
            }

            @Override
            public void notification(JsonRpcMessage.Notification notification) {
                meanwhile.notification(notification);
            }

            @Override
            public Answered question(JsonRpcMessage.Request question) throws InterruptedException {
                RawJson params = question.params();
                boolean another = TaskState.related(params)
                        .filter(related -> !related.equals(id))
                        .isPresent();
                return another
                        ? Meanwhile.NOTHING.question(question)
                        : meanwhile.question(new JsonRpcMessage.Request(
                                question.id(),
                                question.method(),
                                params == null ? null : TaskState.related(params, known)));
            }
        };
    }
}
