package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.TaskState;
import org.jspecify.annotations.Nullable;

/**
 * A request about one task, read and found.
 *
 * @param id of the task as its caller knows it
 * @param beside what the caller answers to the task's questions
 * @param watch on whose behalf the gateway looks by itself; {@code null} if the caller asks
 */
record TaskRequest(
        Counterpart caller,
        String method,
        ServerEntry owner,
        boolean ofModernServer,
        TaskToken token,
        String id,
        Beside beside,
        RequestMeta meta,
        @Nullable TaskWatch watch) {
    /** Hears of a task from now on. */
    static final String LISTEN = "subscriptions/listen";

    /** What its server is asked: whoever wants to hear of a task looks at it first. */
    String asked() {
        return method.equals(LISTEN) ? TaskState.GET : method;
    }

    /** Whether it does more than look. */
    boolean changesSomething() {
        return method.equals(TaskState.CANCEL) || method.equals(TaskState.UPDATE);
    }

    Questioner questioner() {
        return new Questioner(owner, caller.view());
    }

    /** For whom the server keeps the task. */
    Party party() {
        return ofModernServer ? caller.party() : Tasks.party(caller);
    }

    boolean isOfModernCaller() {
        return caller instanceof Counterpart.Modern;
    }
}
