package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Tells a caller what happens before its answer: progress if it asked for it, and the server's log if it wants that. */
final class CallRelay implements Meanwhile, AutoCloseable {
    /** From the most talkative to the most urgent. */
    static final List<String> LOG_LEVELS =
            List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");

    private static final String LOG = "notifications/message";

    private final Counterpart caller;
    private final Answer answer;
    private final @Nullable ProgressRelay progress;

    private CallRelay(Counterpart caller, Answer answer, @Nullable ProgressRelay progress) {
        this.caller = caller;
        this.answer = answer;
        this.progress = progress;
    }

    static CallRelay open(
            Counterpart caller, Answer answer, @Nullable RawJson token, AlarmClock alarms, Duration reportEvery) {
        return new CallRelay(
                caller, answer, token == null ? null : ProgressRelay.start(answer, token, alarms, reportEvery));
    }

    boolean wantsProgress() {
        return progress != null;
    }

    /** The call goes to its server now. */
    void begin() {
        if (progress != null) {
            progress.begin();
        }
    }

    @Override
    public void progress(ObjectNode params) {
        if (progress != null) {
            progress.progress(params);
        }
    }

    @Override
    public void notification(JsonRpcMessage.Notification notification) {
        RawJson params = notification.params();
        if (notification.method().equals(LOG) && params != null && isWanted(params.member("level"))) {
            boolean ignored = answer.say(JsonRpc.notification(LOG, params));
        }
    }

    private boolean isWanted(@Nullable RawJson level) {
        String from = caller.logLevel();
        if (from == null) {
            // Callers with a session get what servers send by themselves; the others get nothing unless they ask.
            return caller instanceof Counterpart.Legacy;
        }
        String said = level == null ? "" : level.asString().orElse("");
        return LOG_LEVELS.indexOf(said) >= LOG_LEVELS.indexOf(from);
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
        }
    }
}
