package dev.portreeve.hub.north;

import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.task.KeptTask;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own tasks in the words of either era. Nothing in them decides anything: a model may read them.
 *
 * <p>A task that waits for a person is {@code working}: {@code input_required} would say that its caller has to answer something. What did
 * not run is {@code failed}, with the reason, or {@code cancelled} if it was taken back. A result that says {@code isError} is a failed
 * task in 2025-11-25 and a completed one in 2026-07-28.
 */
final class OwnTaskWords {
    private static final int OK = 200;
    private static final Duration POLL_WAITING = Duration.ofSeconds(3);
    private static final Duration POLL_RUNNING = Duration.ofSeconds(1);
    private static final String RESULT = "result";
    private static final String ERROR = "error";
    private static final String STATUS_MESSAGE = "statusMessage";
    private static final String META = "_meta";
    private static final RawJson LOST = failure(
            "the gateway was stopped while the call ran: whether it took effect is not known. It is not run again.",
            "unknown_end");

    private final WaitingPages pages;

    OwnTaskWords(WaitingPages pages) {
        this.pages = pages;
    }

    /** The answer to the call that began it. */
    Reply begun(KeptTask task, String id, boolean modern, @Nullable Ticket ticket) {
        Map<String, RawJson> shown = shown(task, id, modern, ticket);
        Map<String, RawJson> meta = new LinkedHashMap<>();
        if (task.ticket() != null) {
            meta.put(MetaKey.REASON, RawJson.string("approval_required"));
            meta.put(MetaKey.APPROVAL_TICKET, RawJson.string(task.ticket().toString()));
            if (ticket != null) {
                meta.put(
                        MetaKey.APPROVAL_EXPIRES_AT,
                        RawJson.string(ticket.expiresAt().toString()));
            }
        }
        if (modern) {
            shown.put("resultType", RawJson.string("task"));
            if (!meta.isEmpty()) {
                shown.put(META, RawJson.object(meta));
            }
            return new Reply.Result(RawJson.object(shown));
        }
        if (!task.state().isOver()) {
            meta.put(
                    "io.modelcontextprotocol/model-immediate-response",
                    RawJson.string("This tool call has not run yet: a person must approve it first, as ticket "
                            + task.ticket()
                            + ". It runs by itself once that has happened, so there is no need to repeat"
                            + " it; go on with other work if there is any."));
        }
        Map<String, RawJson> result = new LinkedHashMap<>();
        result.put("task", RawJson.object(shown));
        if (!meta.isEmpty()) {
            result.put(META, RawJson.object(meta));
        }
        return new Reply.Result(RawJson.object(result));
    }

    /** A task without its result. */
    Map<String, RawJson> shown(KeptTask task, String id, boolean modern, @Nullable Ticket ticket) {
        Map<String, RawJson> shown = new LinkedHashMap<>();
        shown.put("taskId", RawJson.string(id));
        shown.put("status", RawJson.string(status(task, modern)));
        String message = message(task, ticket);
        if (!message.isEmpty()) {
            shown.put(STATUS_MESSAGE, RawJson.string(message));
        }
        shown.put("createdAt", RawJson.string(task.createdAt().toString()));
        shown.put("lastUpdatedAt", RawJson.string(task.changedAt().toString()));
        shown.put(modern ? "ttlMs" : "ttl", millis(Duration.between(task.createdAt(), task.expiresAt())));
        shown.put(
                modern ? "pollIntervalMs" : "pollInterval",
                millis(task.state() == KeptTask.State.WAITING ? POLL_WAITING : POLL_RUNNING));
        return shown;
    }

    /** A task of the modern era with what became of it. */
    Map<String, RawJson> whole(KeptTask task, String id, @Nullable Ticket ticket) {
        Map<String, RawJson> shown = shown(task, id, true, ticket);
        RawJson outcome = task.outcome();
        if (outcome != null) {
            RawJson result = outcome.member(RESULT);
            switch (status(task, true)) {
                case "completed" -> shown.put(RESULT, result == null ? RawJson.EMPTY_OBJECT : completed(result));
                case "failed" -> shown.put(ERROR, error(outcome));
                default -> {
                    // Its message says why.
                }
            }
        }
        return shown;
    }

    /** What {@code tasks/result} answers about a task of the older era that is over. */
    static Reply result(KeptTask task, String id) {
        RawJson outcome = task.outcome() == null ? RawJson.EMPTY_OBJECT : task.outcome();
        RawJson result = outcome.member(RESULT);
        if (result != null) {
            return new Reply.Result(TaskState.related(result, id));
        }
        RawJson error = error(outcome);
        return new Reply.Error(
                OK, new McpError(McpError.INTERNAL_ERROR, text(error.member("message")), error.member("data")));
    }

    private static RawJson completed(RawJson result) {
        Map<String, RawJson> members = new LinkedHashMap<>(result.members());
        members.putIfAbsent("resultType", RawJson.string("complete"));
        return RawJson.object(members);
    }

    private static String status(KeptTask task, boolean modern) {
        return switch (task.state()) {
            case WAITING, RUNNING -> "working";
            case COMPLETED -> !modern && isError(task) ? "failed" : "completed";
            case REFUSED -> "failed";
            case CANCELLED -> "cancelled";
        };
    }

    private static boolean isError(KeptTask task) {
        RawJson result = task.outcome() == null ? null : task.outcome().member(RESULT);
        RawJson said = result == null ? null : result.member("isError");
        return said != null && said.isTrue();
    }

    private String message(KeptTask task, @Nullable Ticket ticket) {
        return switch (task.state()) {
            case WAITING -> ticket == null ? "it waits for approval " + task.ticket() : waiting(ticket);
            case RUNNING -> "it was approved, and runs";
            case COMPLETED -> "";
            case REFUSED, CANCELLED ->
                text(error(task.outcome() == null ? RawJson.EMPTY_OBJECT : task.outcome())
                        .member("message"));
        };
    }

    private String waiting(Ticket ticket) {
        return "a person must approve this call first, as ticket " + ticket.id() + ", by " + ticket.expiresAt()
                + ", because of " + ticket.request().rules()
                + pages.of(ticket.tenant(), ticket.id())
                        .map(page -> "; how it stands: " + page)
                        .orElse("");
    }

    /** How a governed call ended, to be kept. */
    static KeptTask.End end(ToolCalls.Ended ended) {
        return switch (ended.reply()) {
            case Reply.Result(RawJson result) ->
                new KeptTask.End(state(ended.outcome()), RawJson.object(Map.of(RESULT, result)));
            case Reply.Error(int status, McpError error) -> {
                Map<String, RawJson> members = new LinkedHashMap<>();
                members.put("code", RawJson.of(Integer.toString(error.code())));
                members.put("message", RawJson.string(error.message()));
                RawJson data = error.data();
                if (data != null) {
                    members.put("data", data);
                }
                yield new KeptTask.End(KeptTask.State.REFUSED, RawJson.object(Map.of(ERROR, RawJson.object(members))));
            }
            case Reply.Nothing() ->
                new KeptTask.End(
                        KeptTask.State.REFUSED,
                        failure(
                                "the call was stopped while it ran: whether it took effect is not known",
                                "unknown_end"));
        };
    }

    private static KeptTask.State state(@Nullable CallOutcome outcome) {
        return switch (outcome) {
            case CallOutcome.Completed ignored -> KeptTask.State.COMPLETED;
            case CallOutcome.Denied(Denial denial, var budget, var allowance)
            when denial.reason() == Denial.Reason.APPROVAL_WITHDRAWN -> KeptTask.State.CANCELLED;
            case null, default -> KeptTask.State.REFUSED;
        };
    }

    /** The end of a task whose gateway died while it ran. */
    static KeptTask.End lost() {
        return new KeptTask.End(KeptTask.State.REFUSED, LOST);
    }

    /** The end of a task that its caller cancelled. */
    static KeptTask.End cancelled(boolean ran) {
        return new KeptTask.End(
                KeptTask.State.CANCELLED,
                failure(
                        ran
                                ? "its caller cancelled it while it ran: whether it took effect is not known"
                                : "its caller cancelled it before it ran",
                        "cancelled"));
    }

    /** The end of a task whose result is too long to be kept. */
    static KeptTask.End tooLong(CallId run, int bytes) {
        return new KeptTask.End(
                KeptTask.State.REFUSED,
                failure(
                        "call " + run + " ran, and its result of " + bytes + " bytes is longer than what is kept",
                        "result_too_long"));
    }

    private static RawJson failure(String message, String reason) {
        return RawJson.object(Map.of(
                ERROR, error(message, RawJson.object(Map.of(MetaKey.REASON, RawJson.string(reason))))));
    }

    private static RawJson error(String message, @Nullable RawJson data) {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("code", RawJson.of(Integer.toString(McpError.INTERNAL_ERROR)));
        members.put("message", RawJson.string(message));
        if (data != null) {
            members.put("data", data);
        }
        return RawJson.object(members);
    }

    // What did not run has a result that a model can read; the modern era wants an error of the protocol for it.
    private static RawJson error(RawJson outcome) {
        RawJson error = outcome.member(ERROR);
        RawJson result = outcome.member(RESULT);
        if (error != null) {
            return error;
        }
        if (result == null) {
            return error("what became of it can no longer be read", null);
        }
        RawJson content = result.member("content");
        List<RawJson> parts = content == null || !content.isArray() ? List.of() : content.elements();
        String message = parts.isEmpty() ? "" : text(parts.getFirst().member("text"));
        return error(message, result.member(META));
    }

    private static String text(@Nullable RawJson value) {
        return value == null ? "" : value.asString().orElse("");
    }

    private static RawJson millis(Duration time) {
        return RawJson.of(Long.toString(time.toMillis()));
    }
}
