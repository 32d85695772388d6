package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.RawJson;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task as a server of either era describes it: flat in a result of revision 2026-07-28, under {@code task} in the one that
 * begins it in 2025-11-25. Times are durations in milliseconds in both, under different names.
 *
 * @param members all of it, as it was sent
 */
public record TaskState(Map<String, RawJson> members) {
    /** What a client of the modern era declares, and what a result with a task in it needs. */
    public static final String EXTENSION = "io.modelcontextprotocol/tasks";

    public static final String GET = "tasks/get";
    public static final String RESULT = "tasks/result";
    public static final String CANCEL = "tasks/cancel";
    public static final String UPDATE = "tasks/update";
    private static final String RELATED = "io.modelcontextprotocol/related-task";
    /** Longer ids would not fit into a header once they are sealed. */
    private static final int MAX_ID_CHARS = 1024;

    /** The task that an answer to {@code tools/call} began; empty if it is any other answer, or names no task. */
    public static Optional<TaskState> begunBy(Answered answered, boolean modern) {
        if (!(answered instanceof Answered.Result(RawJson result))) {
            return Optional.empty();
        }
        RawJson type = result.member("resultType");
        RawJson task = modern ? result : result.member("task");
        boolean begun = modern ? isText(type, "task") : task != null && task.isObject();
        return begun && task != null
                ? Optional.of(new TaskState(task.members())).filter(TaskState::hasId)
                : Optional.empty();
    }

    /** What {@code tasks/get} and its kin answer. */
    public static Optional<TaskState> of(RawJson result) {
        return Optional.of(new TaskState(result.members())).filter(TaskState::hasId);
    }

    private boolean hasId() {
        String id = id();
        return !id.isEmpty() && id.length() <= MAX_ID_CHARS;
    }

    public String id() {
        return text("taskId");
    }

    /** One of {@code working}, {@code input_required}, {@code completed}, {@code failed}, {@code cancelled}. */
    public String status() {
        return text("status");
    }

    /** Whether its status will not change any more. */
    public boolean isOver() {
        return switch (status()) {
            case "completed", "failed", "cancelled" -> true;
            default -> false;
        };
    }

    /** How long it is kept from its beginning on; empty for ever. */
    public Optional<Duration> ttl() {
        return millis("ttlMs").or(() -> millis("ttl"));
    }

    /** How long to wait between two looks, if the server says so. */
    public Optional<Duration> pollInterval() {
        return millis("pollIntervalMs").or(() -> millis("pollInterval"));
    }

    private Optional<Duration> millis(String member) {
        RawJson value = members.get(member);
        if (value == null || value.length() > 32) {
            return Optional.empty();
        }
        try {
            long millis = new BigDecimal(value.toString()).longValue();
            return millis < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private String text(String member) {
        RawJson value = members.get(member);
        return value == null ? "" : value.asString().orElse("");
    }

    private static boolean isText(@Nullable RawJson value, String text) {
        try {
            return value != null && value.asString().filter(text::equals).isPresent();
        } catch (BadMessage unreadable) {
            return false;
        }
    }

    /**
     * A message that says which task it is about, under another id.
     *
     * @param id {@code null} for one whose receiver knows of no task
     */
    public static RawJson related(RawJson message, @Nullable String id) {
        RawJson meta = message.member("_meta");
        Map<String, RawJson> all = new LinkedHashMap<>(meta == null ? Map.of() : meta.members());
        all.remove(RELATED);
        if (id != null) {
            all.put(RELATED, RawJson.object(Map.of("taskId", RawJson.string(id))));
        }
        Map<String, RawJson> members = new LinkedHashMap<>(message.members());
        members.remove("_meta");
        if (!all.isEmpty()) {
            members.put("_meta", RawJson.object(all));
        }
        return RawJson.object(members);
    }

    /** Which task a message is about; empty if it does not say. */
    public static Optional<String> related(@Nullable RawJson params) {
        RawJson meta = params == null ? null : params.member("_meta");
        RawJson related = meta == null ? null : meta.member(RELATED);
        RawJson id = related == null ? null : related.member("taskId");
        return id == null ? Optional.empty() : id.asString();
    }
}
