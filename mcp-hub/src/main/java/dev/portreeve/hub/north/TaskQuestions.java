package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.TaskRun;
import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What tasks of servers of the older era ask callers of the modern one. Such a server asks on the stream of {@code
 * tasks/result}, such a caller looks and comes back: so that request waits here between his looks, and its question is shown
 * under a key. Bounded like other requests that wait. In this replica's memory only. Thread-safe.
 */
final class TaskQuestions implements AutoCloseable {
    /** How long a look waits for the question that its server announced. */
    private static final Duration SOON = Duration.ofSeconds(2);

    private final RoundLimits limits;
    private final AlarmClock alarms;
    private final Map<String, Waiting> byTask = new HashMap<>();

    private static final class Waiting {
        private final ReentrantLock lock = new ReentrantLock();
        private final Subject owner;
        private final ParkedCall call;
        private final AlarmClock.Alarm expiry;
        /** A key stands for one question only, also if the task's questions are fetched anew. */
        private final String keys = "question-" + UUID.randomUUID() + "-";

        // Guarded by the lock.
        private int asked;
        private JsonRpcMessage.@Nullable Request open;

        private Waiting(Subject owner, ParkedCall call, AlarmClock.Alarm expiry) {
            this.owner = owner;
            this.call = call;
            this.expiry = expiry;
        }

        private String key() {
            return keys + asked;
        }
    }

    TaskQuestions(RoundLimits limits, AlarmClock alarms) {
        this.limits = limits;
        this.alarms = alarms;
    }

    Duration answerWithin() {
        return limits.answerWithin();
    }

    /**
     * What a task asks now, as {@code inputRequests}; empty if that cannot be had, or the caller cannot be asked it.
     *
     * @throws InterruptedException if the caller left
     */
    Optional<RawJson> of(TaskRequest request) throws InterruptedException {
        Optional<Waiting> waiting = waiting(request);
        return waiting.isEmpty() ? Optional.empty() : asked(request, waiting.get());
    }

    private Optional<RawJson> asked(TaskRequest request, Waiting waiting) throws InterruptedException {
        waiting.lock.lockInterruptibly();
        try {
            if (waiting.open == null) {
                JsonRpcMessage.Request next = next(request, waiting);
                if (next == null) {
                    return Optional.empty();
                }
                waiting.open = next;
                waiting.asked++;
            }
            return Optional.of(RawJson.object(Map.of(waiting.key(), asJson(request, waiting.open))));
        } finally {
            waiting.lock.unlock();
        }
    }

    private static RawJson asJson(TaskRequest request, JsonRpcMessage.Request question) {
        RawJson params = question.params() == null ? RawJson.EMPTY_OBJECT : question.params();
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("method", RawJson.string(question.method()));
        members.put("params", request.questioner().named(question.method(), params));
        return RawJson.object(members);
    }

    private JsonRpcMessage.@Nullable Request next(TaskRequest request, Waiting waiting) throws InterruptedException {
        try {
            Optional<ParkedCall.Turn> turn = waiting.call.await(Meanwhile.NOTHING, Deadline.in(SOON));
            if (turn.isEmpty()) {
                return null;
            }
            if (turn.get() instanceof ParkedCall.Turn.Asks(JsonRpcMessage.Request question)) {
                boolean able = CallerCapabilities.missing(
                                request.caller().capabilities(), question.method(), question.params())
                        == null;
                Optional<Answered.Refusal> refusal = request.questioner().refusal(question.method(), question.params());
                if (able && refusal.isEmpty()) {
                    return question;
                }
                waiting.call.answer(able ? refusal.get() : Meanwhile.NOTHING.question(question));
                return null;
            }
        } catch (ToolServerFault broken) {
            // The next look finds out what became of the task.
            forget(request.id());
            return null;
        }
        forget(request.id());
        return null;
    }

    private synchronized Optional<Waiting> waiting(TaskRequest request) {
        Waiting known = byTask.get(request.id());
        if (known != null) {
            return Optional.of(known);
        }
        Subject owner = request.caller().subject();
        long own =
                byTask.values().stream().filter(one -> one.owner.equals(owner)).count();
        if (own >= limits.parkedPerPrincipal() || byTask.size() >= limits.parked()) {
            return Optional.empty();
        }
        String id = request.token().id();
        ParkedCall call = new ParkedCall(
                request.owner().slug(),
                ears -> request.owner()
                        .server()
                        .ask(
                                request.party(),
                                TaskRun.about(TaskState.RESULT, id),
                                TaskRun.about(id, null, ears),
                                Deadline.in(limits.answerWithin())));
        Waiting begun = new Waiting(owner, call, alarms.after(limits.answerWithin(), () -> forget(request.id())));
        byTask.put(request.id(), begun);
        return Optional.of(begun);
    }

    /** Takes answers by key; those to no open question are ignored, as the protocol wants it. */
    void answer(String task, RawJson responses) throws InterruptedException {
        Waiting waiting = find(task);
        if (waiting == null) {
            return;
        }
        waiting.lock.lockInterruptibly();
        try {
            RawJson given = waiting.open == null ? null : responses.member(waiting.key());
            if (given != null) {
                waiting.open = null;
                waiting.call.answer(new Answered.Result(given));
            }
        } finally {
            waiting.lock.unlock();
        }
    }

    private synchronized @Nullable Waiting find(String task) {
        return byTask.get(task);
    }

    /** The task is over, or its caller has no more interest in it. */
    void forget(String task) {
        Waiting gone = remove(task);
        if (gone != null) {
            gone.expiry.close();
            gone.call.cancel();
        }
    }

    private synchronized @Nullable Waiting remove(String task) {
        return byTask.remove(task);
    }

    /** Gives everything up. */
    @Override
    public synchronized void close() {
        byTask.values().forEach(one -> one.call.cancel());
        byTask.clear();
    }
}
