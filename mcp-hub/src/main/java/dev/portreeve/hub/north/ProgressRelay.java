package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells the caller of progress under the caller's own token: what the server reports, and before that, from time to time,
 * that the gateway still holds the call. Thread-safe.
 */
final class ProgressRelay implements AutoCloseable {
    private static final int WAITING_SCALE = 6;
    private final Answer answer;
    private final RawJson token;
    private final AlarmClock alarms;
    private final Duration every;
    private AlarmClock.@Nullable Alarm next;
    private long reports;
    private boolean working;

    private ProgressRelay(Answer answer, RawJson token, AlarmClock alarms, Duration every) {
        this.answer = answer;
        this.token = token;
        this.alarms = alarms;
        this.every = every;
    }

    static ProgressRelay start(Answer answer, RawJson token, AlarmClock alarms, Duration every) {
        ProgressRelay relay = new ProgressRelay(answer, token, alarms, every);
        relay.scheduleNext();
        return relay;
    }

    private synchronized void scheduleNext() {
        if (!working) {
            next = alarms.after(every, this::stillHeld);
        }
    }

    private void stillHeld() {
        BigDecimal progress;
        synchronized (this) {
            if (working) {
                return;
            }
            // Must grow, and must stay below whatever the server reports first.
            progress = BigDecimal.valueOf(++reports, WAITING_SCALE);
        }
        send(JsonRpc.object().put("progress", progress).put("message", "waiting for the gateway's go-ahead"));
        scheduleNext();
    }

    /** The call goes to its server now: from here on only the server reports. */
    synchronized void begin() {
        working = true;
        if (next != null) {
            next.close();
        }
    }

    /** What the server reports. */
    void progress(ObjectNode params) {
        send(params);
    }

    private void send(ObjectNode params) {
        params.set(MetaKey.PROGRESS_TOKEN, token.tree());
        boolean ignored = answer.say(JsonRpc.notification("notifications/progress", RawJson.of(params)));
    }

    @Override
    public void close() {
        begin();
    }
}
